// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Names of values and attributes. The tables are generated from the netlink
 * specification.
 */
#include <string.h>

#include "client.h"

#include "varta-names.h"

#define COUNT(table)	(sizeof(table) / sizeof((table)[0]))

/* A table may have gaps. */
#define NAME_OF(table, value) \
	((value) < COUNT(table) && (table)[value] ? (table)[value] : "unknown")

const char *varta_status_name(unsigned int status)
{
	return NAME_OF(status_names, status);
}

const char *varta_origin_name(unsigned int origin)
{
	return NAME_OF(origin_names, origin);
}

const char *varta_reason_name(unsigned int reason)
{
	return NAME_OF(reason_names, reason);
}

const char *varta_eviction_policy_name(unsigned int policy)
{
	return NAME_OF(eviction_policy_names, policy);
}

const char *varta_namespace_policy_name(unsigned int policy)
{
	return NAME_OF(namespace_policy_names, policy);
}

const char *varta_goodbye_cause_name(unsigned int cause)
{
	return NAME_OF(goodbye_cause_names, cause);
}

const char *varta_stall_reason_name(unsigned int reason)
{
	return NAME_OF(stall_reason_names, reason);
}

const char *varta_thread_state_name(unsigned int state)
{
	return NAME_OF(thread_state_names, state);
}

const char *varta_withheld_name(unsigned int withheld)
{
	return NAME_OF(withheld_names, withheld);
}

const char *varta_config_change_name(unsigned int change)
{
	return NAME_OF(config_change_names, change);
}

const char *varta_stats_name(unsigned int attribute)
{
	return NAME_OF(stats_names, attribute);
}

const char *varta_config_name(unsigned int attribute)
{
	return NAME_OF(config_names, attribute);
}

enum varta_reason varta_reason_of(const char *text)
{
	size_t i, length = strcspn(text, ":");

	if (text[length])
		for (i = VARTA_REASON_NONE + 1; i < COUNT(reason_names); i++)
			if (strlen(reason_names[i]) == length &&
			    !memcmp(reason_names[i], text, length))
				return (enum varta_reason)i;
	return VARTA_REASON_NONE;
}

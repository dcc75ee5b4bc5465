// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Settings of the ledger: reading all of them, changing one.
 */
#include "config.h"

#include <errno.h>

#include <netlink/attr.h>
#include <netlink/genl/genl.h>

#include "handle.h"
#include "query.h"
#include "values.h"

/* The one table of them: what is not here is neither read nor changed. */
static const char *const names[] = {
	[VARTA_A_CONFIG_CAPACITY] = "capacity",
	[VARTA_A_CONFIG_THRESHOLD_MS] = "threshold_ms",
	[VARTA_A_CONFIG_EVICTION_POLICY] = "eviction_policy",
	[VARTA_A_CONFIG_EVICTION_SCAN_WINDOW] = "eviction_scan_window",
	[VARTA_A_CONFIG_ORIGIN_TAKEOVER] = "origin_takeover",
	[VARTA_A_CONFIG_NAMESPACE_POLICY] = "namespace_policy",
	[VARTA_A_CONFIG_TRACK_EXIT] = "track_exit",
	[VARTA_A_CONFIG_MIN_THRESHOLD_MS] = "min_threshold_ms",
	[VARTA_A_CONFIG_MAX_THRESHOLD_MS] = "max_threshold_ms",
	[VARTA_A_CONFIG_MAX_AGENTS_PER_USER] = "max_agents_per_user",
	[VARTA_A_CONFIG_MIN_BEAT_INTERVAL_MS] = "min_beat_interval_ms",
	[VARTA_A_CONFIG_BEAT_RATE] = "beat_rate",
	[VARTA_A_CONFIG_BEAT_BURST] = "beat_burst",
};

#define NAMES_COUNT	(sizeof(names) / sizeof(names[0]))

_Static_assert(NAMES_COUNT == VARTA_A_CONFIG_MAX + 1,
	       "a setting has no name");
_Static_assert(NAMES_COUNT <= VARTA_CONFIG_ROOM,
	       "struct varta_config is too small");

const char *varta_config_name(unsigned int attribute)
{
	return attribute < NAMES_COUNT ? names[attribute] : NULL;
}

int varta_config_read(const struct nlmsghdr *message, void *config)
{
	struct varta_config *c = config;
	const struct varta_values values = {
		.names = names,
		.count = NAMES_COUNT,
		.value = c->value,
		.present = c->present,
	};

	varta_values_read(message, &values);
	return 0;
}

int varta_config_get(struct varta *v, struct varta_config *config)
{
	struct varta_connection *c = &v->connection;
	struct varta_config answer = { 0 };
	struct nl_msg *request;
	int error;

	error = varta_call_begin(v);
	if (error)
		return varta_call_end(v, error);
	request = varta_connection_request(c, VARTA_CMD_CONFIG_GET, NLM_F_ACK);
	error = varta_query(c, request, varta_config_read, &answer);
	if (!error)
		*config = answer;
	return varta_call_end(v, error);
}

static int set_value(struct varta *v, unsigned int attribute, uint64_t value)
{
	struct nl_msg *request;

	if (!varta_config_name(attribute))
		return -EINVAL;
	/* So far all are of 32 bits; more must not become another number. */
	if (value > UINT32_MAX)
		return -ERANGE;
	request = varta_connection_request(&v->connection,
					   VARTA_CMD_CONFIG_SET, NLM_F_ACK);
	if (request && nla_put_u32(request, (int)attribute, (uint32_t)value)) {
		nlmsg_free(request);
		return -ENOMEM;
	}
	return varta_query(&v->connection, request, NULL, NULL);
}

int varta_config_set(struct varta *v, unsigned int attribute, uint64_t value)
{
	int error = varta_call_begin(v);

	if (!error)
		error = set_value(v, attribute, value);
	return varta_call_end(v, error);
}

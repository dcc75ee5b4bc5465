// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * The names of enumerated values, as the interface's specification has them.
 */
#include "varta.h"

static const char *const status_names[] = {
	[VARTA_STATUS_OK] = "ok",
	[VARTA_STATUS_DEGRADED] = "degraded",
	[VARTA_STATUS_CRITICAL] = "critical",
	[VARTA_STATUS_STALL] = "stall",
};

static const char *const origin_names[] = {
	[VARTA_ORIGIN_KERNEL_ATTESTED] = "kernel-attested",
	[VARTA_ORIGIN_NETWORK_UNVERIFIED] = "network-unverified",
};

static const char *const eviction_policy_names[] = {
	[VARTA_EVICTION_POLICY_STRICT] = "strict",
	[VARTA_EVICTION_POLICY_BALANCED] = "balanced",
};

static const char *const namespace_policy_names[] = {
	[VARTA_NAMESPACE_POLICY_ISOLATE] = "isolate",
	[VARTA_NAMESPACE_POLICY_PIN] = "pin",
	[VARTA_NAMESPACE_POLICY_HOST] = "host",
};

#define NAME_OF(table, value) \
	((value) < sizeof(table) / sizeof((table)[0]) ? \
	 (table)[value] : "unknown")

const char *varta_status_name(uint32_t status)
{
	return NAME_OF(status_names, status);
}

const char *varta_origin_name(uint32_t origin)
{
	return NAME_OF(origin_names, origin);
}

const char *varta_eviction_policy_name(uint32_t policy)
{
	return NAME_OF(eviction_policy_names, policy);
}

const char *varta_namespace_policy_name(uint32_t policy)
{
	return NAME_OF(namespace_policy_names, policy);
}

// SPDX-License-Identifier: GPL-2.0-only
/*
 * Owners of events: that of a stalled agent is kept until its stall ends.
 */
#include "event_owners.h"

#include "tap.h"

/* Known by its name: a search for others loads libraries that are not freed. */
#define USER	65534

/* Agents that have no process here; only their first events tell the user. */
static const struct varta_agent known = {
	.ns_pid = 7, .ns_inode = 4026531836, .start_time = 1000, .uid = USER,
};

static const struct varta_agent unknown = {
	.ns_pid = 7, .ns_inode = 4026531836, .start_time = 1000,
	.uid = VARTA_UID_UNKNOWN,
};

static const struct varta_agent dropped = {
	.ns_pid = 7, .ns_inode = 4026531836, .uid = VARTA_UID_UNKNOWN,
};

static const struct varta_agent earlier = {
	.ns_pid = 7, .ns_inode = 4026531836, .start_time = 900,
	.uid = VARTA_UID_UNKNOWN,
};

static const struct varta_agent other = {
	.ns_pid = 8, .ns_inode = 4026531836, .start_time = 1000,
	.uid = VARTA_UID_UNKNOWN,
};

static uint32_t uid_of(struct event_owners *owners, enum varta_event_type type,
		       const struct varta_agent *agent)
{
	const struct varta_event event = { .type = type, .agent = agent };
	const struct agent_owner *owner = event_owners_find(owners, &event);

	return owner ? owner->uid : 0;
}

static void test_end(enum varta_event_type type, const struct varta_agent *agent,
		     const char *what)
{
	struct event_owners owners;

	event_owners_init(&owners);
	check(uid_of(&owners, VARTA_EVENT_STALL, &known) == USER &&
	      uid_of(&owners, VARTA_EVENT_STATUS, &unknown) == USER &&
	      uid_of(&owners, type, agent) == USER,
	      "event owners: known at the stall: %s", what);
	check(uid_of(&owners, type, agent) == OWNER_NO_UID,
	      "event owners: forgotten after: %s", what);
	event_owners_free(&owners);
}

static void test_others(void)
{
	struct event_owners owners;

	event_owners_init(&owners);
	uid_of(&owners, VARTA_EVENT_STALL, &known);
	check(uid_of(&owners, VARTA_EVENT_EXIT, &earlier) == OWNER_NO_UID &&
	      uid_of(&owners, VARTA_EVENT_EXIT, &other) == OWNER_NO_UID &&
	      uid_of(&owners, VARTA_EVENT_EXIT, &unknown) == USER,
	      "event owners: not those of other agents");
	uid_of(&owners, VARTA_EVENT_STALL, &known);
	check(uid_of(&owners, VARTA_EVENT_STALL, &earlier) == OWNER_NO_UID &&
	      uid_of(&owners, VARTA_EVENT_EXIT, &unknown) == OWNER_NO_UID,
	      "event owners: a later stall of another process");
	uid_of(&owners, VARTA_EVENT_STALL, &known);
	check(!uid_of(&owners, VARTA_EVENT_UNLOADED, NULL) &&
	      uid_of(&owners, VARTA_EVENT_EXIT, &unknown) == OWNER_NO_UID,
	      "event owners: forgotten when the module is unloaded");
	uid_of(&owners, VARTA_EVENT_STALL, &known);
	event_owners_free(&owners);
}

TEST_GROUP(event_owners)
{
	test_end(VARTA_EVENT_RECOVER, &unknown, "recover");
	test_end(VARTA_EVENT_EXIT, &unknown, "exit");
	test_end(VARTA_EVENT_GOODBYE, &unknown, "goodbye");
	test_end(VARTA_EVENT_GOODBYE, &dropped, "gone");
	test_others();
}

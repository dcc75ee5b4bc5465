// SPDX-License-Identifier: GPL-2.0-only
/*
 * A subscription that loses events in other ways than by being slow. It reports
 * the lost stalls from a dump.
 */
#include "connection.h"
#include "reported_stalls.h"

static int fake_receive(struct varta_client__socket *s, void *buffer,
			size_t size);
static int fake_dump(struct varta *v, const struct varta_agent_filter *filter,
		     varta_agent_fn fn, void *arg);
static int fake_open_connection(struct varta_connection *c, int timeout_ms);
static int fake_follow_family(const struct varta_connection *c);
static int fake_find_family(struct varta_connection *c);
static int fake_open(struct varta **handle, const struct varta_options *how);
static int fake_setsockopt(int fd, int level, int name, const void *value,
			   socklen_t size);
static int fake_add_event(struct varta_reported_stalls *stalls,
			  const struct varta_agent *agent);

/* Replaces functions that seldom fail. */
#define varta_client__receive	fake_receive
#define varta_agent_dump	fake_dump
#define varta_connection_open	fake_open_connection
#define varta_connection_follow_family	fake_follow_family
#define varta_connection_find_family	fake_find_family
#define varta_open	fake_open
#define setsockopt	fake_setsockopt
#define varta_stalls_add_event	fake_add_event
#include "events.c"
#undef varta_stalls_add_event

#include <string.h>

#include <netlink/attr.h>

#include "tap.h"

#define FAMILY	42
#define OLD_FAMILY	41
#define AGENTS	48

/* The fake kernel and allocator. */
static struct {
	struct nl_msg *message;
	int receive_error, dump_error;
	uint16_t family;
	/* The group was joined since the module was loaded. */
	bool joined;
	/* Adding the stall of this agent fails once. */
	uint32_t fails_for;
	unsigned int dumps;
} fake;

static unsigned int reported[AGENTS + 1], resynced, overruns, changes;

static int fake_receive(struct varta_client__socket *s, void *buffer,
			size_t size)
{
	int length = -EAGAIN;

	(void)s;
	if (fake.receive_error) {
		length = fake.receive_error;
		fake.receive_error = 0;
	} else if (fake.message) {
		length = (int)nlmsg_hdr(fake.message)->nlmsg_len;
		if ((size_t)length > size)
			return -EMSGSIZE;
		memcpy(buffer, nlmsg_hdr(fake.message), (size_t)length);
		nlmsg_free(fake.message);
		fake.message = NULL;
	}
	return length;
}

static int fake_dump(struct varta *v, const struct varta_agent_filter *filter,
		     varta_agent_fn fn, void *arg)
{
	struct varta_agent agent = { .last_beat = 100 };
	int error = fake.dump_error;

	(void)v;
	check(filter->stalled, "events: dumps stalled agents");
	fake.dumps++;
	while (!error && agent.ns_pid < AGENTS) {
		agent.ns_pid++;
		error = fn(&agent, arg);
	}
	return error;
}

static int fake_open_connection(struct varta_connection *c, int timeout_ms)
{
	(void)timeout_ms;
	c->socket.fd = -1;
	c->socket.family = OLD_FAMILY;
	c->events_group = 1;
	return 0;
}

/* The module is loaded again just before this. */
static int fake_follow_family(const struct varta_connection *c)
{
	(void)c;
	fake.family = FAMILY;
	fake.joined = false;
	return 0;
}

static int fake_find_family(struct varta_connection *c)
{
	c->socket.family = fake.family;
	return 0;
}

static int fake_open(struct varta **handle, const struct varta_options *how)
{
	(void)how;
	*handle = NULL;
	return 0;
}

static int fake_setsockopt(int fd, int level, int name, const void *value,
			   socklen_t size)
{
	(void)fd, (void)value, (void)size;
	if (level == SOL_NETLINK && name == NETLINK_ADD_MEMBERSHIP)
		fake.joined = true;
	return 0;
}

static int fake_add_event(struct varta_reported_stalls *stalls,
			  const struct varta_agent *agent)
{
	if (agent->ns_pid == fake.fails_for) {
		fake.fails_for = 0;
		return -ENOMEM;
	}
	return varta_stalls_add_event(stalls, agent);
}

static void note(const struct varta_event *event, void *arg)
{
	(void)arg;
	overruns += event->type == VARTA_EVENT_OVERRUN;
	changes += event->type == VARTA_EVENT_UNLOADED ||
		   event->type == VARTA_EVENT_LOADED;
	if (event->agent)
		reported[event->agent->ns_pid]++;
	resynced += event->resynced;
}

static bool put_agent(uint32_t pid, int last_beat_size)
{
	const uint64_t last_beat = 100;
	struct nlattr *nest = nla_nest_start(fake.message,
					     VARTA_A_AGENTS_AGENT);

	if (!nest ||
	    nla_put_u32(fake.message, VARTA_A_AGENT_NS_PID, pid) ||
	    nla_put(fake.message, VARTA_A_AGENT_LAST_BEAT, last_beat_size,
		    &last_beat))
		return false;
	nla_nest_end(fake.message, nest);
	return true;
}

/* Sends one event of all agents; @damaged has a short attribute. */
static void send_stalls(uint32_t damaged)
{
	uint32_t pid;
	bool fine;

	fake.message = nlmsg_alloc();
	fine = fake.message &&
	       genlmsg_put(fake.message, 0, 0, FAMILY, 0, 0,
			   VARTA_CMD_STALL_NTF, VARTA_FAMILY_VERSION);
	for (pid = 1; fine && pid <= AGENTS; pid++)
		fine = put_agent(pid, pid == damaged ? 4 : 8);
	check(fine, "events: an event");
}

static struct varta_events *begin(void)
{
	static struct varta_events events;

	memset(&fake, 0, sizeof(fake));
	fake.family = FAMILY;
	memset(reported, 0, sizeof(reported));
	resynced = 0;
	overruns = 0;
	changes = 0;
	events.connection.socket.family = FAMILY;
	/* The pointer is only tested. */
	events.reader = (struct varta *)&events;
	events.behind = false;
	varta_stalls_clear(&events.stalls);
	return &events;
}

static int receive_events(struct varta_events *events)
{
	return varta_events_receive(events, note, NULL);
}

/* All stalls are reported once, @count of them after a dump. */
static void check_recovery(struct varta_events *events, unsigned int count,
			  const char *what)
{
	unsigned int pid, once = 0;

	check(receive_events(events) == (int)count && resynced == count,
	      "events: %s, recovered without another message", what);
	for (pid = 1; pid <= AGENTS; pid++)
		once += reported[pid] == 1;
	check(once == AGENTS, "events: %s, all are reported once", what);
	check(receive_events(events) == -EAGAIN && fake.dumps == 1,
	      "events: %s, one dump", what);
	varta_stalls_clear(&events->stalls);
}

static void test_memory(void)
{
	struct varta_events *events = begin();

	send_stalls(0);
	fake.fails_for = 20;
	check(receive_events(events) == -ENOMEM && !resynced,
	      "events: out of memory within a message");
	check_recovery(events, AGENTS - 19, "out of memory");
}

static void test_damaged(void)
{
	struct varta_events *events = begin();

	send_stalls(2);
	check(receive_events(events) == -EBADMSG, "events: a damaged message");
	check_recovery(events, AGENTS - 1, "damaged");

	events = begin();
	fake.receive_error = -EMSGSIZE;
	check(receive_events(events) == -EMSGSIZE,
	      "events: too long a message");
	check_recovery(events, AGENTS, "too long");
}

static void test_overrun(void)
{
	struct varta_events *events = begin();

	fake.receive_error = -ENOBUFS;
	check(receive_events(events) == AGENTS + 1 && overruns == 1 &&
	      resynced == AGENTS, "events: recovers from an overrun at once");
	check(receive_events(events) == -EAGAIN && fake.dumps == 1,
	      "events: one dump for an overrun");
	varta_stalls_clear(&events->stalls);
}

/* A caller that receives until -EAGAIN must not loop forever. */
static void test_no_dump(void)
{
	struct varta_events *events = begin();

	fake.receive_error = -EMSGSIZE;
	receive_events(events);
	fake.dump_error = -ENODEV;
	check(receive_events(events) == -EAGAIN &&
	      receive_events(events) == -EAGAIN,
	      "events: lost events, and no dump");
	events->connection.socket.family = 0;
	fake.family = 0;
	fake.dumps = 0;
	check(receive_events(events) == -EAGAIN && !fake.dumps,
	      "events: lost events, and no module");
	events->connection.socket.family = FAMILY;
	fake.family = FAMILY;
	fake.dump_error = 0;
	check_recovery(events, AGENTS, "dump works again");
}

static void send_change(uint8_t command, uint16_t family)
{
	fake.message = nlmsg_alloc();
	check(fake.message &&
	      genlmsg_put(fake.message, 0, 0, GENL_ID_CTRL, 0, 0, command, 2) &&
	      !nla_put_string(fake.message, CTRL_ATTR_FAMILY_NAME,
			      VARTA_FAMILY_NAME) &&
	      !nla_put_u16(fake.message, CTRL_ATTR_FAMILY_ID, family),
	      "events: a change of the family");
}

/* A reload while the subscription is made must not make it deaf. */
static void test_reload_at_start(void)
{
	struct varta_events_options how = VARTA_EVENTS_OPTIONS_INIT;
	struct varta_events *events;

	begin();
	how.resync = true;
	if (varta_events_open(&events, &how)) {
		check(false, "events: opens during a reload");
		return;
	}
	check(events->connection.socket.family == FAMILY && fake.joined,
	      "events: a reload between lookup and subscription");
	varta_events_close(events);
}

/* The lookup after a loss may be ahead of the messages about a reload. */
static void test_late_messages(void)
{
	struct varta_events *events = begin();

	events->connection.socket.fd = -1;
	events->connection.events_group = 1;
	send_change(CTRL_CMD_DELFAMILY, OLD_FAMILY);
	check(!receive_events(events) && !changes,
	      "events: an earlier family is unloaded");
	send_change(CTRL_CMD_NEWFAMILY, FAMILY);
	check(!receive_events(events) && !changes && !fake.dumps,
	      "events: the family is loaded, which is known");
	send_change(CTRL_CMD_DELFAMILY, FAMILY);
	check(receive_events(events) == 1 && changes == 1,
	      "events: the family is unloaded");
	fake.dump_error = -ENODEV;
	fake.family = FAMILY + 1;
	send_change(CTRL_CMD_NEWFAMILY, FAMILY + 1);
	check(receive_events(events) == 1 && changes == 2 && fake.joined,
	      "events: the family is loaded again");
	varta_stalls_clear(&events->stalls);
}

TEST_GROUP(events)
{
	test_memory();
	test_damaged();
	test_overrun();
	test_no_dump();
	test_reload_at_start();
	test_late_messages();
}

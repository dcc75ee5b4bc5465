// SPDX-License-Identifier: GPL-2.0-only
/*
 * A subscription that loses events in other ways than by being slow. It reports
 * the lost stalls from a dump.
 */
#include "connection.h"
#include "reader.h"
#include "reported_stalls.h"

static int fake_receive(struct varta_client__socket *s, void *buffer,
			size_t size);
static int fake_dump(struct varta *v, const struct varta_agent_filter *filter,
		     varta_agent_fn fn, void *arg);
static int fake_open_connection(struct varta_connection *c, int timeout_ms);
static int fake_follow_family(const struct varta_connection *c);
static int fake_get(struct varta *v, uint32_t source, uint32_t pid,
		    struct varta_agent *agent);
static int fake_event_dump(struct varta *v, uint64_t since,
			   varta_read_event_fn fn, void *arg);
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
#define varta_agent_get		fake_get
#define varta_event_dump	fake_event_dump
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
	/* Agents above this are not stalled any more. */
	uint32_t stalled;
	/* Exits that the log has: their numbers. */
	uint64_t log_from, log_to;
	unsigned int log_dumps;
	int log_error;
	uint64_t since;
	/* Number of the next event, 0 for none. */
	uint64_t seq;
	/* What varta_agent_get() says. */
	uint32_t tracked;
	uint64_t first_beat, last_beat;
} fake;

static unsigned int reported[AGENTS + 1], resynced, overruns, changes;
/* By enum varta_event_type. */
static unsigned int types[VARTA_EVENT_CONFIG + 1];
static struct varta_event last;
static struct varta_agent last_agent;

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
	while (!error && agent.ns_pid < fake.stalled) {
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

static int fake_event_dump(struct varta *v, uint64_t since,
			   varta_read_event_fn fn, void *arg)
{
	struct varta_agent agent = { .ns_pid = AGENTS, .last_beat = 1 };
	struct varta_event event = {
		.type = VARTA_EVENT_EXIT,
		.agent = &agent,
	};
	int error = fake.log_error;

	(void)v;
	fake.log_dumps++;
	fake.since = since;
	for (event.seq = fake.log_from;
	     event.seq && event.seq <= fake.log_to && !error; event.seq++)
		if (event.seq > since)
			error = fn(&event, arg);
	return error;
}

static int fake_get(struct varta *v, uint32_t source, uint32_t pid,
		    struct varta_agent *agent)
{
	(void)v;
	if (pid > fake.tracked)
		return -ENOENT;
	*agent = (struct varta_agent){
		.source = source,
		.pid = pid,
		.ns_pid = pid,
		.first_beat = fake.first_beat,
		.last_beat = fake.last_beat,
	};
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
	types[event->type]++;
	last = *event;
	if (event->agent) {
		reported[event->agent->ns_pid]++;
		last_agent = *event->agent;
	}
	resynced += event->resynced;
}

/* What only some events have. */
static bool put_extras(void)
{
	if (fake.seq && nla_put_u64(fake.message, VARTA_A_AGENT_EVENT_SEQ,
				    fake.seq++))
		return false;
	return !nla_put_u64(fake.message, VARTA_A_AGENT_EVENT_TIME, 300) &&
	       !nla_put_u32(fake.message, VARTA_A_AGENT_OLD_STATUS,
			    VARTA_STATUS_DEGRADED) &&
	       !nla_put_u32(fake.message, VARTA_A_AGENT_CAUSE,
			    VARTA_GOODBYE_CAUSE_EVICTED) &&
	       !nla_put_u32(fake.message, VARTA_A_AGENT_UID, 0) &&
	       !nla_put_string(fake.message, VARTA_A_AGENT_THREAD_NAME, "t") &&
	       !nla_put_flag(fake.message, VARTA_A_AGENT_OOM_KILLED);
}

static uint64_t last_beat;

static bool put_agent(uint32_t pid, int last_beat_size)
{
	struct nlattr *nest = nla_nest_start(fake.message,
					     VARTA_A_AGENTS_AGENT);

	if (!nest ||
	    nla_put_u32(fake.message, VARTA_A_AGENT_NS_PID, pid) ||
	    nla_put(fake.message, VARTA_A_AGENT_LAST_BEAT, last_beat_size,
		    &last_beat) || !put_extras())
		return false;
	nla_nest_end(fake.message, nest);
	return true;
}

/* Sends one event of an agent. */
static void send_event(uint8_t command, uint32_t pid)
{
	fake.message = nlmsg_alloc();
	last_beat++;
	check(fake.message &&
	      genlmsg_put(fake.message, 0, 0, FAMILY, 0, 0, command,
			  VARTA_FAMILY_VERSION) && put_agent(pid, 8),
	      "events: an event of one agent");
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
	fake.stalled = AGENTS;
	last_beat = 100;
	memset(types, 0, sizeof(types));
	memset(reported, 0, sizeof(reported));
	resynced = 0;
	overruns = 0;
	changes = 0;
	events.connection.socket.family = FAMILY;
	/* The pointer is only tested. */
	events.reader = (struct varta *)&events;
	events.behind = false;
	memset(&events.progress, 0, sizeof(events.progress));
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
}

/* Sends a notice; a config event has all attributes. */
static void send_notice(uint8_t command, uint32_t kind, uint64_t seq)
{
	struct nlattr *nest;
	bool fine;

	fake.message = nlmsg_alloc();
	fine = fake.message &&
	       genlmsg_put(fake.message, 0, 0, FAMILY, 0, 0, command,
			   VARTA_FAMILY_VERSION);
	nest = fine ? nla_nest_start(fake.message, VARTA_A_NOTICES_NOTICE) :
		      NULL;
	fine = nest &&
	       !nla_put_u32(fake.message, VARTA_A_NOTICE_EVENT_KIND, kind) &&
	       !nla_put_u64(fake.message, VARTA_A_NOTICE_EVENT_SEQ, seq) &&
	       !nla_put_u64(fake.message, VARTA_A_NOTICE_EVENT_TIME, 300);
	if (fine && kind == VARTA_EVENT_KIND_CONFIG)
		fine = !nla_put_u32(fake.message, VARTA_A_NOTICE_CHANGE,
				    VARTA_CONFIG_CHANGE_UNLOAD) &&
		       !nla_put_u32(fake.message, VARTA_A_NOTICE_SETTING, 2) &&
		       !nla_put_u32(fake.message, VARTA_A_NOTICE_OLD_VALUE,
				    3) &&
		       !nla_put_u32(fake.message, VARTA_A_NOTICE_NEW_VALUE,
				    4) &&
		       !nla_put_u32(fake.message, VARTA_A_NOTICE_COUNTER, 5) &&
		       !nla_put_u32(fake.message, VARTA_A_NOTICE_COUNTER, 6) &&
		       !nla_put_u32(fake.message, VARTA_A_NOTICE_PID, 7) &&
		       !nla_put_u64(fake.message, VARTA_A_NOTICE_LOST, 8);
	if (fine)
		nla_nest_end(fake.message, nest);
	check(fine, "events: a notice");
}

static unsigned int counters_seen;

static void note_counters(const struct varta_event *event, void *arg)
{
	note(event, arg);
	counters_seen = event->counter_count == 2 ?
			10 * event->counters[0] + event->counters[1] : 0;
}

static void test_config(void)
{
	struct varta_events *events = begin();

	send_notice(VARTA_CMD_CONFIG_NTF, VARTA_EVENT_KIND_CONFIG, 1);
	check(varta_events_receive(events, note_counters, NULL) == 1 &&
	      types[VARTA_EVENT_CONFIG] == 1 && !last.agent && last.seq == 1 &&
	      last.time == 300 && last.change == VARTA_CONFIG_CHANGE_UNLOAD &&
	      last.setting == 2 && last.old_value == 3 &&
	      last.new_value == 4 && last.sender_pid == 7 &&
	      last.sender_uid == VARTA_UID_UNKNOWN && last.lost == 8 &&
	      counters_seen == 56,
	      "events: a change of the module, with all values");
	/* It has a number as other events. */
	fake.seq = 2;
	fake.stalled = 0;
	send_event(VARTA_CMD_EXIT_NTF, 1);
	check(receive_events(events) == 1 && !overruns && !fake.dumps,
	      "events: no gap beside a change of the module");
	send_notice(VARTA_CMD_CONFIG_NTF, VARTA_EVENT_KIND_CONFIG, 4);
	check(receive_events(events) == 2 && overruns == 1 && fake.dumps == 1,
	      "events: a gap before a change of the module");
}

static void test_loss(void)
{
	struct varta_events *events = begin();

	fake.seq = 1;
	fake.stalled = 0;
	send_event(VARTA_CMD_EXIT_NTF, 1);
	receive_events(events);
	send_notice(VARTA_CMD_LOSS_NTF, VARTA_EVENT_KIND_LOSS, 3);
	check(receive_events(events) == 1 && overruns == 1 && fake.dumps == 1 &&
	      fake.since == 1, "events: a notice of a loss");
	send_notice(VARTA_CMD_LOSS_NTF, VARTA_EVENT_KIND_LOSS, 4);
	check(!receive_events(events) && overruns == 1 && fake.dumps == 1,
	      "events: a notice of what is known already");
	/* Nothing was received, so the numbers say nothing. */
	events = begin();
	fake.stalled = 0;
	send_notice(VARTA_CMD_LOSS_NTF, VARTA_EVENT_KIND_LOSS, 9);
	check(receive_events(events) == 1 && overruns == 1 && fake.dumps == 1,
	      "events: a notice of a loss before all events");
	fake.seq = 10;
	send_event(VARTA_CMD_EXIT_NTF, 1);
	check(receive_events(events) == 1 && overruns == 1,
	      "events: goes on after a notice");
	events = begin();
	events->reader = NULL;
	send_notice(VARTA_CMD_LOSS_NTF, VARTA_EVENT_KIND_LOSS, 9);
	check(!receive_events(events) && !overruns,
	      "events: no notice of a loss without resync");
}

/* Each type is reported, and ends a stall or does not. */
static void test_types(void)
{
	static const struct {
		uint8_t command;
		enum varta_event_type type;
		bool ends;
	} kinds[] = {
		{ VARTA_CMD_RECOVER_NTF, VARTA_EVENT_RECOVER, true },
		{ VARTA_CMD_STATUS_NTF, VARTA_EVENT_STATUS, false },
		{ VARTA_CMD_EXIT_NTF, VARTA_EVENT_EXIT, true },
		{ VARTA_CMD_GOODBYE_NTF, VARTA_EVENT_GOODBYE, true },
	};
	struct varta_events *events;
	size_t i;

	for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		events = begin();
		send_event(VARTA_CMD_STALL_NTF, 7);
		receive_events(events);
		send_event(kinds[i].command, 7);
		check(receive_events(events) == 1 && types[kinds[i].type] == 1 &&
		      events->stalls.count == !kinds[i].ends,
		      "events: type %d", (int)kinds[i].type);
		check(last.time == 300 && last.cause == VARTA_GOODBYE_CAUSE_EVICTED &&
		      last.old_status == VARTA_STATUS_DEGRADED &&
		      !last.resynced && last_agent.uid == 0 &&
		      last_agent.tid == 0 && last_agent.oom_killed &&
		      !strcmp(last_agent.thread_name, "t"),
		      "events: type %d has all values", (int)kinds[i].type);
		varta_stalls_clear(&events->stalls);
	}
	events = begin();
	send_event(VARTA_CMD_MAX + 1, 7);
	check(!receive_events(events), "events: a later kernel's is ignored");
	send_event(VARTA_CMD_BEAT, 7);
	check(!receive_events(events), "events: a command is no event");
}

/* Recoveries were lost: the dump does not have the agents any more. */
static void test_lost_ends(void)
{
	struct varta_events *events = begin();

	send_stalls(0);
	receive_events(events);
	fake.receive_error = -ENOBUFS;
	fake.stalled = AGENTS - 2;
	/* One beats again, one is gone. */
	fake.tracked = AGENTS - 1;
	fake.first_beat = 50;
	fake.last_beat = 200;
	check(receive_events(events) == 3 && types[VARTA_EVENT_RECOVER] == 1 &&
	      types[VARTA_EVENT_GOODBYE] == 1 && resynced == 2,
	      "events: lost ends of stalls are reported after a dump");
	check(events->stalls.count == AGENTS - 2,
	      "events: stalls that have ended are forgotten");

	send_event(VARTA_CMD_RECOVER_NTF, AGENTS - 1);
	check(!receive_events(events),
	      "events: a recovery is not reported again after a dump");

	/* A new process has the pid: the agent is gone. */
	fake.receive_error = -ENOBUFS;
	fake.stalled--;
	fake.first_beat = 150;
	check(receive_events(events) == 2 && types[VARTA_EVENT_GOODBYE] == 2 &&
	      last.cause == VARTA_CAUSE_UNKNOWN &&
	      last_agent.ns_pid == AGENTS - 2 &&
	      last_agent.uid == VARTA_UID_UNKNOWN,
	      "events: an agent of a new process is another one");
	varta_stalls_clear(&events->stalls);
}

/* A gap in the numbers is a loss, whatever the socket says. */
static void test_numbers(void)
{
	struct varta_events *events = begin();

	fake.stalled = 0;
	fake.seq = 10;
	send_event(VARTA_CMD_EXIT_NTF, 1);
	check(receive_events(events) == 1 && !overruns && !fake.log_dumps,
	      "events: the first number is no gap");
	/* 11 and 12 are lost, 13 is received; the log is ahead. */
	fake.seq = 13;
	fake.log_from = 8;
	fake.log_to = 14;
	send_event(VARTA_CMD_EXIT_NTF, 1);
	check(receive_events(events) == 5 && overruns == 1 &&
	      fake.since == 10 && types[VARTA_EVENT_EXIT] == 5 && resynced == 3,
	      "events: lost exits are reported from the log, and none twice");
	send_event(VARTA_CMD_EXIT_NTF, 1);
	check(!receive_events(events), "events: the log was ahead of a message");
	send_event(VARTA_CMD_STATUS_NTF, 1);
	check(receive_events(events) == 1 && overruns == 1 &&
	      fake.log_dumps == 1, "events: no gap after the log");

	/* The module was loaded again: it counts from 1. */
	fake.seq = 1;
	fake.log_from = 0;
	fake.dump_error = -ENODEV;
	events->connection.socket.family = 0;
	events->connection.socket.fd = -1;
	events->connection.events_group = 1;
	send_change(CTRL_CMD_NEWFAMILY, FAMILY);
	receive_events(events);
	fake.dump_error = 0;
	receive_events(events);
	overruns = 0;
	send_event(VARTA_CMD_EXIT_NTF, 1);
	check(receive_events(events) == 1 && !overruns,
	      "events: numbers start again with the module");
	varta_stalls_clear(&events->stalls);
}

/* The program gave up CAP_NET_ADMIN, or the kernel has no log. */
static void test_no_log(void)
{
	static const int refusals[] = { -EPERM, -EOPNOTSUPP };
	struct varta_events *events;
	size_t i;

	for (i = 0; i < sizeof(refusals) / sizeof(refusals[0]); i++) {
		events = begin();
		fake.stalled = 3;
		fake.seq = 10;
		send_event(VARTA_CMD_STATUS_NTF, 1);
		receive_events(events);
		fake.receive_error = -ENOBUFS;
		fake.log_error = refusals[i];
		check(receive_events(events) == 4 && overruns == 1 &&
		      fake.log_dumps == 1 && types[VARTA_EVENT_STALL] == 3,
		      "events: the stalled agents without the log, error %d",
		      refusals[i]);
		check(receive_events(events) == -EAGAIN,
		      "events: a log that is refused is read once");
		varta_stalls_clear(&events->stalls);
	}
}

static void test_replay(void)
{
	struct varta_events_options how = VARTA_EVENTS_OPTIONS_INIT;
	struct varta_events *events;

	begin();
	how.resync = true;
	how.replay = true;
	how.since = 5;
	fake.stalled = 2;
	fake.log_from = 1;
	fake.log_to = 7;
	if (varta_events_open(&events, &how)) {
		check(false, "events: opens for a replay");
		return;
	}
	/* The pointer is only tested. */
	events->reader = (struct varta *)events;
	check(receive_events(events) == 4 && types[VARTA_EVENT_EXIT] == 2 &&
	      types[VARTA_EVENT_STALL] == 2 && resynced == 4,
	      "events: a replay reports kept exits and stalled agents");
	check(receive_events(events) == -EAGAIN, "events: a replay is reported once");
	fake.seq = 8;
	events->connection.socket.family = FAMILY;
	send_event(VARTA_CMD_EXIT_NTF, 1);
	check(receive_events(events) == 1 && !overruns,
	      "events: no gap after a replay");
	events->reader = NULL;
	varta_events_close(events);
}

/* The number is of an earlier load of the module, which counts from 1 again. */
static void test_replay_after_reload(void)
{
	struct varta_events_options how = VARTA_EVENTS_OPTIONS_INIT;
	struct varta_events *events;

	begin();
	how.resync = true;
	how.replay = true;
	how.since = 500;
	fake.stalled = 0;
	if (varta_events_open(&events, &how)) {
		check(false, "events: opens for a replay after a reload");
		return;
	}
	/* The pointer is only tested. */
	events->reader = (struct varta *)events;
	events->connection.socket.family = FAMILY;
	receive_events(events);
	fake.log_from = 1;
	fake.log_to = 3;
	fake.seq = 3;
	send_event(VARTA_CMD_EXIT_NTF, 1);
	check(receive_events(events) == 4 && overruns == 1 && !fake.since &&
	      types[VARTA_EVENT_EXIT] == 3 && resynced == 2,
	      "events: a replay notices that the numbers started again");
	send_event(VARTA_CMD_EXIT_NTF, 1);
	check(receive_events(events) == 1 && overruns == 1,
	      "events: and goes on from there");
	events->reader = NULL;
	varta_events_close(events);
}

TEST_GROUP(events)
{
	test_numbers();
	test_no_log();
	test_replay();
	test_replay_after_reload();
	test_config();
	test_loss();
	test_types();
	test_lost_ends();
	test_memory();
	test_damaged();
	test_overrun();
	test_no_dump();
	test_reload_at_start();
	test_late_messages();
}

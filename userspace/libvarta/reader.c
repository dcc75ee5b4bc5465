// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Reading agents: one, or all that a filter selects.
 */
#include "reader.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <netlink/attr.h>
#include <netlink/genl/genl.h>

#include "client.h"

/* Tries of a dump during which the tracker changes. */
#define DUMP_TRIES	5

/* Smallest sizes of attributes. */
enum {
	ANY	= 0,
	U32	= sizeof(uint32_t),
	U64	= sizeof(uint64_t),
};

static const uint8_t agent_sizes[VARTA_A_AGENT_MAX + 1] = {
	[VARTA_A_AGENT_PID] = U32,
	[VARTA_A_AGENT_NS_PID] = U32,
	[VARTA_A_AGENT_NS_INODE] = U64,
	[VARTA_A_AGENT_ORIGIN] = U32,
	[VARTA_A_AGENT_STATUS] = U32,
	[VARTA_A_AGENT_NONCE] = U64,
	[VARTA_A_AGENT_PAYLOAD] = U32,
	[VARTA_A_AGENT_LAST_BEAT] = U64,
	[VARTA_A_AGENT_LAST_BEAT_REALTIME] = U64,
	[VARTA_A_AGENT_SILENCE] = U64,
	[VARTA_A_AGENT_STALLED] = ANY,
	[VARTA_A_AGENT_SOURCE] = U32,
	[VARTA_A_AGENT_THRESHOLD_MS] = U32,
	[VARTA_A_AGENT_NAME] = ANY,
	[VARTA_A_AGENT_EXIT_CODE] = U32,
	[VARTA_A_AGENT_EXIT_SIGNAL] = U32,
	[VARTA_A_AGENT_EXIT_TIME] = U64,
	[VARTA_A_AGENT_UID] = U32,
	[VARTA_A_AGENT_CGROUP_ID] = U64,
	[VARTA_A_AGENT_START_TIME] = U64,
	[VARTA_A_AGENT_TID] = U32,
	[VARTA_A_AGENT_THREAD_NAME] = ANY,
	[VARTA_A_AGENT_BEATS] = U64,
	[VARTA_A_AGENT_STALLS] = U32,
	[VARTA_A_AGENT_FIRST_BEAT] = U64,
	[VARTA_A_AGENT_LONGEST_GAP] = U64,
	[VARTA_A_AGENT_STALL_TIME] = U64,
	[VARTA_A_AGENT_EVENT_TIME] = U64,
	[VARTA_A_AGENT_OLD_STATUS] = U32,
	[VARTA_A_AGENT_CAUSE] = U32,
	[VARTA_A_AGENT_CORE_DUMPED] = ANY,
	[VARTA_A_AGENT_OOM_KILLED] = ANY,
	[VARTA_A_AGENT_EVENT_KIND] = U32,
	[VARTA_A_AGENT_EVENT_SEQ] = U64,
	[VARTA_A_AGENT_SENDER_ORIGIN] = U32,
	[VARTA_A_AGENT_SENDER_NS_INODE] = U64,
	[VARTA_A_AGENT_SENDER_PID] = U32,
	[VARTA_A_AGENT_SENDER_UID] = U32,
	[VARTA_A_AGENT_SUPPRESSED] = U32,
	[VARTA_A_AGENT_CHANGES] = U32,
	[VARTA_A_AGENT_REASON] = U32,
	[VARTA_A_AGENT_REASON_NOW] = U32,
	[VARTA_A_AGENT_THREAD_STATE] = U32,
	[VARTA_A_AGENT_THREAD_CPU] = U32,
	[VARTA_A_AGENT_THREAD_SYSCALL] = U32,
	[VARTA_A_AGENT_VOLUNTARY_SWITCHES] = U32,
	[VARTA_A_AGENT_INVOLUNTARY_SWITCHES] = U32,
	[VARTA_A_AGENT_MAJOR_FAULTS] = U32,
	[VARTA_A_AGENT_THREADS] = U32,
	[VARTA_A_AGENT_THREADS_RUNNABLE] = U32,
	[VARTA_A_AGENT_THREADS_UNINTERRUPTIBLE] = U32,
	[VARTA_A_AGENT_THREADS_STOPPED] = U32,
	[VARTA_A_AGENT_TRACER_PID] = U32,
	[VARTA_A_AGENT_STALLS_TOGETHER] = U32,
	[VARTA_A_AGENT_CPU_TIME] = U64,
	[VARTA_A_AGENT_RUN_DELAY] = U64,
	[VARTA_A_AGENT_ASLEEP] = U64,
	[VARTA_A_AGENT_PARTIAL] = ANY,
	[VARTA_A_AGENT_STALL_SIGNAL] = U32,
	[VARTA_A_AGENT_KILL_AFTER_MS] = U32,
	[VARTA_A_AGENT_EVEN_IF_STARVED] = ANY,
	[VARTA_A_AGENT_SIGNAL] = U32,
	[VARTA_A_AGENT_WITHHELD] = U32,
	[VARTA_A_AGENT_KERNEL_STACK] = ANY,
	[VARTA_A_AGENT_LANE] = ANY,
	[VARTA_A_AGENT_LANE_THRESHOLD_MS] = U32,
	[VARTA_A_AGENT_LANE_OVERDUE] = U64,
	[VARTA_A_AGENT_LANE_TID] = U32,
	[VARTA_A_AGENT_LANE_THREAD_NAME] = ANY,
	[VARTA_A_AGENT_LANES_STALLED] = U32,
	[VARTA_A_AGENT_SOURCE_SILENT] = ANY,
	[VARTA_A_AGENT_SOURCE_AGENTS] = U32,
};

static const uint8_t notice_sizes[VARTA_A_NOTICE_MAX + 1] = {
	[VARTA_A_NOTICE_EVENT_KIND] = U32,
	[VARTA_A_NOTICE_EVENT_SEQ] = U64,
	[VARTA_A_NOTICE_EVENT_TIME] = U64,
	[VARTA_A_NOTICE_CHANGE] = U32,
	[VARTA_A_NOTICE_SETTING] = U32,
	[VARTA_A_NOTICE_OLD_VALUE] = U32,
	[VARTA_A_NOTICE_NEW_VALUE] = U32,
	[VARTA_A_NOTICE_COUNTER] = U32,
	[VARTA_A_NOTICE_PID] = U32,
	[VARTA_A_NOTICE_UID] = U32,
	[VARTA_A_NOTICE_LOST] = U64,
};

static bool is_whole(const struct nlattr *attribute, size_t left)
{
	return left >= NLA_HDRLEN && attribute->nla_len >= NLA_HDRLEN &&
	       attribute->nla_len <= left;
}

/*
 * As nla_parse_nested(), which takes half of the time of a listener with many
 * events. @sizes has @max + 1 entries, and @a room for as many.
 */
static int parse(const struct nlattr *nest, const uint8_t *sizes, size_t max,
		 const struct nlattr **a)
{
	const char *at = (const char *)nest + NLA_HDRLEN;
	size_t step, left = nest->nla_len - NLA_HDRLEN;

	memset(a, 0, (max + 1) * sizeof(*a));
	for (; is_whole((const struct nlattr *)at, left); left -= step) {
		const struct nlattr *attribute = (const struct nlattr *)at;
		size_t type = attribute->nla_type & NLA_TYPE_MASK;

		step = NLA_ALIGN(attribute->nla_len);
		if (step > left)
			step = left;
		at += step;
		if (type > max)
			continue;
		if (attribute->nla_len < NLA_HDRLEN + sizes[type])
			return -EBADMSG;
		a[type] = attribute;
	}
	return 0;
}

static uint32_t get_u32(const struct nlattr *attribute)
{
	uint32_t value;

	memcpy(&value, (const char *)attribute + NLA_HDRLEN, sizeof(value));
	return value;
}

static uint32_t u32_or_0(const struct nlattr *attribute)
{
	return attribute ? get_u32(attribute) : 0;
}

/* It need not be aligned. */
static uint64_t u64_or_0(const struct nlattr *attribute)
{
	uint64_t value = 0;

	if (attribute)
		memcpy(&value, (const char *)attribute + NLA_HDRLEN,
		       sizeof(value));
	return value;
}

static uint32_t exit_type(const struct nlattr **a)
{
	if (a[VARTA_A_AGENT_EXIT_SIGNAL])
		return VARTA_EXIT_SIGNAL;
	return a[VARTA_A_AGENT_EXIT_CODE] ? VARTA_EXIT_CODE :
					    VARTA_EXIT_UNKNOWN;
}

static uint32_t uid_or_unknown(const struct nlattr *attribute)
{
	return attribute ? get_u32(attribute) : VARTA_UID_UNKNOWN;
}

/* By the kernel's kind, which is absent in replies. */
static enum varta_event_type type_of(const struct nlattr *kind)
{
	static const enum varta_event_type types[] = {
		[VARTA_EVENT_KIND_STALL] = VARTA_EVENT_STALL,
		[VARTA_EVENT_KIND_RECOVER] = VARTA_EVENT_RECOVER,
		[VARTA_EVENT_KIND_STATUS] = VARTA_EVENT_STATUS,
		[VARTA_EVENT_KIND_EXIT] = VARTA_EVENT_EXIT,
		[VARTA_EVENT_KIND_GOODBYE] = VARTA_EVENT_GOODBYE,
		[VARTA_EVENT_KIND_CONFLICT] = VARTA_EVENT_CONFLICT,
		[VARTA_EVENT_KIND_CONFIG] = VARTA_EVENT_CONFIG,
		[VARTA_EVENT_KIND_ACTION] = VARTA_EVENT_ACTION,
		[VARTA_EVENT_KIND_LATE] = VARTA_EVENT_LATE,
		[VARTA_EVENT_KIND_LANE_STALL] = VARTA_EVENT_LANE_STALL,
		[VARTA_EVENT_KIND_LANE_RECOVER] = VARTA_EVENT_LANE_RECOVER,
		[VARTA_EVENT_KIND_SOURCE_STALL] = VARTA_EVENT_SOURCE_STALL,
		[VARTA_EVENT_KIND_SOURCE_RECOVER] = VARTA_EVENT_SOURCE_RECOVER,
	};

	if (!kind || get_u32(kind) >= sizeof(types) / sizeof(types[0]))
		return (enum varta_event_type)0;
	return types[get_u32(kind)];
}

static void read_text(char *text, const struct nlattr *attribute)
{
	if (attribute)
		nla_strlcpy(text, attribute, VARTA_NAME_SIZE);
}

/* What is known of why the agent does not beat. */
static void read_stall(const struct nlattr **a, struct varta_agent *agent)
{
	const struct nlattr *nr = a[VARTA_A_AGENT_THREAD_SYSCALL];

	agent->reason_now = u32_or_0(a[VARTA_A_AGENT_REASON_NOW]);
	agent->cpu_time = u64_or_0(a[VARTA_A_AGENT_CPU_TIME]);
	agent->run_delay = u64_or_0(a[VARTA_A_AGENT_RUN_DELAY]);
	agent->asleep = u64_or_0(a[VARTA_A_AGENT_ASLEEP]);
	agent->thread_state = u32_or_0(a[VARTA_A_AGENT_THREAD_STATE]);
	agent->thread_cpu = u32_or_0(a[VARTA_A_AGENT_THREAD_CPU]);
	agent->thread_syscall = nr ? (int32_t)get_u32(nr) : -1;
	agent->voluntary_switches =
		u32_or_0(a[VARTA_A_AGENT_VOLUNTARY_SWITCHES]);
	agent->involuntary_switches =
		u32_or_0(a[VARTA_A_AGENT_INVOLUNTARY_SWITCHES]);
	agent->major_faults = u32_or_0(a[VARTA_A_AGENT_MAJOR_FAULTS]);
	agent->threads = u32_or_0(a[VARTA_A_AGENT_THREADS]);
	agent->threads_runnable = u32_or_0(a[VARTA_A_AGENT_THREADS_RUNNABLE]);
	agent->threads_uninterruptible =
		u32_or_0(a[VARTA_A_AGENT_THREADS_UNINTERRUPTIBLE]);
	agent->threads_stopped = u32_or_0(a[VARTA_A_AGENT_THREADS_STOPPED]);
	agent->tracer_pid = u32_or_0(a[VARTA_A_AGENT_TRACER_PID]);
	agent->stalls_together = u32_or_0(a[VARTA_A_AGENT_STALLS_TOGETHER]);
	agent->has_thread = a[VARTA_A_AGENT_THREAD_STATE] != NULL;
	agent->has_usage = a[VARTA_A_AGENT_CPU_TIME] != NULL;
	agent->has_group = a[VARTA_A_AGENT_THREADS_RUNNABLE] != NULL;
	agent->partial = a[VARTA_A_AGENT_PARTIAL] != NULL;
}

static void read_agent(const struct nlattr **a, struct varta_agent *agent)
{
	*agent = (struct varta_agent){
		.pid = u32_or_0(a[VARTA_A_AGENT_PID]),
		.ns_pid = u32_or_0(a[VARTA_A_AGENT_NS_PID]),
		.ns_inode = u64_or_0(a[VARTA_A_AGENT_NS_INODE]),
		.nonce = u64_or_0(a[VARTA_A_AGENT_NONCE]),
		.last_beat = u64_or_0(a[VARTA_A_AGENT_LAST_BEAT]),
		.last_beat_realtime =
			u64_or_0(a[VARTA_A_AGENT_LAST_BEAT_REALTIME]),
		.silence = u64_or_0(a[VARTA_A_AGENT_SILENCE]),
		.origin = u32_or_0(a[VARTA_A_AGENT_ORIGIN]),
		.status = u32_or_0(a[VARTA_A_AGENT_STATUS]),
		.payload = u32_or_0(a[VARTA_A_AGENT_PAYLOAD]),
		.stalled = a[VARTA_A_AGENT_STALLED] != NULL,
		.source = u32_or_0(a[VARTA_A_AGENT_SOURCE]),
		.threshold_ms = u32_or_0(a[VARTA_A_AGENT_THRESHOLD_MS]),
		.exit_type = exit_type(a),
		.exit_code = u32_or_0(a[VARTA_A_AGENT_EXIT_CODE]),
		.exit_signal = u32_or_0(a[VARTA_A_AGENT_EXIT_SIGNAL]),
		.exit_time = u64_or_0(a[VARTA_A_AGENT_EXIT_TIME]),
		.core_dumped = a[VARTA_A_AGENT_CORE_DUMPED] != NULL,
		.oom_killed = a[VARTA_A_AGENT_OOM_KILLED] != NULL,
		.start_time = u64_or_0(a[VARTA_A_AGENT_START_TIME]),
		.cgroup_id = u64_or_0(a[VARTA_A_AGENT_CGROUP_ID]),
		.first_beat = u64_or_0(a[VARTA_A_AGENT_FIRST_BEAT]),
		.longest_gap = u64_or_0(a[VARTA_A_AGENT_LONGEST_GAP]),
		.beats = u64_or_0(a[VARTA_A_AGENT_BEATS]),
		.stall_time = u64_or_0(a[VARTA_A_AGENT_STALL_TIME]),
		.stalls = u32_or_0(a[VARTA_A_AGENT_STALLS]),
		.uid = uid_or_unknown(a[VARTA_A_AGENT_UID]),
		.tid = u32_or_0(a[VARTA_A_AGENT_TID]),
		.reason = u32_or_0(a[VARTA_A_AGENT_REASON]),
		.stall_signal =
			(uint8_t)u32_or_0(a[VARTA_A_AGENT_STALL_SIGNAL]),
		.even_if_starved = a[VARTA_A_AGENT_EVEN_IF_STARVED] != NULL,
		.kill_after_ms = u32_or_0(a[VARTA_A_AGENT_KILL_AFTER_MS]),
		.lane_tid = u32_or_0(a[VARTA_A_AGENT_LANE_TID]),
		.source_silent = a[VARTA_A_AGENT_SOURCE_SILENT] != NULL,
	};
	read_text(agent->name, a[VARTA_A_AGENT_NAME]);
	read_text(agent->thread_name, a[VARTA_A_AGENT_THREAD_NAME]);
	read_text(agent->lane, a[VARTA_A_AGENT_LANE]);
	read_stall(a, agent);
}

static int read_event(struct nlattr *nest, struct varta_agent *agent,
		      struct varta_event *event)
{
	const struct nlattr *a[VARTA_A_AGENT_MAX + 1];

	if (parse(nest, agent_sizes, VARTA_A_AGENT_MAX, a))
		return -EBADMSG;
	read_agent(a, agent);
	*event = (struct varta_event){
		.agent = agent,
		.time = u64_or_0(a[VARTA_A_AGENT_EVENT_TIME]),
		.old_status = u32_or_0(a[VARTA_A_AGENT_OLD_STATUS]),
		.cause = u32_or_0(a[VARTA_A_AGENT_CAUSE]),
		.type = type_of(a[VARTA_A_AGENT_EVENT_KIND]),
		.seq = u64_or_0(a[VARTA_A_AGENT_EVENT_SEQ]),
		.sender_ns_inode = u64_or_0(a[VARTA_A_AGENT_SENDER_NS_INODE]),
		.sender_origin = u32_or_0(a[VARTA_A_AGENT_SENDER_ORIGIN]),
		.sender_pid = u32_or_0(a[VARTA_A_AGENT_SENDER_PID]),
		.sender_uid = uid_or_unknown(a[VARTA_A_AGENT_SENDER_UID]),
		.suppressed = u32_or_0(a[VARTA_A_AGENT_SUPPRESSED]),
		.changes = a[VARTA_A_AGENT_CHANGES] ?
			   get_u32(a[VARTA_A_AGENT_CHANGES]) : 1,
		.signal = u32_or_0(a[VARTA_A_AGENT_SIGNAL]),
		.withheld = u32_or_0(a[VARTA_A_AGENT_WITHHELD]),
		.lane_threshold_ms =
			u32_or_0(a[VARTA_A_AGENT_LANE_THRESHOLD_MS]),
		.lanes_stalled = u32_or_0(a[VARTA_A_AGENT_LANES_STALLED]),
		.lane_overdue = u64_or_0(a[VARTA_A_AGENT_LANE_OVERDUE]),
		.source_agents = u32_or_0(a[VARTA_A_AGENT_SOURCE_AGENTS]),
	};
	read_text(event->lane_thread_name, a[VARTA_A_AGENT_LANE_THREAD_NAME]);
	return 0;
}

int varta_event_read_all(const struct nlmsghdr *message, varta_read_event_fn fn,
			 void *arg)
{
	struct varta_agent agent;
	struct varta_event event;
	struct nlattr *attribute;
	int left, error;

	nlmsg_for_each_attr(attribute, (struct nlmsghdr *)message,
			    GENL_HDRLEN, left) {
		if (nla_type(attribute) != VARTA_A_AGENTS_AGENT)
			continue;
		error = read_event(attribute, &agent, &event);
		if (!error)
			error = fn(&event, arg);
		if (error)
			return error;
	}
	return 0;
}

/* Returns how many there are. nla_parse() keeps the last one only. */
static size_t read_counters(struct nlattr *nest, uint32_t *counters, size_t room)
{
	struct nlattr *attribute;
	size_t count = 0;
	int left;

	nla_for_each_nested(attribute, nest, left)
		if (nla_type(attribute) == VARTA_A_NOTICE_COUNTER &&
		    nla_len(attribute) >= (int)sizeof(*counters) &&
		    count < room)
			counters[count++] = get_u32(attribute);
	return count;
}

static int read_notice(struct nlattr *nest, varta_read_event_fn fn, void *arg)
{
	const struct nlattr *a[VARTA_A_NOTICE_MAX + 1];
	uint32_t counters[VARTA_A_STATS_MAX + 1];
	struct varta_event event;

	if (parse(nest, notice_sizes, VARTA_A_NOTICE_MAX, a))
		return -EBADMSG;
	event = (struct varta_event){
		.type = type_of(a[VARTA_A_NOTICE_EVENT_KIND]),
		.time = u64_or_0(a[VARTA_A_NOTICE_EVENT_TIME]),
		.seq = u64_or_0(a[VARTA_A_NOTICE_EVENT_SEQ]),
		.sender_pid = u32_or_0(a[VARTA_A_NOTICE_PID]),
		.sender_uid = uid_or_unknown(a[VARTA_A_NOTICE_UID]),
		.change = u32_or_0(a[VARTA_A_NOTICE_CHANGE]),
		.setting = u32_or_0(a[VARTA_A_NOTICE_SETTING]),
		.old_value = u32_or_0(a[VARTA_A_NOTICE_OLD_VALUE]),
		.new_value = u32_or_0(a[VARTA_A_NOTICE_NEW_VALUE]),
		.lost = u64_or_0(a[VARTA_A_NOTICE_LOST]),
		.counters = counters,
		.counter_count = read_counters(nest, counters,
					       VARTA_A_STATS_MAX + 1),
	};
	return fn(&event, arg);
}

int varta_notice_read_all(const struct nlmsghdr *message,
			  varta_read_event_fn fn, void *arg)
{
	struct nlattr *attribute;
	int left, error;

	nlmsg_for_each_attr(attribute, (struct nlmsghdr *)message,
			    GENL_HDRLEN, left) {
		if (nla_type(attribute) != VARTA_A_NOTICES_NOTICE)
			continue;
		error = read_notice(attribute, fn, arg);
		if (error)
			return error;
	}
	return 0;
}

struct agent_call {
	varta_agent_fn fn;
	void *arg;
};

static int pass_agent(const struct varta_event *event, void *arg)
{
	const struct agent_call *call = arg;

	return call->fn(event->agent, call->arg);
}

int varta_agent_read_all(const struct nlmsghdr *message, varta_agent_fn fn,
			 void *arg)
{
	struct agent_call call = { .fn = fn, .arg = arg };

	return varta_event_read_all(message, pass_agent, &call);
}

struct event_call {
	varta_read_event_fn fn;
	void *arg;
};

static int pass_events(const struct nlmsghdr *message, void *arg)
{
	const struct event_call *call = arg;

	return varta_event_read_all(message, call->fn, call->arg);
}

static struct nl_msg *events_request(const struct varta_connection *c,
				     uint64_t since)
{
	struct nl_msg *request = varta_connection_request(c,
							  VARTA_CMD_EVENT_GET,
							  NLM_F_DUMP);

	if (request && nla_put_u64(request, VARTA_A_AGENTS_SINCE, since)) {
		nlmsg_free(request);
		return NULL;
	}
	return request;
}

int varta_event_dump(struct varta *v, uint64_t since, varta_read_event_fn fn,
		     void *arg)
{
	struct varta_connection *c = &v->connection;
	struct event_call call = { .fn = fn, .arg = arg };
	int error = varta_call_begin(v);

	if (!error)
		error = varta_connection_query(c, events_request(c, since),
					       pass_events, &call);
	return varta_call_end(v, error);
}

/* The agents of a dump that is not complete yet. */
struct agent_list {
	struct varta_agent *agents;
	size_t count, room;
};

static int add_agent(const struct varta_agent *agent, void *arg)
{
	struct agent_list *list = arg;
	struct varta_agent *grown;
	size_t room;

	if (list->count == list->room) {
		room = list->room ? 2 * list->room : 64;
		grown = reallocarray(list->agents, room, sizeof(*grown));
		if (!grown)
			return -ENOMEM;
		list->agents = grown;
		list->room = room;
	}
	list->agents[list->count++] = *agent;
	return 0;
}

static int add_agents(const struct nlmsghdr *message, void *arg)
{
	return varta_agent_read_all(message, add_agent, arg);
}

static struct nl_msg *dump_request(const struct varta_connection *c,
				   const struct varta_agent_filter *filter)
{
	struct nl_msg *request = varta_connection_request(c,
							  VARTA_CMD_AGENT_GET,
							  NLM_F_DUMP);

	if (request && filter->stalled &&
	    nla_put_flag(request, VARTA_A_AGENTS_STALLED)) {
		nlmsg_free(request);
		return NULL;
	}
	return request;
}

/* Returns -EAGAIN if the tracker changed in every try; the list is the last. */
static int read_agents(struct varta *v, const struct varta_agent_filter *filter,
		       struct agent_list *list)
{
	struct varta_connection *c = &v->connection;
	int i, error = -EINTR;

	for (i = 0; i < DUMP_TRIES && error == -EINTR; i++) {
		list->count = 0;
		error = varta_connection_query(c, dump_request(c, filter),
					       add_agents, list);
	}
	return error == -EINTR ? -EAGAIN : error;
}

static int pass_on(const struct agent_list *list, varta_agent_fn fn, void *arg)
{
	int result = 0;
	size_t i;

	for (i = 0; i < list->count && !result; i++)
		result = fn(&list->agents[i], arg);
	return result;
}

static int copy_filter(struct varta_agent_filter *to,
		       const struct varta_agent_filter *from)
{
	int error;

	memset(to, 0, sizeof(*to));
	if (!from)
		return 0;
	error = varta_copy_struct(to, sizeof(*to),
				  VARTA_SIZE_UP_TO(struct varta_agent_filter,
						   reserved), from);
	if (!error && !varta_is_zero(to->reserved, sizeof(to->reserved)))
		error = -E2BIG;
	return error;
}

int varta_agent_dump(struct varta *v, const struct varta_agent_filter *filter,
		     varta_agent_fn fn, void *arg)
{
	struct varta_agent_filter copy;
	struct agent_list list = { 0 };
	int error, result = 0;

	error = varta_call_begin(v);
	if (!error)
		error = copy_filter(&copy, filter);
	if (!error)
		error = read_agents(v, &copy, &list);
	if (!error || error == -EAGAIN)
		result = pass_on(&list, fn, arg);
	free(list.agents);
	return varta_call_end(v, result ? result : error);
}

struct wanted_agent {
	struct varta_agent agent;
	bool found;
};

static int copy_agent(const struct varta_agent *agent, void *arg)
{
	struct wanted_agent *wanted = arg;

	wanted->agent = *agent;
	wanted->found = true;
	return 0;
}

static int copy_agents(const struct nlmsghdr *message, void *arg)
{
	return varta_agent_read_all(message, copy_agent, arg);
}

static int put_key(struct nl_msg *request, uint32_t source, uint32_t pid)
{
	if (source && nla_put_u32(request, VARTA_A_AGENTS_SOURCE, source))
		return -1;
	return nla_put_u32(request, VARTA_A_AGENTS_PID, pid);
}

static int query_agent(struct varta *v, uint32_t source, uint32_t pid,
		       int (*read)(const struct nlmsghdr *message, void *arg),
		       void *arg)
{
	struct nl_msg *request;

	request = varta_connection_request(&v->connection, VARTA_CMD_AGENT_GET,
					   NLM_F_ACK);
	if (request && put_key(request, source, pid)) {
		nlmsg_free(request);
		return -ENOMEM;
	}
	return varta_connection_query(&v->connection, request, read, arg);
}

static int get_agent(struct varta *v, uint32_t source, uint32_t pid,
		     struct wanted_agent *wanted)
{
	int error = query_agent(v, source, pid, copy_agents, wanted);

	if (!error && !wanted->found)
		return -EBADMSG;
	return error;
}

int varta_agent_get(struct varta *v, uint32_t source, uint32_t pid,
		    struct varta_agent *agent)
{
	struct wanted_agent wanted = { 0 };
	int error;

	error = varta_call_begin(v);
	if (!error)
		error = get_agent(v, source, pid, &wanted);
	if (!error)
		*agent = wanted.agent;
	return varta_call_end(v, error);
}

/* Text that did not fit ends with its last whole line. */
static void copy_lines(char *text, size_t size, const struct nlattr *attribute)
{
	char *end;

	if (nla_strlcpy(text, attribute, size) < size)
		return;
	end = strrchr(text, '\n');
	if (end)
		*end = '\0';
}

struct wanted_stack {
	char *text;
	size_t size;
};

static int copy_stack(const struct nlmsghdr *message, void *arg)
{
	const struct wanted_stack *wanted = arg;
	const struct nlattr *nest, *a[VARTA_A_AGENT_MAX + 1];

	nest = nlmsg_find_attr((struct nlmsghdr *)message, GENL_HDRLEN,
			       VARTA_A_AGENTS_AGENT);
	if (!nest || parse(nest, agent_sizes, VARTA_A_AGENT_MAX, a))
		return -EBADMSG;
	if (a[VARTA_A_AGENT_KERNEL_STACK])
		copy_lines(wanted->text, wanted->size,
			   a[VARTA_A_AGENT_KERNEL_STACK]);
	return 0;
}

int varta_agent_stack(struct varta *v, uint32_t source, uint32_t pid,
		      char *text, size_t size)
{
	struct wanted_stack wanted = { .text = text, .size = size };
	int error;

	if (!text || !size)
		return -EINVAL;
	text[0] = '\0';
	error = varta_call_begin(v);
	if (!error)
		error = query_agent(v, source, pid, copy_stack, &wanted);
	return varta_call_end(v, error);
}

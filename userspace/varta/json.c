// SPDX-License-Identifier: GPL-2.0-only
/*
 * JSON output. See json.h.
 */
#include "json.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "format.h"

int json_add(struct json_object *object, const char *name,
	     struct json_object *value)
{
	if (!value)
		return -ENOMEM;
	if (json_object_object_add_ex(object, name, value,
				      JSON_C_OBJECT_ADD_CONSTANT_KEY)) {
		json_object_put(value);
		return -ENOMEM;
	}
	return 0;
}

static int add_number(struct json_object *object, const char *name,
		      uint64_t number)
{
	return json_add(object, name, json_object_new_uint64(number));
}

static int add_string(struct json_object *object, const char *name,
		      const char *string)
{
	return json_add(object, name, json_object_new_string(string));
}

/* A flag, as in the netlink message. */
static int add_true(struct json_object *object, const char *name, bool value)
{
	return value ? json_add(object, name, json_object_new_boolean(true)) :
		       0;
}

static int add_identity(struct json_object *object,
			const struct varta_agent *agent)
{
	char name[NAME_TEXT_SIZE];

	/* Absent if unknown, as in the netlink message. */
	if (agent->pid && add_number(object, "pid", agent->pid))
		return -ENOMEM;
	if (add_number(object, "ns_pid", agent->ns_pid))
		return -ENOMEM;
	if (agent->ns_inode &&
	    add_number(object, "ns_inode", agent->ns_inode))
		return -ENOMEM;
	if (agent->source && add_number(object, "source", agent->source))
		return -ENOMEM;
	format_name_utf8(name, agent->name);
	if (add_string(object, "name", name))
		return -ENOMEM;
	return add_string(object, "origin", varta_origin_name(agent->origin));
}

static int add_exit(struct json_object *object, const struct varta_agent *agent)
{
	if (agent->exit_time &&
	    add_number(object, "exit_time", agent->exit_time))
		return -ENOMEM;
	if (agent->exit_type == VARTA_EXIT_CODE)
		return add_number(object, "exit_code", agent->exit_code);
	if (agent->exit_type != VARTA_EXIT_SIGNAL)
		return 0;
	if (add_number(object, "exit_signal", agent->exit_signal) ||
	    add_true(object, "core_dumped", agent->core_dumped))
		return -ENOMEM;
	return add_true(object, "oom_killed", agent->oom_killed);
}

/* Absent if unknown. */
static int add_process(struct json_object *object,
		       const struct varta_agent *agent)
{
	char thread_name[NAME_TEXT_SIZE];

	if ((agent->uid != VARTA_UID_UNKNOWN &&
	     add_number(object, "uid", agent->uid)) ||
	    (agent->cgroup_id &&
	     add_number(object, "cgroup_id", agent->cgroup_id)) ||
	    (agent->start_time &&
	     add_number(object, "start_time", agent->start_time)) ||
	    (agent->tid && add_number(object, "tid", agent->tid)))
		return -ENOMEM;
	if (!agent->thread_name[0])
		return 0;
	format_name_utf8(thread_name, agent->thread_name);
	return add_string(object, "thread_name", thread_name);
}

static int add_history(struct json_object *object,
		       const struct varta_agent *agent)
{
	if (!agent->first_beat)
		return 0;
	if (add_number(object, "beats", agent->beats) ||
	    add_number(object, "stalls", agent->stalls) ||
	    add_number(object, "first_beat", agent->first_beat) ||
	    add_number(object, "longest_gap", agent->longest_gap))
		return -ENOMEM;
	return agent->stall_time ?
		add_number(object, "stall_time", agent->stall_time) : 0;
}

static int add_usage(struct json_object *object,
		     const struct varta_agent *agent)
{
	if (!agent->has_usage)
		return 0;
	if (add_number(object, "cpu_time", agent->cpu_time) ||
	    add_number(object, "run_delay", agent->run_delay) ||
	    add_number(object, "asleep", agent->asleep) ||
	    add_number(object, "voluntary_switches",
		       agent->voluntary_switches) ||
	    add_number(object, "involuntary_switches",
		       agent->involuntary_switches))
		return -ENOMEM;
	return add_number(object, "major_faults", agent->major_faults);
}

static int add_thread(struct json_object *object,
		      const struct varta_agent *agent)
{
	if (!agent->has_thread)
		return 0;
	if (add_string(object, "thread_state",
		       varta_thread_state_name(agent->thread_state)) ||
	    add_number(object, "thread_cpu", agent->thread_cpu) ||
	    (agent->thread_syscall >= 0 &&
	     add_number(object, "thread_syscall",
			(uint64_t)agent->thread_syscall)))
		return -ENOMEM;
	return agent->tracer_pid ?
		add_number(object, "tracer_pid", agent->tracer_pid) : 0;
}

static int add_group(struct json_object *object,
		     const struct varta_agent *agent)
{
	if (!agent->has_group)
		return 0;
	if (add_number(object, "threads_runnable", agent->threads_runnable) ||
	    add_number(object, "threads_uninterruptible",
		       agent->threads_uninterruptible) ||
	    add_number(object, "threads_stopped", agent->threads_stopped))
		return -ENOMEM;
	return add_true(object, "partial", agent->partial);
}

/* Why it does not beat. */
static int add_stall(struct json_object *object,
		     const struct varta_agent *agent)
{
	/* A late agent is not stalled, and its event has the same attributes. */
	if (!agent->stalled && !agent->stalls_together)
		return 0;
	if (add_string(object, "reason",
		       varta_stall_reason_name(agent->reason)) ||
	    add_string(object, "reason_now",
		       varta_stall_reason_name(agent->reason_now)) ||
	    (agent->threads &&
	     add_number(object, "threads", agent->threads)) ||
	    (agent->stalls_together &&
	     add_number(object, "stalls_together", agent->stalls_together)) ||
	    add_thread(object, agent) || add_usage(object, agent))
		return -ENOMEM;
	return add_group(object, agent);
}

/* What it asked for on a stall. */
static int add_action(struct json_object *object,
		      const struct varta_agent *agent)
{
	if (!agent->stall_signal)
		return 0;
	if (add_number(object, "stall_signal", agent->stall_signal) ||
	    (agent->kill_after_ms &&
	     add_number(object, "kill_after_ms", agent->kill_after_ms)))
		return -ENOMEM;
	return add_true(object, "even_if_starved", agent->even_if_starved);
}

/* The lane that is overdue, or was in the event. */
static int add_lane(struct json_object *object,
		    const struct varta_agent *agent)
{
	char name[NAME_TEXT_SIZE];

	if (!agent->lane[0])
		return 0;
	format_name_utf8(name, agent->lane);
	if (add_string(object, "lane", name))
		return -ENOMEM;
	return agent->lane_tid ?
		add_number(object, "lane_tid", agent->lane_tid) : 0;
}

int json_add_agent(struct json_object *object, const struct varta_agent *agent)
{
	if (add_identity(object, agent) ||
	    add_string(object, "status", varta_status_name(agent->status)) ||
	    add_number(object, "nonce", agent->nonce) ||
	    add_number(object, "payload", agent->payload) ||
	    add_number(object, "last_beat", agent->last_beat) ||
	    add_number(object, "last_beat_realtime",
		       agent->last_beat_realtime) ||
	    add_number(object, "silence", agent->silence) ||
	    add_number(object, "threshold_ms", agent->threshold_ms) ||
	    json_add(object, "stalled",
		     json_object_new_boolean(agent->stalled)) ||
	    (agent->source_silent &&
	     json_add(object, "source_silent",
		      json_object_new_boolean(true))) ||
	    add_process(object, agent) || add_history(object, agent) ||
	    add_stall(object, agent) || add_action(object, agent) ||
	    add_lane(object, agent))
		return -ENOMEM;
	return add_exit(object, agent);
}

int json_add_text(struct json_object *object, const char *name,
		  const char *text)
{
	char *escaped;
	int error;

	if (!*text)
		return 0;
	escaped = malloc(4 * strlen(text) + 1);
	if (!escaped)
		return -ENOMEM;
	format_text_utf8(escaped, text);
	error = add_string(object, name, escaped);
	free(escaped);
	return error;
}

static int add_unit(struct json_object *object, const struct agent_owner *owner)
{
	if (!*owner->unit)
		return 0;
	if (json_add_text(object, "unit", owner->unit))
		return -ENOMEM;
	return json_add(object, "user_unit",
			json_object_new_boolean(owner->user_unit));
}

int json_add_owner(struct json_object *object, const struct agent_owner *owner)
{
	const char *runtime = cgroup_runtime_name(owner->runtime);

	/* The kernel's number, if it gave one. */
	if (owner->uid != OWNER_NO_UID &&
	    !json_object_object_get_ex(object, "uid", NULL) &&
	    add_number(object, "uid", owner->uid))
		return -ENOMEM;
	if (json_add_text(object, "user", owner->user) || add_unit(object, owner) ||
	    json_add_text(object, "session", owner->session) ||
	    json_add_text(object, "container", owner->container) ||
	    json_add_text(object, "runtime", runtime ? runtime : ""))
		return -ENOMEM;
	return json_add_text(object, "pod", owner->pod) ?:
	       json_add_text(object, "status_text", owner->status);
}

static int add_sender(struct json_object *object,
		      const struct varta_event *event)
{
	if (add_string(object, "sender_origin",
		       varta_origin_name(event->sender_origin)) ||
	    (event->sender_ns_inode &&
	     add_number(object, "sender_ns_inode", event->sender_ns_inode)) ||
	    (event->sender_pid &&
	     add_number(object, "sender_pid", event->sender_pid)) ||
	    (event->sender_uid != VARTA_UID_UNKNOWN &&
	     add_number(object, "sender_uid", event->sender_uid)))
		return -ENOMEM;
	return event->suppressed ?
		add_number(object, "suppressed", event->suppressed) : 0;
}

static int add_counters(struct json_object *object,
			const struct varta_event *event)
{
	struct json_object *names = json_object_new_array();
	struct json_object *name;
	size_t i;

	for (i = 0; names && i < event->counter_count; i++) {
		name = json_object_new_string(varta_stats_name(event->counters[i]));
		if (!name || json_object_array_add(names, name)) {
			json_object_put(name);
			json_object_put(names);
			return -ENOMEM;
		}
	}
	return json_add(object, "counters", names);
}

static int add_setting(struct json_object *object,
		       const struct varta_event *event)
{
	if (add_string(object, "setting", varta_config_name(event->setting)) ||
	    add_number(object, "old_value", event->old_value))
		return -ENOMEM;
	return add_number(object, "new_value", event->new_value);
}

static int add_change(struct json_object *object,
		      const struct varta_event *event)
{
	if (add_string(object, "change",
		       varta_config_change_name(event->change)) ||
	    (event->sender_pid &&
	     add_number(object, "pid", event->sender_pid)) ||
	    (event->sender_uid != VARTA_UID_UNKNOWN &&
	     add_number(object, "uid", event->sender_uid)))
		return -ENOMEM;
	if (event->change == VARTA_CONFIG_CHANGE_SETTING)
		return add_setting(object, event);
	if (event->counter_count)
		return add_counters(object, event);
	return event->lost ? add_number(object, "lost", event->lost) : 0;
}

static int add_status_change(struct json_object *object,
			     const struct varta_event *event)
{
	if (add_string(object, "old_status",
		       varta_status_name(event->old_status)))
		return -ENOMEM;
	return event->changes > 1 ?
		add_number(object, "changes", event->changes) : 0;
}

static int add_action_event(struct json_object *object,
			    const struct varta_event *event)
{
	if (add_number(object, "signal", event->signal))
		return -ENOMEM;
	return event->withheld == VARTA_WITHHELD_NONE ? 0 :
		add_string(object, "withheld",
			   varta_withheld_name(event->withheld));
}

static int add_lane_event(struct json_object *object,
			  const struct varta_event *event)
{
	const struct varta_agent *agent = event->agent;
	char name[NAME_TEXT_SIZE];

	if (add_number(object, "lane_threshold_ms", event->lane_threshold_ms) ||
	    add_number(object, "lane_overdue", event->lane_overdue) ||
	    add_number(object, "lanes_stalled", event->lanes_stalled))
		return -ENOMEM;
	if (event->lane_thread_name[0]) {
		format_name_utf8(name, event->lane_thread_name);
		if (add_string(object, "lane_thread_name", name))
			return -ENOMEM;
	}
	if (event->type == VARTA_EVENT_LANE_RECOVER)
		return 0;
	if (add_string(object, "reason_now",
		       varta_stall_reason_name(agent->reason_now)))
		return -ENOMEM;
	return add_thread(object, agent);
}

int json_add_event(struct json_object *object, const struct varta_event *event)
{
	if ((event->time && add_number(object, "event_time", event->time)) ||
	    (event->seq && add_number(object, "event_seq", event->seq)))
		return -ENOMEM;
	if (event->type == VARTA_EVENT_CONFLICT)
		return add_sender(object, event);
	if (event->type == VARTA_EVENT_CONFIG)
		return add_change(object, event);
	if (event->type == VARTA_EVENT_ACTION)
		return add_action_event(object, event);
	if (event->type == VARTA_EVENT_LANE_STALL ||
	    event->type == VARTA_EVENT_LANE_RECOVER)
		return add_lane_event(object, event);
	if (event->type == VARTA_EVENT_SOURCE_STALL ||
	    event->type == VARTA_EVENT_SOURCE_RECOVER)
		return add_number(object, "source_agents",
				  event->source_agents);
	if (event->type == VARTA_EVENT_STATUS)
		return add_status_change(object, event);
	if (event->type == VARTA_EVENT_GOODBYE &&
	    event->cause != VARTA_CAUSE_UNKNOWN)
		return add_string(object, "cause",
				  varta_goodbye_cause_name(event->cause));
	return 0;
}

/*
 * json-c leaves DEL and the C1 controls as they are, which terminals obey. They
 * occur in strings only. C1 is U+0080 to U+009F, in UTF-8 0xc2 and 0x80 to 0x9f.
 */
static size_t control_length(const unsigned char *text)
{
	if (text[0] == 0x7f)
		return 1;
	if (text[0] == 0xc2 && text[1] >= 0x80 && text[1] <= 0x9f)
		return 2;
	return 0;
}

static void write_line(const char *text, FILE *out)
{
	const unsigned char *at = (const unsigned char *)text;
	size_t length;

	for (; *at; at += length ? length : 1) {
		length = control_length(at);
		if (length)
			fprintf(out, "\\u%04x", at[length - 1]);
		else
			putc(*at, out);
	}
	putc('\n', out);
}

int json_write(struct json_object *value, bool one_line, FILE *out)
{
	int flags = one_line ? JSON_C_TO_STRING_PLAIN :
		    JSON_C_TO_STRING_PRETTY | JSON_C_TO_STRING_SPACED;
	const char *text = json_object_to_json_string_ext(value, flags);

	if (!text)
		return -ENOMEM;
	write_line(text, out);
	return 0;
}

int json_print(struct json_object *value, bool one_line)
{
	return json_write(value, one_line, stdout);
}

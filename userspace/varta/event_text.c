// SPDX-License-Identifier: GPL-2.0-only
/*
 * Events as text for people. See event_text.h.
 */
#include "event_text.h"

#include <inttypes.h>
#include <limits.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "colour.h"
#include "event_pressure.h"
#include "format.h"

static void write_owner(FILE *out, const struct agent_owner *owner)
{
	char place[OWNER_PLACE_SIZE], text[OWNER_TEXT_SIZE];

	owner_place(owner, place);
	if (*place) {
		format_text(text, place);
		fprintf(out, " of %s", text);
	}
	if (*owner->user) {
		format_text(text, owner->user);
		fprintf(out, ", user %s", text);
	}
}

/* Agent and owner: the start of every text. */
static void write_agent(FILE *out, const struct varta_event *event,
			const struct agent_owner *owner)
{
	const struct varta_agent *agent = event->agent;
	char pid_namespace[TEXT_SIZE], name[NAME_TEXT_SIZE];

	format_namespace(pid_namespace, agent->ns_inode);
	format_name(name, agent->name);

	if (agent->pid)
		fprintf(out, "pid %" PRIu32 " (ns pid %" PRIu32 " in %s)", agent->pid,
		       agent->ns_pid, pid_namespace);
	else
		fprintf(out, "ns pid %" PRIu32 " in %s", agent->ns_pid,
		       pid_namespace);
	if (agent->source)
		fprintf(out, " of source %" PRIu32, agent->source);
	fprintf(out, "%s%s", name[0] ? " " : "", name);
	write_owner(out, owner);
	fputs(": ", out);
}

/* By enum varta_stall_reason. */
static const char *const reasons[] = {
	[VARTA_STALL_REASON_RUNNING] = "uses the CPU",
	[VARTA_STALL_REASON_WAITING] = "sleeps",
	[VARTA_STALL_REASON_UNINTERRUPTIBLE] = "sleeps uninterruptibly",
	[VARTA_STALL_REASON_ACTIVE] = "wakes and sleeps",
	[VARTA_STALL_REASON_STARVED] = "does not get the CPU",
	[VARTA_STALL_REASON_STOPPED] = "is stopped",
	[VARTA_STALL_REASON_TRACED] = "is stopped by its tracer",
	[VARTA_STALL_REASON_FROZEN] = "is frozen",
	[VARTA_STALL_REASON_DUMPING] = "dumps core",
	[VARTA_STALL_REASON_EXITING] = "is exiting",
	[VARTA_STALL_REASON_THREAD_GONE] = "has ended, its process has not",
	[VARTA_STALL_REASON_GONE] = "has exited",
};

/* What the thread that beat last does instead. */
static void write_reason(FILE *out, const struct varta_agent *agent)
{
	const size_t known = sizeof(reasons) / sizeof(reasons[0]);
	/* Its beats may be sent by another process. */
	bool is_sender = agent->has_usage || !agent->has_thread;
	char name[NAME_TEXT_SIZE], time[TEXT_SIZE];

	if (agent->reason >= known || !reasons[agent->reason])
		return;
	fprintf(out, "; %s: ", varta_stall_reason_name(agent->reason));
	if (is_sender && agent->thread_name[0]) {
		format_name(name, agent->thread_name);
		fprintf(out, "thread %s", name);
	} else {
		fputs("it", out);
	}
	fprintf(out, " %s", reasons[agent->reason]);
	if (agent->has_usage) {
		format_duration(time, agent->cpu_time);
		fprintf(out, ", ran %s", time);
	}
}

static void write_together(FILE *out, const struct varta_agent *agent,
			   const char *what)
{
	if (agent->stalls_together > 1)
		fprintf(out, ", %" PRIu32 " %s at once", agent->stalls_together,
			what);
}

/* @detail: text of what comes between silence and status, by its name @label. */
static void write_silence(FILE *out, const struct varta_event *event,
			  const struct agent_owner *owner, const char *label,
			  const char *detail, const char *together)
{
	const struct varta_agent *agent = event->agent;
	char silence[TEXT_SIZE];

	format_duration(silence, agent->silence);
	write_agent(out, event, owner);
	fprintf(out, "silent %s, %s %s, status %s", silence, label, detail,
		varta_status_name(agent->status));
	write_reason(out, agent);
	write_together(out, agent, together);
}

static void write_stall(FILE *out, const struct varta_event *event,
			const struct agent_owner *owner)
{
	char nonce[TEXT_SIZE];

	format_nonce(nonce, event->agent->nonce);
	write_silence(out, event, owner, "last nonce", nonce, "stalls");
}

static void write_late(FILE *out, const struct varta_event *event,
		       const struct agent_owner *owner)
{
	char threshold[TEXT_SIZE];

	format_duration(threshold, event->agent->threshold_ms * NS_PER_MS);
	write_silence(out, event, owner, "stalls after", threshold, "late");
}

/* The name of a lane is of the agent's making, like that of the agent. */
static void write_lane(FILE *out, const struct varta_event *event,
		       const struct agent_owner *owner, const char *what)
{
	char name[NAME_TEXT_SIZE], overdue[TEXT_SIZE];

	format_name(name, event->agent->lane);
	format_duration(overdue, event->lane_overdue);
	write_agent(out, event, owner);
	fprintf(out, "lane %s %s %s", name, what, overdue);
}

static void write_lane_stall(FILE *out, const struct varta_event *event,
			     const struct agent_owner *owner)
{
	const struct varta_agent *agent = event->agent;
	char name[NAME_TEXT_SIZE], threshold[TEXT_SIZE];

	write_lane(out, event, owner, "overdue for");
	format_duration(threshold, event->lane_threshold_ms * NS_PER_MS);
	fprintf(out, ", threshold %s", threshold);
	if (event->lanes_stalled > 1)
		fprintf(out, ", %" PRIu32 " lanes overdue",
			event->lanes_stalled);
	if (agent->lane_tid)
		fprintf(out, "; beaten last by thread %" PRIu32,
			agent->lane_tid);
	if (event->lane_thread_name[0]) {
		format_name(name, event->lane_thread_name);
		fprintf(out, " %s", name);
	}
	if (agent->reason_now != VARTA_STALL_REASON_UNKNOWN)
		fprintf(out, ", %s",
			varta_stall_reason_name(agent->reason_now));
}

static void write_lane_recover(FILE *out, const struct varta_event *event,
			       const struct agent_owner *owner)
{
	write_lane(out, event, owner, "beats again, it was overdue for");
}

static void write_source_stall(FILE *out, const struct varta_event *event,
			       const struct agent_owner *owner)
{
	char silence[TEXT_SIZE];

	format_duration(silence, event->agent->silence);
	write_agent(out, event, owner);
	fprintf(out, "silent %s, and so are all %" PRIu32 " of source %" PRIu32,
		silence, event->source_agents, event->agent->source);
}

static void write_source_recover(FILE *out, const struct varta_event *event,
				 const struct agent_owner *owner)
{
	write_agent(out, event, owner);
	fprintf(out, "beats again, all %" PRIu32 " of source %" PRIu32 " were silent",
		event->source_agents, event->agent->source);
}

static void write_recover(FILE *out, const struct varta_event *event,
			  const struct agent_owner *owner)
{
	char silence[TEXT_SIZE];

	format_duration(silence, event->agent->silence);
	write_agent(out, event, owner);
	fprintf(out, "beats again after %s of silence, status %s", silence,
	       varta_status_name(event->agent->status));
}

static void write_status(FILE *out, const struct varta_event *event,
			 const struct agent_owner *owner)
{
	bool terminal = event->agent->nonce == VARTA_TERMINAL_NONCE;

	write_agent(out, event, owner);
	fprintf(out, "%s, was %s", varta_status_name(event->agent->status),
	       varta_status_name(event->old_status));
	if (event->changes > 1)
		fprintf(out, " %" PRIu32 " changes ago", event->changes);
	if (terminal)
		fputs("; the last beat of a crash handler", out);
}

static void write_goodbye(FILE *out, const struct varta_event *event,
			  const struct agent_owner *owner)
{
	/* By enum varta_goodbye_cause. */
	static const char *const causes[] = {
		[VARTA_GOODBYE_CAUSE_BYE] = "it ended tracking",
		[VARTA_GOODBYE_CAUSE_EVICTED] =
			"evicted, as a new agent needed its slot",
		[VARTA_GOODBYE_CAUSE_PID_RECYCLED] =
			"its process is gone, and a new one has its pid",
		[VARTA_GOODBYE_CAUSE_EXITED] =
			"its process exited during its first beat",
	};
	bool known = event->cause < sizeof(causes) / sizeof(causes[0]);

	write_agent(out, event, owner);
	fprintf(out, "not tracked any more: %s",
	       known ? causes[event->cause] : "cause unknown");
}

static void write_conflict(FILE *out, const struct varta_event *event,
			   const struct agent_owner *owner)
{
	char theirs[TEXT_SIZE], ours[TEXT_SIZE];

	format_namespace(theirs, event->sender_ns_inode);
	format_namespace(ours, event->agent->ns_inode);
	write_agent(out, event, owner);
	fprintf(out, "refused a beat, %s from %s, for this agent, %s in %s",
	       varta_origin_name(event->sender_origin), theirs,
	       varta_origin_name(event->agent->origin), ours);
	if (event->sender_pid)
		fprintf(out, "; sent by pid %" PRIu32, event->sender_pid);
	if (event->sender_uid != VARTA_UID_UNKNOWN)
		fprintf(out, " of uid %" PRIu32, event->sender_uid);
	if (event->suppressed)
		fprintf(out, "; %" PRIu32 " more were refused before",
		       event->suppressed);
}

static void write_counters(FILE *out, const struct varta_event *event)
{
	size_t i;

	if (!event->counter_count)
		fputs("all counters", out);
	for (i = 0; i < event->counter_count; i++)
		fprintf(out, "%s%s", i ? ", " : "",
		       varta_stats_name(event->counters[i]));
	fputs(" taken", out);
}

static void write_config(FILE *out, const struct varta_event *event,
			 const struct agent_owner *owner)
{
	(void)owner;
	switch (event->change) {
	case VARTA_CONFIG_CHANGE_SETTING:
		fprintf(out, "%s changed from %" PRIu32 " to %" PRIu32,
		       varta_config_name(event->setting), event->old_value,
		       event->new_value);
		break;
	case VARTA_CONFIG_CHANGE_COUNTERS_TAKEN:
		write_counters(out, event);
		break;
	case VARTA_CONFIG_CHANGE_GAPS_RESET:
		fputs("longest gaps reset", out);
		break;
	case VARTA_CONFIG_CHANGE_UNLOAD:
		fputs("the module unloads", out);
		break;
	default:
		fputs("changed in a way that is unknown here", out);
		break;
	}
	if (event->sender_pid)
		fprintf(out, "; by pid %" PRIu32, event->sender_pid);
	if (event->sender_uid != VARTA_UID_UNKNOWN)
		fprintf(out, "%s uid %" PRIu32, event->sender_pid ? " of" : "; by",
		       event->sender_uid);
	if (event->lost)
		fprintf(out, "; %" PRIu64 " queued events are lost", event->lost);
}

static void write_signal_name(FILE *out, uint32_t number)
{
	const char *name = number < INT_MAX ? sigabbrev_np((int)number) : NULL;

	if (name)
		fprintf(out, "SIG%s", name);
	else
		fprintf(out, "signal %" PRIu32, number);
}

static void write_signal(FILE *out, const struct varta_agent *agent)
{
	uint32_t number = agent->exit_signal;

	fputs(is_stop_signal(number) ? "ended by " : "killed by ", out);
	write_signal_name(out, number);
	if (agent->oom_killed)
		fputs(" of the OOM killer", out);
	if (agent->core_dumped)
		fputs(", core dumped", out);
}

/* On CLOCK_MONOTONIC: it orders exits that are printed late. */
static void write_exit_time(FILE *out, uint64_t ns)
{
	if (ns)
		fprintf(out, ", at %" PRIu64 ".%06" PRIu64 " s", ns / NS_PER_S,
		       ns % NS_PER_S / 1000);
}

static void write_exit(FILE *out, const struct varta_event *event,
		       const struct agent_owner *owner)
{
	const struct varta_agent *agent = event->agent;

	write_agent(out, event, owner);
	switch (agent->exit_type) {
	case VARTA_EXIT_CODE:
		fprintf(out, "exit code %" PRIu32, agent->exit_code);
		break;
	case VARTA_EXIT_SIGNAL:
		write_signal(out, agent);
		break;
	default:
		fputs("exit code unknown", out);
		break;
	}
	write_exit_time(out, agent->exit_time);
}

static void write_action(FILE *out, const struct varta_event *event,
			 const struct agent_owner *owner)
{
	/* By enum varta_withheld. */
	static const char *const causes[] = {
		[VARTA_WITHHELD_FROZEN] = "it is frozen",
		[VARTA_WITHHELD_STOPPED] = "it is stopped",
		[VARTA_WITHHELD_TRACED] = "its tracer has stopped it",
		[VARTA_WITHHELD_DUMPING] = "it dumps core",
		[VARTA_WITHHELD_EXITING] = "it is exiting",
		[VARTA_WITHHELD_STARVED] = "it does not get the CPU",
		[VARTA_WITHHELD_LIMIT] = "stall_actions_per_minute is reached",
		[VARTA_WITHHELD_DISABLED] = "stall_actions is 0",
		[VARTA_WITHHELD_CHANGED] =
			"another program runs now, or as another user",
	};
	uint32_t withheld = event->withheld;
	bool known = withheld < sizeof(causes) / sizeof(causes[0]);

	write_agent(out, event, owner);
	if (withheld == VARTA_WITHHELD_NONE)
		fputs("sent ", out);
	write_signal_name(out, event->signal);
	if (withheld != VARTA_WITHHELD_NONE)
		fprintf(out, " withheld, %s: %s", varta_withheld_name(withheld),
			known ? causes[withheld] : "cause unknown");
}

static void write_still_stalled(FILE *out, const struct varta_event *event,
				const struct agent_owner *owner)
{
	char silence[TEXT_SIZE];

	format_duration(silence, event->agent->silence);
	write_agent(out, event, owner);
	fprintf(out, "silent %s, status %s", silence,
	       varta_status_name(event->agent->status));
	write_reason(out, event->agent);
}

static void write_recovered(FILE *out, const struct varta_event *event,
			    const struct agent_owner *owner)
{
	write_agent(out, event, owner);
	fprintf(out, "beats again, status %s",
	       varta_status_name(event->agent->status));
}

static void write_gone(FILE *out, const struct varta_event *event,
		       const struct agent_owner *owner)
{
	write_agent(out, event, owner);
	fputs("not tracked any more: its exit or goodbye was lost", out);
}

/* An event by its type. */
struct event_kind {
	const char *name;
	void (*write)(FILE *out, const struct varta_event *event,
		      const struct agent_owner *owner);
	/* For events without an agent. */
	const char *text;
};

/* By enum varta_event_type. */
static const struct event_kind event_kinds[] = {
	[VARTA_EVENT_STALL] = { "stall", write_stall, NULL },
	[VARTA_EVENT_RECOVER] = { "recover", write_recover, NULL },
	[VARTA_EVENT_STATUS] = { "status", write_status, NULL },
	[VARTA_EVENT_EXIT] = { "exit", write_exit, NULL },
	[VARTA_EVENT_GOODBYE] = { "goodbye", write_goodbye, NULL },
	[VARTA_EVENT_CONFLICT] = { "conflict", write_conflict, NULL },
	[VARTA_EVENT_CONFIG] = { "config", write_config, NULL },
	[VARTA_EVENT_ACTION] = { "action", write_action, NULL },
	[VARTA_EVENT_LATE] = { "late", write_late, NULL },
	[VARTA_EVENT_LANE_STALL] = { "lane-stall", write_lane_stall, NULL },
	[VARTA_EVENT_LANE_RECOVER] = { "lane-recover", write_lane_recover,
				       NULL },
	[VARTA_EVENT_SOURCE_STALL] = { "source-stall", write_source_stall,
				       NULL },
	[VARTA_EVENT_SOURCE_RECOVER] = { "source-recover",
					 write_source_recover, NULL },
	[VARTA_EVENT_OVERRUN] = { "overrun", NULL, "events were lost; what "
				  "a dump shows of them follows" },
	[VARTA_EVENT_UNLOADED] = { "unloaded", NULL, "the module was unloaded; "
				   "waiting until it is loaded again" },
	[VARTA_EVENT_LOADED] = { "loaded", NULL, "the module was loaded; "
				 "listening again" },
};

/* Those that the dump of stalled agents has found; others are as they were sent. */
static const struct event_kind resynced_kinds[] = {
	[VARTA_EVENT_STALL] = { "stalled", write_still_stalled, NULL },
	[VARTA_EVENT_RECOVER] = { "recovered", write_recovered, NULL },
	[VARTA_EVENT_GOODBYE] = { "gone", write_gone, NULL },
};

#define COUNT(table)	(sizeof(table) / sizeof((table)[0]))

/* NULL for events of a newer library. */
static const struct event_kind *kind_of_event(const struct varta_event *event)
{
	const struct event_kind *kind;

	if (event->resynced && event->type < COUNT(resynced_kinds) &&
	    resynced_kinds[event->type].name)
		return &resynced_kinds[event->type];
	if (event->type >= COUNT(event_kinds))
		return NULL;
	kind = &event_kinds[event->type];
	return kind->name ? kind : NULL;
}

const char *event_name(const struct varta_event *event)
{
	const struct event_kind *kind = kind_of_event(event);

	return kind ? kind->name : NULL;
}

bool event_type_exists(unsigned int type)
{
	return type < COUNT(event_kinds);
}

const char *event_type_name(unsigned int type)
{
	/* Those of the subscription have a constant text. */
	return event_kinds[type].text ? NULL : event_kinds[type].name;
}

bool event_is_of_subscription(const struct varta_event *event)
{
	return !event->agent && event->type != VARTA_EVENT_CONFIG;
}

void event_text_write(FILE *out, const struct varta_event *event,
		      const struct agent_owner *owner)
{
	const struct event_kind *kind = kind_of_event(event);

	if (!kind)
		return;
	if (kind->text)
		fputs(kind->text, out);
	else
		kind->write(out, event, owner);
}

char *event_text(const struct varta_event *event,
		 const struct agent_owner *owner,
		 const struct pressures *pressures)
{
	char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);

	if (!out)
		return NULL;
	event_text_write(out, event, owner);
	event_pressure_write(out, pressures);
	if (fclose(out)) {
		free(text);
		return NULL;
	}
	return text;
}

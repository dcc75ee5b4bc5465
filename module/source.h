/* SPDX-License-Identifier: GPL-2.0-only */
/* Relay sources that are silent as a whole: their agents' stalls are one event. */
#ifndef _VARTA_SOURCE_H
#define _VARTA_SOURCE_H

#include "agent.h"

enum varta_source_limits {
	VARTA_SOURCES_MAX = 256, /* stalls of others are reported one by one */
	VARTA_SOURCE_GRACE_MAX_MS = 600000, /* for thresholds of agents */
};

enum varta_source_verdict {
	VARTA_SOURCE_REPORT,	/* by an event of its own */
	VARTA_SOURCE_GATHERED,	/* none: the event of its source stands for it */
	VARTA_SOURCE_FAILED,	/* the event of the source failed */
	VARTA_SOURCE_SILENT,	/* the scan ends: all are gathered again */
};

/* @agents is the number of agents of the source. */
typedef bool (*varta_source_cb)(const struct varta_agent_info *agent, u64 now,
				u32 agents);

void varta_sources_init(void);
void varta_sources_set_silence(u64 silence_ns, u64 now);
u32 varta_sources_silent(void);
void varta_source_charge(u32 nr, u64 now);
void varta_source_uncharge(u32 nr);
bool varta_source_note_beat(u32 nr, u64 now);
void varta_source_return(const struct varta_agent_info *agent, u64 now,
			 u64 grace_ns, varta_source_cb report);
enum varta_source_verdict
varta_source_judge(const struct varta_agent_info *agent, u64 resume_ns,
		   varta_source_cb report);
bool varta_source_has_gathered(const struct varta_agent_info *agent,
			       u64 stall_ns);
u64 varta_source_next_scan(u64 now, u32 *nr, u32 *cursor);
enum varta_source_verdict
varta_source_judge_left(const struct varta_agent_info *agent, u64 now,
			u64 resume_ns, varta_source_cb report);
void varta_source_pass(u32 nr, u32 cursor);
void varta_source_end_scan(u32 nr);

#endif /* _VARTA_SOURCE_H */

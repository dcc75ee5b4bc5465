/* SPDX-License-Identifier: GPL-2.0-only */
/* Pages in which agents beat without a system call. */
#ifndef _VARTA_BEAT_PAGE_H
#define _VARTA_BEAT_PAGE_H

#include <linux/types.h>
#include <uapi/linux/varta.h>

struct varta_proc;

/* What an agent finds in &varta_beat_page.kick. */
enum varta_kick {
	VARTA_KICK_NONE,	/* beat by storing */
	VARTA_KICK_BEAT,	/* send the next beat: the agent is stalled */
	VARTA_KICK_GONE,	/* nobody reads the page any more */
};

/* A lane, in the page. */
struct varta_page_lane {
	aligned_u64 deadline;	/* CLOCK_MONOTONIC of the agent; 0 for none */
	u32 threshold_ms;	/* 0 if the lane is not open */
	u32 tid;		/* in the pid namespace of the process */
	char name[VARTA_NAME_SIZE];
};

/*
 * The page, as Documentation/netlink/specs/varta.yaml describes it
 * at the command map. The agent may write anything at any time: each word is
 * read once.
 */
struct varta_beat_page {
	aligned_u64 nonce;	/* CLOCK_MONOTONIC, as the agent reads it */
	aligned_u64 state;	/* status, and payload in the upper half */
	u32 kick;		/* enum varta_kick; the kernel only writes it */
	u32 looks;		/* the same */
	u64 reserved;
	struct varta_page_lane lanes[VARTA_LANES_MAX];
};

static_assert(sizeof(struct varta_page_lane) == 32);
static_assert(sizeof(struct varta_beat_page) == 4096);

/**
 * struct varta_mapping - the page of an agent
 * @page: mapped in the kernel; the mapping holds a reference to it
 * @clock_offset: CLOCK_MONOTONIC of the agent minus that of the kernel
 * @timens: time namespace for which @clock_offset holds, as in the slot
 * @exec_id: of the program that asked for it
 * @looks: the last &varta_beat_page.looks
 * @lanes: that are read, up to VARTA_LANES_MAX
 * @next_lane: the lane that the next look begins with
 * @lanes_stalled: how many @overdue are not 0
 * @lanes_due: when to look at the lanes
 * @lanes_looked: the last look
 * @overdue: of each lane the deadline that it missed, 0 for none
 */
struct varta_mapping {
	struct varta_beat_page *page;
	s64 clock_offset;
	u64 exec_id;
	u32 timens;
	u32 looks;
	u32 lanes;
	u32 next_lane;
	u32 lanes_stalled;
	u64 lanes_due;
	u64 lanes_looked;
	u64 *overdue;
};

struct varta_mapping *varta_beat_page_map(u32 lanes, unsigned long *address);
void varta_beat_page_unmap(unsigned long address);
void varta_mapping_put(struct varta_mapping *mapping);
bool varta_mapping_is_left(const struct varta_mapping *mapping,
			   const struct varta_proc *proc);

#endif /* _VARTA_BEAT_PAGE_H */

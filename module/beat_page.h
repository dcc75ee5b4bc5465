/* SPDX-License-Identifier: GPL-2.0-only */
/* Pages in which agents beat without a system call. */
#ifndef _VARTA_BEAT_PAGE_H
#define _VARTA_BEAT_PAGE_H

#include <linux/limits.h>
#include <linux/minmax.h>
#include <linux/overflow.h>
#include <linux/types.h>
#include <uapi/linux/varta.h>

struct varta_proc;

/* What an agent finds in &varta_beat_page.kick. */
enum varta_kick {
	VARTA_KICK_NONE,	/* beat by storing */
	VARTA_KICK_BEAT,	/* send the next beat: the agent is stalled */
	VARTA_KICK_GONE,	/* nobody reads the page any more */
};

/* A lane, in the page or, if it is sent, in the kernel. */
struct varta_page_lane {
	aligned_u64 deadline;	/* CLOCK_MONOTONIC of the agent; 0 for none */
	u32 threshold_ms;	/* 0 if the lane is not open */
	u32 tid;		/* in the pid namespace of the process */
	char name[VARTA_NAME_SIZE];
};

enum {
	/* Places of lanes in 4 KiB. */
	VARTA_LANE_PLACES	= 4096 / sizeof(struct varta_page_lane),
};

/*
 * The page, as Documentation/netlink/specs/varta.yaml describes it
 * at the command map. The agent may write anything at any time: each word is
 * read once. What is before the lanes takes the place of one; lanes that the page
 * has no room for are in the pages that follow it.
 */
struct varta_beat_page {
	aligned_u64 nonce;	/* CLOCK_MONOTONIC, as the agent reads it */
	aligned_u64 state;	/* status, and payload in the upper half */
	u32 kick;		/* enum varta_kick; the kernel only writes it */
	u32 looks;		/* the same */
	u64 reserved;
	struct varta_page_lane lanes[VARTA_LANE_PLACES - 1];
};

static_assert(sizeof(struct varta_page_lane) == 32);
static_assert(sizeof(struct varta_beat_page) == 4096);
static_assert((VARTA_AGENT_LANES_MAX + 1) % VARTA_LANE_PLACES == 0);

/**
 * struct varta_lane_set - lanes of an agent, in its pages or in the kernel
 * @tables: of VARTA_LANE_PLACES places each
 * @overdue: of each lane the deadline that it missed, 0 for none
 * @due: when to look at the lanes
 * @looked: the last look
 * @count: lanes that are read, up to VARTA_AGENT_LANES_MAX
 * @next: the lane that the next look begins with
 * @stalled: how many @overdue are not 0
 * @sent: they are in the kernel: written by beats of lanes, from place 0 on
 */
struct varta_lane_set {
	struct varta_page_lane **tables;
	u64 *overdue;
	u64 due;
	u64 looked;
	u32 count;
	u32 next;
	u32 stalled;
	bool sent;
};

/**
 * struct varta_mapping - the page of an agent, and those that follow it
 * @page: mapped in the kernel; the mapping holds a reference to each page
 * @clock_offset: CLOCK_MONOTONIC of the agent minus that of the kernel
 * @timens: time namespace for which @clock_offset holds, as in the slot
 * @exec_id: of the program that asked for it
 * @looks: the last &varta_beat_page.looks
 * @lanes: in the pages
 */
struct varta_mapping {
	struct varta_beat_page *page;
	s64 clock_offset;
	u64 exec_id;
	u32 timens;
	u32 looks;
	struct varta_lane_set lanes;
};

/*
 * The time of the kernel's clock, which is behind by @offset; U64_MAX for none. The
 * offset of a time namespace is 2^62 ns at most, so a deadline from 2^63 on has no time
 * that comes.
 */
static inline u64 varta_without_offset(u64 time, s64 offset)
{
	u64 result;

	if (offset >= 0)
		return time > offset ? time - offset : 0;
	return check_add_overflow(time, -(u64)offset, &result) ? U64_MAX : result;
}

struct varta_mapping *varta_beat_page_map(u32 lanes, unsigned long *address);
void varta_beat_page_unmap(unsigned long address, u32 lanes);
void varta_mapping_put(struct varta_mapping *mapping);
bool varta_has_executed(const struct varta_proc *proc, u64 exec_id);

#endif /* _VARTA_BEAT_PAGE_H */

/* SPDX-License-Identifier: GPL-2.0-only */
/* Pages in which agents beat without a system call. */
#ifndef _VARTA_BEAT_PAGE_H
#define _VARTA_BEAT_PAGE_H

#include <linux/types.h>

/* What an agent finds in &varta_beat_page.kick. */
enum varta_kick {
	VARTA_KICK_NONE,	/* beat by storing */
	VARTA_KICK_BEAT,	/* send the next beat: the agent is stalled */
	VARTA_KICK_GONE,	/* nobody reads the page any more */
};

/*
 * The start of the page, as Documentation/netlink/specs/varta.yaml describes it
 * at the command map. The agent may write anything at any time: each word is
 * read once.
 */
struct varta_beat_page {
	aligned_u64 nonce;	/* CLOCK_MONOTONIC, as the agent reads it */
	aligned_u64 state;	/* status, and payload in the upper half */
	u32 kick;		/* enum varta_kick; the kernel only writes it */
	u32 looks;		/* the same */
};

/**
 * struct varta_mapping - the page of an agent
 * @page: mapped in the kernel; the mapping holds a reference to it
 * @clock_offset: CLOCK_MONOTONIC of the agent minus that of the kernel
 * @timens: time namespace for which @clock_offset holds, as in the slot
 * @looks: the last &varta_beat_page.looks
 */
struct varta_mapping {
	struct varta_beat_page *page;
	s64 clock_offset;
	u32 timens;
	u32 looks;
};

struct varta_mapping *varta_beat_page_map(unsigned long *address);
void varta_beat_page_unmap(unsigned long address);
void varta_mapping_put(struct varta_mapping *mapping);

#endif /* _VARTA_BEAT_PAGE_H */

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Which stalls a listener has been told of, so that after an overrun it is told
 * of the others, and of none twice. A stall is known by its agent and the time
 * of the last beat before it.
 */
#ifndef VARTA_TOLD_H
#define VARTA_TOLD_H

#include "varta.h"

/**
 * struct varta_told - The stalls of one listener.
 * @tree: Of tsearch(3).
 * @count: How many are in it.
 * @limit: More than this many, and the ledger should be read to forget some.
 * @round: Of reading the ledger.
 */
struct varta_told {
	void *tree;
	size_t count;
	size_t limit;
	uint32_t round;
};

/**
 * varta_told_init() - Begin with none.
 * @told: The stalls.
 */
void varta_told_init(struct varta_told *told);

/**
 * varta_told_clear() - Forget all.
 * @told: The stalls.
 */
void varta_told_clear(struct varta_told *told);

/**
 * varta_told_by_event() - Take note of a stall that the kernel reports.
 * @told: The stalls.
 * @agent: The agent.
 *
 * Return: 1 if the listener is to be told; 0 if it was, when the ledger was
 * read; -ENOMEM.
 */
int varta_told_by_event(struct varta_told *told,
			const struct varta_agent *agent);

/**
 * varta_told_by_ledger() - Take note of a stall that the ledger has.
 * @told: The stalls.
 * @agent: The agent.
 *
 * Return: 1 if the listener is to be told; 0 if it was; -ENOMEM.
 */
int varta_told_by_ledger(struct varta_told *told,
			 const struct varta_agent *agent);

/**
 * varta_told_before() - Take note of a stall from before the listener came.
 * @told: The stalls.
 * @agent: The agent. If the kernel reports it all the same, it is new.
 *
 * Return: 0 or -ENOMEM.
 */
int varta_told_before(struct varta_told *told, const struct varta_agent *agent);

/**
 * varta_told_forget() - The agent is no more.
 * @told: The stalls.
 * @agent: The agent.
 */
void varta_told_forget(struct varta_told *told,
		       const struct varta_agent *agent);

/**
 * varta_told_begin() - The ledger is going to be read.
 * @told: The stalls.
 */
void varta_told_begin(struct varta_told *told);

/**
 * varta_told_end() - It was, all of it: forget the stalls that are over.
 * @told: The stalls; those that were met since varta_told_begin() stay.
 */
void varta_told_end(struct varta_told *told);

#endif /* VARTA_TOLD_H */

/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the gateway remembers of each sender: who it is, and how often it sends. The
 * memory is fixed; the sender that was silent for longest among a few is forgotten.
 */
#ifndef SENDERS_H
#define SENDERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Senders that are remembered, and owners whose new senders are counted. */
#define SENDERS_MAX	16384
#define SENDERS_OWNERS	1024

/* New senders of one owner in a second, and at once. */
#define SENDERS_NEW_RATE	500

/**
 * struct sender - A sender.
 * @key: Its source and pid; 0 for none.
 * @start_time: When its process started, in ns; 0 if it is on another machine.
 * @ns_pid: Its pid in its own pid namespace.
 * @is_checked: @start_time and @ns_pid are known to be those of its process.
 * @is_doubted: The module may have refused its last frame without the gateway knowing it.
 * @was_terminal: Its last frame was terminal.
 * @used: When it sent last.
 * @look_due: Its process is not looked at again before, if its pid is another one.
 * @next_due: When it has used up what it may send, see senders_allow().
 */
struct sender {
	uint64_t key, start_time;
	uint32_t ns_pid;
	bool is_checked, is_doubted, was_terminal;
	uint64_t used, look_due, next_due;
};

/**
 * struct senders - All of them.
 * @senders: By a hash of the key.
 * @new_due: By a hash of the owner, as &sender.next_due.
 * @seed: Of the hashes, so that nobody can choose which of them collide.
 * @interval: Nanoseconds between the frames of a sender; 0 for no limit.
 */
struct senders {
	struct sender senders[SENDERS_MAX];
	uint64_t new_due[SENDERS_OWNERS];
	uint64_t seed, interval;
};

/**
 * senders_init() - Forget all.
 * @senders: The senders.
 * @seed: A random number.
 * @rate: Frames that one of them may send in a second; 0 for no limit.
 */
void senders_init(struct senders *senders, uint64_t seed, uint32_t rate);

/**
 * sender_key() - The key of a sender.
 * @source: Number of its machine, 0 for this one.
 * @pid: Its pid there, not 0.
 */
uint64_t sender_key(uint32_t source, uint32_t pid);

/**
 * senders_find() - Find a sender.
 * @senders: The senders.
 * @key: Its key.
 *
 * Return: The sender or NULL.
 */
struct sender *senders_find(struct senders *senders, uint64_t key);

/**
 * senders_may_add() - Whether an owner may have one more new sender now.
 * @senders: The senders.
 * @owner: A user or another machine.
 * @now: The time in nanoseconds.
 *
 * Counts it. Each costs the gateway more than a frame.
 */
bool senders_may_add(struct senders *senders, uint64_t owner, uint64_t now);

/**
 * senders_add() - Remember a sender that is not known.
 * @senders: The senders.
 * @key: Its key.
 *
 * Return: The sender, with all members but the key 0.
 */
struct sender *senders_add(struct senders *senders, uint64_t key);

/**
 * senders_allow() - Whether a sender may send one more frame now.
 * @senders: The senders.
 * @sender: One of them.
 * @is_terminal: The frame is terminal. The first one after another is allowed.
 * @now: The time in nanoseconds.
 *
 * Counts the frame if it is allowed. A sender may send at once what it may send in
 * a second.
 */
bool senders_allow(const struct senders *senders, struct sender *sender,
		   bool is_terminal, uint64_t now);

#endif /* SENDERS_H */

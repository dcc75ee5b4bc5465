/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the gateway counts, and where it shows that: in the log, at most a line a minute;
 * to systemd; in a file for Prometheus.
 */
#ifndef TALLY_H
#define TALLY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <varta.h>

/**
 * enum refusal - Why the gateway does not relay a frame that is valid.
 * @REFUSED_NO_SENDER: Its sender is in another pid namespace, or unknown.
 * @REFUSED_SENDER_GONE: Its sender has ended.
 * @REFUSED_WRONG_PID: Its pid is not the sender's.
 * @REFUSED_RATE: Its sender sends too often.
 * @REFUSED_NEW_SENDERS: Its user, or machine, has too many new senders.
 * @REFUSED_UNKNOWN_SOURCE: It came by UDP from a machine that is not in the map.
 * @REFUSED_NOT_SEALED: It came by UDP without a seal, and there are keys.
 * @REFUSED_NO_KEY: No key opens it.
 * @REFUSED_REPLAY: It was received before.
 * @REFUSED_NO_MODULE: The module is not loaded.
 * @REFUSED_SYSTEM: A message to the module failed as a whole.
 * @REFUSALS: Number of them.
 */
enum refusal {
	REFUSED_NO_SENDER,
	REFUSED_SENDER_GONE,
	REFUSED_WRONG_PID,
	REFUSED_RATE,
	REFUSED_NEW_SENDERS,
	REFUSED_UNKNOWN_SOURCE,
	REFUSED_NOT_SEALED,
	REFUSED_NO_KEY,
	REFUSED_REPLAY,
	REFUSED_NO_MODULE,
	REFUSED_SYSTEM,
	REFUSALS,
};

/* More than there are reasons of the module. */
#define TALLY_REASONS	64

/**
 * struct tally - What was counted.
 * @received: Datagrams.
 * @relayed: Beats that were sent to the module, and not refused.
 * @invalid: Frames by the check that failed, an enum varta_reason.
 * @refused: Valid ones by enum refusal.
 * @module: Refusals by the module, by its reason: one for each message.
 * @last_pid: Of the last one that was not relayed: its sender, 0 if unknown.
 * @last_uid: Likewise its user.
 * @logged: How many were not relayed when that was logged last.
 * @log_due: Earliest time of the next line.
 */
struct tally {
	uint64_t received, relayed;
	uint64_t invalid[TALLY_REASONS];
	uint64_t refused[REFUSALS];
	uint64_t module[TALLY_REASONS];
	uint32_t last_pid, last_uid;
	uint64_t logged, log_due;
};

/**
 * tally_invalid() - Count a frame that is not valid.
 * @tally: The tally.
 * @reason: Which check failed.
 */
void tally_invalid(struct tally *tally, enum varta_reason reason);

/**
 * tally_module() - Count a refusal by the module.
 * @tally: The tally.
 * @reason: Its reason.
 */
void tally_module(struct tally *tally, enum varta_reason reason);

/**
 * tally_total() - How many frames were not relayed.
 * @tally: The tally.
 */
uint64_t tally_total(const struct tally *tally);

/**
 * tally_text() - Name what was counted since the last line of the log.
 * @tally: The tally.
 * @before: The tally of then.
 * @text: Receives "REASON NUMBER, REASON NUMBER".
 * @size: Its size.
 */
void tally_text(const struct tally *tally, const struct tally *before,
		char *text, size_t size);

/**
 * tally_log() - Write a line to stderr, if there is something new and it is time.
 * @tally: The tally.
 * @now: The time in nanoseconds.
 */
void tally_log(struct tally *tally, uint64_t now);

/**
 * tally_write() - Replace a file of metrics, in the format of Prometheus.
 * @tally: The tally.
 * @path: The file.
 *
 * Return: 0 or a negative errno.
 */
int tally_write(const struct tally *tally, const char *path);

#endif /* TALLY_H */

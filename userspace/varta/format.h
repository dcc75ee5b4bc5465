/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Agents in words for people.
 */
#ifndef FORMAT_H
#define FORMAT_H

#include <stdint.h>

#include <varta.h>

/* Enough for every text made here but names. */
#define TEXT_SIZE	32

/* Enough for a name of which every byte is escaped. */
#define NAME_TEXT_SIZE	(4 * (VARTA_NAME_SIZE - 1) + 1)

/**
 * format_duration() - A duration, as exact as its size asks for.
 * @text: Receives TEXT_SIZE bytes, such as "502 ms", "3.2 s" or "2 m 5 s".
 * @ns: The duration in nanoseconds.
 */
void format_duration(char *text, uint64_t ns);

/**
 * format_nonce() - A nonce, or "terminal".
 * @text: Receives TEXT_SIZE bytes.
 * @nonce: The nonce.
 */
void format_nonce(char *text, uint64_t nonce);

/**
 * format_namespace() - A pid namespace, as /proc/PID/ns/pid shows it.
 * @text: Receives TEXT_SIZE bytes.
 * @inode: Its inode number, or 0 for one that is not known.
 */
void format_namespace(char *text, uint64_t inode);

/**
 * format_name() - A name for a terminal, with which it cannot play.
 * @text: Receives NAME_TEXT_SIZE bytes: \xNN for each byte that is not UTF-8,
 *   or belongs to a character that does something (control characters, and
 *   those that turn the direction or are invisible); two backslashes for one.
 * @name: At most VARTA_NAME_SIZE - 1 bytes.
 */
void format_name(char *text, const char *name);

/**
 * format_name_for_programs() - A name as valid UTF-8.
 * @text: Receives NAME_TEXT_SIZE bytes, as from format_name(), but with all of
 *   the characters as they are.
 * @name: At most VARTA_NAME_SIZE - 1 bytes.
 */
void format_name_for_programs(char *text, const char *name);

#endif /* FORMAT_H */

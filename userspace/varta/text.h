/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Agents in words for people.
 */
#ifndef TEXT_H
#define TEXT_H

#include <stdint.h>

#include <varta.h>

/* Enough for every text made here. */
#define TEXT_SIZE	32

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

#endif /* TEXT_H */

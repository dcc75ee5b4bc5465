/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Fields of an agent as text for people.
 */
#ifndef FORMAT_H
#define FORMAT_H

#include <stddef.h>
#include <stdint.h>

#include <varta.h>

/* Size of every text but names. */
#define TEXT_SIZE	32

/* Size of a name whose bytes are all escaped. */
#define NAME_TEXT_SIZE	(4 * (VARTA_NAME_SIZE - 1) + 1)

/**
 * format_duration() - Format a duration with its two leading units.
 * @text: Receives TEXT_SIZE bytes, such as "502 ms", "3.2 s" or "2 m 5 s".
 * @ns: The duration in nanoseconds.
 */
void format_duration(char *text, uint64_t ns);

/**
 * format_nonce() - Format a nonce; VARTA_TERMINAL_NONCE is "terminal".
 * @text: Receives TEXT_SIZE bytes.
 * @nonce: The nonce.
 */
void format_nonce(char *text, uint64_t nonce);

/**
 * format_namespace() - Format a pid namespace, as /proc/PID/ns/pid shows it.
 * @text: Receives TEXT_SIZE bytes.
 * @inode: Its inode number; 0 for "unknown".
 */
void format_namespace(char *text, uint64_t inode);

/**
 * format_name() - Format a name so that it is safe on a terminal.
 * @text: Receives NAME_TEXT_SIZE bytes. Bytes that are not UTF-8, control
 *   characters, invisible ones and those that change the writing direction
 *   become \xNN; a backslash becomes two.
 * @name: At most VARTA_NAME_SIZE - 1 bytes.
 */
void format_name(char *text, const char *name);

/**
 * format_name_utf8() - Format a name as valid UTF-8, for programs.
 * @text: Receives NAME_TEXT_SIZE bytes. Bytes that are not UTF-8 become \xNN;
 *   a backslash becomes two.
 * @name: At most VARTA_NAME_SIZE - 1 bytes.
 */
void format_name_utf8(char *text, const char *name);

/**
 * format_fit() - Find where to cut a text, not within a character of UTF-8.
 * @text: The text.
 * @size: The most bytes to keep.
 *
 * Return: The number of bytes to keep.
 */
size_t format_fit(const char *text, size_t size);

/**
 * format_text() - As format_name(), for a text of any length.
 * @text: Receives four times the length of @from, and a NUL.
 * @from: The text.
 */
void format_text(char *text, const char *from);

/**
 * format_text_utf8() - As format_name_utf8(), for a text of any length.
 * @text: As for format_text().
 * @from: The text.
 */
void format_text_utf8(char *text, const char *from);

#endif /* FORMAT_H */

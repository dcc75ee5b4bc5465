// SPDX-License-Identifier: GPL-2.0-only
/*
 * Agents in words for people. See text.h. No text is longer than three
 * numbers and their units, so that none is cut off.
 */
#include "text.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

#define MS_PER_S	1000
#define MS_PER_M	(60 * MS_PER_S)
#define MS_PER_H	(60 * MS_PER_M)

__attribute__((format(printf, 2, 3)))
static void put(char *text, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	if (vsnprintf(text, TEXT_SIZE, format, arguments) < 0)
		text[0] = '\0';
	va_end(arguments);
}

void format_duration(char *text, uint64_t ns)
{
	uint64_t ms = ns / 1000000;

	if (ms < MS_PER_S)
		put(text, "%" PRIu64 " ms", ms);
	else if (ms < MS_PER_M)
		put(text, "%" PRIu64 ".%" PRIu64 " s", ms / MS_PER_S,
		    ms % MS_PER_S / 100);
	else if (ms < MS_PER_H)
		put(text, "%" PRIu64 " m %" PRIu64 " s", ms / MS_PER_M,
		    ms % MS_PER_M / MS_PER_S);
	else
		put(text, "%" PRIu64 " h %" PRIu64 " m", ms / MS_PER_H,
		    ms % MS_PER_H / MS_PER_M);
}

void format_nonce(char *text, uint64_t nonce)
{
	if (nonce == VARTA_NONCE_TERMINAL)
		put(text, "terminal");
	else
		put(text, "%" PRIu64, nonce);
}

void format_namespace(char *text, uint64_t inode)
{
	if (inode)
		put(text, "pid:[%" PRIu64 "]", inode);
	else
		put(text, "unknown");
}

/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The command line of this process as /proc and ps(1) show it.
 */
#ifndef PROCESS_TITLE_H
#define PROCESS_TITLE_H

#include <stddef.h>

/* With a final NUL. Less if arguments and environment had less room. */
#define PROCESS_TITLE_SIZE	128

/**
 * process_title_set() - Replace the command line.
 * @prefix: How it begins.
 * @text: What follows, with any bytes but NUL.
 * @length: Their number. The title is cut to its size.
 *
 * The title takes the place of arguments and environment. The environment is
 * moved; the first call ends the use of other pointers to them. Without /proc
 * or memory, the command line stays as it is.
 */
void process_title_set(const char *prefix, const char *text, size_t length);

#endif /* PROCESS_TITLE_H */

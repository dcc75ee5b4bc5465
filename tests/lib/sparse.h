/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the newest kernels' headers use and Debian's sparse does not know yet. Only ever
 * read by sparse (tests/check-static), never by a compiler.
 */

/* A C23 keyword. Qualifiers that stay on cost sparse nothing. */
#define __typeof_unqual__ __typeof__

/* MODULE_INFO() asserts the length of a literal, which sparse takes for no constant. */
#define __builtin_strlen(string) (sizeof(string) - 1)

// SPDX-License-Identifier: GPL-2.0-only
/*
 * The Test Anything Protocol. See tap.h.
 */
#include "tap.h"

#include <stdarg.h>
#include <stdio.h>

static int run, failed;

void check(bool passed, const char *format, ...)
{
	va_list arguments;

	run++;
	if (!passed)
		failed++;
	printf("%sok %d - ", passed ? "" : "not ", run);
	va_start(arguments, format);
	vprintf(format, arguments);
	va_end(arguments);
	putchar('\n');
	/* A child of the test must not print it again. */
	fflush(stdout);
}

int tap_end(void)
{
	printf("1..%d\n", run);
	return failed ? 1 : 0;
}

// SPDX-License-Identifier: GPL-2.0-only
/*
 * Unit tests of what needs no kernel: runs the groups, counts what they say.
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
}

int tap_end(void)
{
	printf("1..%d\n", run);
	return failed ? 1 : 0;
}

int main(void)
{
	test_frame();
	test_ledger();
	test_nonce();
	test_answer();
	test_agent();
	test_stats();
	test_config();
	test_prometheus();
	test_relay();
	test_number();
	test_setting();
	test_table();
	test_text();
	return tap_end();
}

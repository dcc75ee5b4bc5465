// SPDX-License-Identifier: GPL-2.0-only
/*
 * Unit tests of what needs no kernel: runs the groups.
 */
#include "tap.h"

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
	test_client();
	test_foreign();
	test_told();
	test_events();
	test_number();
	test_setting();
	test_table();
	test_text();
	return tap_end();
}

// SPDX-License-Identifier: GPL-2.0-only
/*
 * Agents in words for people.
 */
#include "text.h"

#include <string.h>

#include "tap.h"

#define MS	UINT64_C(1000000)

static const struct {
	uint64_t ns;
	const char *text;
} durations[] = {
	{ 0, "0 ms" },
	{ 502 * MS, "502 ms" },
	{ 1000 * MS - 1, "999 ms" },
	{ 3250 * MS, "3.2 s" },
	{ 59999 * MS, "59.9 s" },
	{ 125000 * MS, "2 m 5 s" },
	{ 7260000 * MS, "2 h 1 m" },
	{ UINT64_MAX, "5124095 h 34 m" },
};

void test_text(void)
{
	char text[TEXT_SIZE];
	size_t i;

	for (i = 0; i < sizeof(durations) / sizeof(durations[0]); i++) {
		format_duration(text, durations[i].ns);
		check(!strcmp(text, durations[i].text), "text: %s",
		      durations[i].text);
	}
	format_nonce(text, VARTA_NONCE_TERMINAL);
	check(!strcmp(text, "terminal"), "text: terminal nonce");
	format_nonce(text, UINT64_MAX - 1);
	check(!strcmp(text, "18446744073709551614"), "text: largest nonce");
	format_namespace(text, UINT64_MAX);
	check(!strcmp(text, "pid:[18446744073709551615]"),
	      "text: largest inode");
	format_namespace(text, 0);
	check(!strcmp(text, "unknown"), "text: namespace that is not known");
}

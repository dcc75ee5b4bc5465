// SPDX-License-Identifier: GPL-2.0-only
/*
 * Fields of an agent as text.
 */
#include "format.h"

#include <locale.h>
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

/* @utf8 is NULL where it does not differ from @terminal. */
static const struct {
	const char *name;
	const char *terminal;
	const char *utf8;
} names[] = {
	{ "", "", NULL },
	{ "web server", "web server", NULL },
	{ "caf\xc3\xa9 \xf0\x9f\x98\x80", "caf\xc3\xa9 \xf0\x9f\x98\x80",
	  NULL },
	{ "a\\b", "a\\\\b", NULL },
	{ "\033[31m\n\x7f", "\\x1b[31m\\x0a\\x7f", "\033[31m\n\x7f" },
	/* CSI as a character and as a byte. */
	{ "\xc2\x9b" "m", "\\xc2\\x9bm", "\xc2\x9bm" },
	{ "\x9bm", "\\x9bm", NULL },
	/* Right-to-left override. */
	{ "\xe2\x80\xae" "x", "\\xe2\\x80\\xaex", "\xe2\x80\xaex" },
	/* Truncated, overlong '/', surrogate, beyond Unicode. */
	{ "x\xe2\x82", "x\\xe2\\x82", NULL },
	{ "\xc0\xaf", "\\xc0\\xaf", NULL },
	{ "\xe0\x80\xaf", "\\xe0\\x80\\xaf", NULL },
	{ "\xed\xa0\x80", "\\xed\\xa0\\x80", NULL },
	{ "\xf4\x90\x80\x80", "\\xf4\\x90\\x80\\x80", NULL },
	{ "\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff",
	  "\\xff\\xff\\xff\\xff\\xff\\xff\\xff\\xff\\xff\\xff\\xff\\xff\\xff"
	  "\\xff\\xff", NULL },
};

static void test_names(void)
{
	char text[NAME_TEXT_SIZE];
	const char *expected;
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		format_name(text, names[i].name);
		check(!strcmp(text, names[i].terminal), "format: name '%s'",
		      names[i].terminal);
		expected = names[i].utf8 ? names[i].utf8 :
						   names[i].terminal;
		format_name_utf8(text, names[i].name);
		check(!strcmp(text, expected), "format: name '%s' as UTF-8",
		      names[i].terminal);
		format_text_utf8(text, names[i].name);
		check(!strcmp(text, expected), "format: text '%s' as UTF-8",
		      names[i].terminal);
	}
}

/* Longer than any name. */
static void test_text(void)
{
	char from[301], text[4 * sizeof(from)];
	size_t i;

	memset(from, '\033', sizeof(from) - 1);
	from[sizeof(from) - 1] = '\0';
	format_text(text, from);
	for (i = 0; i < sizeof(from) - 1; i++)
		if (memcmp(text + 4 * i, "\\x1b", 4))
			break;
	check(i == sizeof(from) - 1 && !text[4 * i],
	      "format: text of control characters");
}

/* Bytes of UTF-8 are other characters there, some of them controls. */
static void test_8_bit_locale(void)
{
	char text[NAME_TEXT_SIZE];

	setlocale(LC_CTYPE, "C");
	format_name(text, "caf\xc3\xa9 \xe2\x82\x9b web");
	check(!strcmp(text, "caf\\xc3\\xa9 \\xe2\\x82\\x9b web"),
	      "format: only ASCII in a locale without UTF-8");
	format_name_utf8(text, "caf\xc3\xa9");
	check(!strcmp(text, "caf\xc3\xa9"), "format: UTF-8 in every locale");
}

static const struct {
	const char *text;
	size_t size, fits;
} cuts[] = {
	{ "", 0, 0 },
	{ "web", 15, 3 },
	{ "web", 3, 3 },
	{ "web", 2, 2 },
	{ "web", 0, 0 },
	{ "caf\xc3\xa9", 5, 5 },
	{ "caf\xc3\xa9", 4, 3 },
	{ "\xf0\x9f\x98\x80", 3, 0 },
	{ "x\xf0\x9f\x98\x80y", 5, 5 },
	/* Not UTF-8: single bytes. */
	{ "\xff\xff\xff", 2, 2 },
	{ "ab\xe2\x82", 3, 3 },
};

static void test_fit(void)
{
	size_t i;

	for (i = 0; i < sizeof(cuts) / sizeof(cuts[0]); i++)
		check(format_fit(cuts[i].text, cuts[i].size) == cuts[i].fits,
		      "format: '%s' fits into %zu bytes", cuts[i].text,
		      cuts[i].size);
}

TEST_GROUP(format)
{
	char text[TEXT_SIZE];
	size_t i;

	for (i = 0; i < sizeof(durations) / sizeof(durations[0]); i++) {
		format_duration(text, durations[i].ns);
		check(!strcmp(text, durations[i].text), "format: %s",
		      durations[i].text);
	}
	format_nonce(text, VARTA_TERMINAL_NONCE);
	check(!strcmp(text, "terminal"), "format: terminal nonce");
	format_nonce(text, UINT64_MAX - 1);
	check(!strcmp(text, "18446744073709551614"), "format: largest nonce");
	format_namespace(text, UINT64_MAX);
	check(!strcmp(text, "pid:[18446744073709551615]"),
	      "format: largest inode");
	format_namespace(text, 0);
	check(!strcmp(text, "unknown"), "format: unknown namespace");
	setlocale(LC_CTYPE, "C.UTF-8");
	test_names();
	test_text();
	test_fit();
	test_8_bit_locale();
}

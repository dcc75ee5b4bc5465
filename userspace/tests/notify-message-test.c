// SPDX-License-Identifier: GPL-2.0-only
/*
 * Messages of sd_notify(3), good and bad ones.
 */
#include "notify_message.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tap.h"

#define TEXT(S)		S, sizeof(S) - 1

static const struct {
	const char *name, *text;
	size_t length;
	struct notify_message message;
} good[] = {
	{ "ready", TEXT("READY=1"), { .ready = true } },
	{ "a newline at the end", TEXT("READY=1\n"), { .ready = true } },
	{ "NUL at the end", TEXT("READY=1\0"), { .ready = true } },
	{ "carriage returns", TEXT("READY=1\r\nSTOPPING=1\r\n"),
	  { .ready = true, .stopping = true } },
	{ "empty lines", TEXT("\n\n\nWATCHDOG=1\n\n"),
	  { .watchdog = NOTIFY_WATCHDOG_ALIVE, .plain = true } },
	{ "a watchdog and more", TEXT("WATCHDOG=1\nX=well"),
	  { .watchdog = NOTIFY_WATCHDOG_ALIVE } },
	{ "a status", TEXT("STATUS=well: 5\nWATCHDOG=1"),
	  { .watchdog = NOTIFY_WATCHDOG_ALIVE, .status = "well: 5",
	    .status_length = 7 } },
	{ "the first of two statuses", TEXT("STATUS=\nSTATUS=well"),
	  { .status = "" } },
	{ "a status that looks like more", TEXT("STATUS=READY=1"),
	  { .status = "READY=1", .status_length = 7 } },
	{ "an escape sequence", TEXT("STATUS=\033[2J\a\r\n"),
	  { .status = "\033[2J\a", .status_length = 5 } },
	{ "trigger", TEXT("WATCHDOG=trigger"),
	  { .watchdog = NOTIFY_WATCHDOG_TRIGGER } },
	{ "the first of two values", TEXT("WATCHDOG=trigger\nWATCHDOG=1"),
	  { .watchdog = NOTIFY_WATCHDOG_TRIGGER } },
	{ "the first of two values, if it is bad", TEXT("WATCHDOG=\nWATCHDOG=1"),
	  { .watchdog = NOTIFY_WATCHDOG_NONE } },
	{ "another watchdog", TEXT("WATCHDOG=2\nREADY=1"), { .ready = true } },
	{ "a timeout", TEXT("WATCHDOG_USEC=20000000"),
	  { .has_watchdog_usec = true, .watchdog_usec = 20000000 } },
	{ "no timeout", TEXT("WATCHDOG_USEC=0"), { .has_watchdog_usec = true } },
	{ "the longest timeout", TEXT("WATCHDOG_USEC=18446744073709551615"),
	  { .has_watchdog_usec = true, .watchdog_usec = UINT64_MAX } },
	{ "more time", TEXT("EXTEND_TIMEOUT_USEC=1"),
	  { .has_extend_usec = true, .extend_usec = 1 } },
	{ "another main process", TEXT("MAINPID=12\nREADY=1"),
	  { .main_pid = 12, .ready = true } },
	{ "a barrier", TEXT("BARRIER=1"), { .barrier = true } },
	{ "a barrier beside others", TEXT("READY=1\nBARRIER=1\nWATCHDOG=1"),
	  { .barrier = true } },
};

/* Lines that say nothing, alone and between others. */
static const struct {
	const char *name, *text;
	size_t length;
} without_meaning[] = {
	{ "a space", TEXT(" ") },
	{ "no value", TEXT("READY") },
	{ "an empty value", TEXT("READY=") },
	{ "another value", TEXT("READY=0") },
	{ "more behind the value", TEXT("READY=11") },
	{ "a space behind", TEXT("READY=1 ") },
	{ "a space before", TEXT(" READY=1") },
	{ "small letters", TEXT("ready=1") },
	{ "a key that begins so", TEXT("WATCHDOG_=1") },
	{ "an equals sign", TEXT("=") },
	{ "only a value", TEXT("=1") },
	{ "an unknown key", TEXT("X_VARTA=READY=1") },
	{ "a sign", TEXT("WATCHDOG_USEC=+5") },
	{ "a negative number", TEXT("WATCHDOG_USEC=-1") },
	{ "a number with a space", TEXT("WATCHDOG_USEC= 5") },
	{ "a number with a unit", TEXT("WATCHDOG_USEC=5s") },
	{ "an empty number", TEXT("WATCHDOG_USEC=") },
	{ "a hexadecimal number", TEXT("EXTEND_TIMEOUT_USEC=0x10") },
	{ "a fraction", TEXT("EXTEND_TIMEOUT_USEC=1.5") },
	{ "2^64", TEXT("WATCHDOG_USEC=18446744073709551616") },
	{ "a huge number", TEXT("WATCHDOG_USEC=99999999999999999999999999999") },
	{ "a huge process id", TEXT("MAINPID=2147483648") },
	{ "a negative process id", TEXT("MAINPID=-1") },
	{ "bytes that are not text", TEXT("\x80\xff\x01\x7f") },
	{ "another barrier", TEXT("BARRIER=0") },
	{ "descriptors", TEXT("FDSTORE=1") },
};

static const struct {
	const char *name, *text;
	size_t length;
} bad[] = {
	{ "nothing", TEXT("") },
	{ "NUL", TEXT("\0") },
	{ "two NULs", TEXT("READY=1\0\0") },
	{ "NUL within", TEXT("READY=1\0STOPPING=1") },
	{ "NUL before", TEXT("\0READY=1") },
	{ "newlines", TEXT("\n\r\n") },
};

static bool is_same(const struct notify_message *a,
		    const struct notify_message *b)
{
	return a->ready == b->ready && a->stopping == b->stopping &&
	       a->barrier == b->barrier && a->plain == b->plain &&
	       a->watchdog == b->watchdog &&
	       a->has_watchdog_usec == b->has_watchdog_usec &&
	       (!a->has_watchdog_usec ||
		a->watchdog_usec == b->watchdog_usec) &&
	       a->has_extend_usec == b->has_extend_usec &&
	       (!a->has_extend_usec || a->extend_usec == b->extend_usec) &&
	       a->main_pid == b->main_pid && !a->status == !b->status &&
	       (!a->status || (a->status_length == b->status_length &&
			       !memcmp(a->status, b->status,
				       b->status_length)));
}

static void test_without_meaning(size_t i)
{
	const struct notify_message nothing = { 0 };
	const struct notify_message some = { .ready = true, .stopping = true };
	struct notify_message message;
	char text[256];
	int length;

	check(notify_message_parse(&message, without_meaning[i].text,
				   without_meaning[i].length) &&
	      is_same(&message, &nothing),
	      "notify_message: %s means nothing", without_meaning[i].name);
	length = snprintf(text, sizeof(text), "READY=1\n%.*s\nSTOPPING=1",
			  (int)without_meaning[i].length,
			  without_meaning[i].text);
	check(notify_message_parse(&message, text, (size_t)length) &&
	      is_same(&message, &some),
	      "notify_message: %s between others", without_meaning[i].name);
}

static void test_length(void)
{
	static char text[NOTIFY_MESSAGE_MAX + 1];
	struct notify_message message;

	memset(text, 'x', sizeof(text));
	memcpy(text, "READY=1\n", 8);
	check(notify_message_parse(&message, text, NOTIFY_MESSAGE_MAX) &&
	      message.ready, "notify_message: the longest one");
	check(!notify_message_parse(&message, text, NOTIFY_MESSAGE_MAX + 1),
	      "notify_message: a longer one");
}

/* In memory of their exact size, so that valgrind and ASan find a read beyond. */
static void test_cut(void)
{
	static const char text[] = "READY=1\nWATCHDOG=trigger\nWATCHDOG_USEC=12\n"
		"EXTEND_TIMEOUT_USEC=34\nMAINPID=56\nSTATUS=78\nSTOPPING=1\nBARRIER=1\n";
	struct notify_message message;
	bool barriers = true;
	size_t length;
	char *copy;

	for (length = 1; length < sizeof(text); length++) {
		copy = malloc(length);
		if (!copy)
			abort();
		memcpy(copy, text, length);
		notify_message_parse(&message, copy, length);
		barriers &= message.barrier == (length >= sizeof(text) - 2);
		free(copy);
	}
	check(barriers, "notify_message: cut at every byte");
}

/* Never more than what is there, and never a failure. */
static void test_random(void)
{
	static const char *const parts[] = {
		"READY=1", "WATCHDOG=", "1", "trigger", "WATCHDOG_USEC=",
		"MAINPID=", "99999999999", "\n", "\r", "=", "STOPPING=1",
		"EXTEND_TIMEOUT_USEC=", "\xff", "-", "BARRIER=",
	};
	struct notify_message message;
	unsigned int seed = 1;
	bool consistent = true;
	char text[256];
	size_t used;
	int i;

	for (i = 0; i < 20000; i++) {
		used = 0;
		text[0] = '\0';
		while (used < 200 && rand_r(&seed) % 12)
			used += (size_t)snprintf(text + used,
				sizeof(text) - used, "%s",
				parts[(size_t)rand_r(&seed) %
				      (sizeof(parts) / sizeof(parts[0]))]);
		if (!notify_message_parse(&message, text, used))
			continue;
		consistent &= message.ready <= !!strstr(text, "READY=1") &&
			      message.barrier <= !!strstr(text, "BARRIER=1") &&
			      message.has_extend_usec <=
			      !!strstr(text, "EXTEND_TIMEOUT_USEC=") &&
			      message.main_pid <= INT32_MAX;
	}
	check(consistent, "notify_message: random lines");
}

TEST_GROUP(notify_message)
{
	struct notify_message message;
	size_t i;

	for (i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		check(notify_message_parse(&message, good[i].text,
					   good[i].length) &&
		      is_same(&message, &good[i].message),
		      "notify_message: %s", good[i].name);
	for (i = 0; i < sizeof(without_meaning) / sizeof(without_meaning[0]);
	     i++)
		test_without_meaning(i);
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		check(!notify_message_parse(&message, bad[i].text,
					    bad[i].length),
		      "notify_message: %s is no message", bad[i].name);
	test_length();
	test_cut();
	test_random();
}

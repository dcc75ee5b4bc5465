// SPDX-License-Identifier: GPL-2.0-only
/*
 * Results of probes in words, and the messages of the helper of varta run.
 */
#include "probe.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "late_stderr.h"
#include "tap.h"

#define EXITED(STATUS)	((STATUS) << 8)

#define TEN	"0123456789"
#define FORTY	TEN TEN TEN TEN
#define LONG	FORTY FORTY FORTY FORTY

static const struct {
	const char *written, *text;
} outputs[] = {
	{ "", "" },
	{ "\n\n", "" },
	{ "one\n", "one" },
	{ "one\ntwo", "two" },
	{ "one\ntwo\n\n \t\n", "two" },
	{ "10%\r50%\r\n", "50%" },
	{ "\033[31mred\a\n", "\\x1b[31mred\\x07" },
	{ "\xff\n", "\\xff" },
	{ LONG "\n", LONG },
	{ LONG "x\n", LONG "..." },
	{ LONG LONG "\n", LONG "..." },
	/* Not cut within a character. */
	{ FORTY FORTY FORTY TEN TEN TEN "123456789\xc3\xa9", NULL },
};

static void test_output(void)
{
	static struct probe_output output;
	char text[PROBE_LINE_TEXT_SIZE];
	size_t i, length, at;

	for (i = 0; i < sizeof(outputs) / sizeof(outputs[0]); i++) {
		length = strlen(outputs[i].written);
		probe_output_clear(&output);
		for (at = 0; at < length; at++)
			probe_output_add(&output, outputs[i].written + at, 1);
		probe_output_text(&output, text);
		check(outputs[i].text ? !strcmp(text, outputs[i].text) :
		      !strcmp(text, FORTY FORTY FORTY TEN TEN TEN
			      "123456789..."),
		      "probe: the last line of output %zu", i);
	}
	probe_output_clear(&output);
	probe_output_add(&output, "a\0b", 3);
	probe_output_text(&output, text);
	check(!strcmp(text, "ab"), "probe: NUL in the output");
}

static const struct {
	int status;
	enum probe_state state;
} statuses[] = {
	{ EXITED(0), PROBE_SUCCEEDS },
	{ EXITED(1), PROBE_FAILS },
	{ EXITED(125), PROBE_FAILS },
	{ EXITED(126), PROBE_ERROR },
	{ EXITED(127), PROBE_ERROR },
	{ EXITED(255), PROBE_FAILS },
	{ SIGSEGV, PROBE_FAILS },
	{ 126, PROBE_FAILS },
};

static const struct {
	struct probe_result result;
	const char *text;
} results[] = {
	{ { PROBE_SUCCEEDS, 0, 0, 100 }, "the probe succeeds again" },
	{ { PROBE_FAILS, 0, EXITED(22), 100 },
	  "the probe failed: exit status 22: words" },
	{ { PROBE_FAILS, 0, SIGSEGV, 100 },
	  "the probe failed: killed by SIGSEGV: words" },
	{ { PROBE_ERROR, 0, EXITED(127), 100 },
	  "the probe cannot be run: exit status 127: words" },
	{ { PROBE_ERROR, -EAGAIN, 0, 100 },
	  "the probe cannot be run: EAGAIN: Resource temporarily unavailable: words" },
	{ { PROBE_TIMES_OUT, 0, SIGKILL, 100 },
	  "the probe took longer than 100 ms: words" },
};

static void test_results(void)
{
	static struct probe_output output;
	char text[PROBE_RESULT_SIZE], longest[PROBE_LINE_MAX + 1];
	size_t i;

	for (i = 0; i < sizeof(statuses) / sizeof(statuses[0]); i++)
		check(probe_state(statuses[i].status) == statuses[i].state,
		      "probe: state of status %d", statuses[i].status);
	probe_output_clear(&output);
	probe_output_add(&output, "words\n", 6);
	for (i = 0; i < sizeof(results) / sizeof(results[0]); i++) {
		probe_result_text(&results[i].result, &output, text);
		check(!strcmp(text, results[i].text), "probe: %s", text);
	}
	memset(longest, '\xff', sizeof(longest));
	probe_output_add(&output, longest, sizeof(longest));
	probe_result_text(&results[4].result, &output, text);
	i = strlen(text);
	check(i < sizeof(text) - 1 && !strcmp(text + i - 7, "\\xff..."),
	      "probe: the longest text has room");
}

/* What @line writes to @fd as the standard error of this process. */
static bool write_late(struct late_stderr *late, int fd, const char *line)
{
	int old = dup(STDERR_FILENO);
	int task = open("/proc/self/task", O_RDONLY | O_DIRECTORY);
	bool written;

	dup2(fd, STDERR_FILENO);
	late_stderr_open(late);
	written = late_stderr_write(late, task, line);
	dup2(old, STDERR_FILENO);
	close(old);
	close(task);
	return written;
}

static bool reads(int fd, const char *line)
{
	char text[64] = "";

	return read(fd, text, sizeof(text) - 1) == (ssize_t)strlen(line) &&
	       !strcmp(text, line);
}

static void test_pipe(void)
{
	struct late_stderr late;
	int ends[2], task;
	char bytes[PIPE_BUF] = "";

	signal(SIGPIPE, SIG_IGN);
	if (pipe(ends))
		return;
	check(write_late(&late, ends[1], "to a pipe\n") &&
	      reads(ends[0], "to a pipe\n"), "late stderr: a pipe");
	check(late.kept < 0, "late stderr: a pipe is not held open");
	task = open("/proc/self/task", O_RDONLY | O_DIRECTORY);
	check(!late_stderr_write(&late, task, "elsewhere\n"),
	      "late stderr: another file than at the start is not written");
	close(task);
	fcntl(ends[1], F_SETFL, O_NONBLOCK);
	while (write(ends[1], bytes, sizeof(bytes)) > 0)
		;
	fcntl(ends[1], F_SETFL, 0);
	check(!write_late(&late, ends[1], "blocked\n"),
	      "late stderr: a full pipe does not block");
	close(ends[0]);
	check(!write_late(&late, ends[1], "nobody reads\n"),
	      "late stderr: a pipe without a reader");
	close(ends[1]);
}

static void test_file(void)
{
	char name[] = "/tmp/varta-unit-XXXXXX";
	struct late_stderr late;
	int fd = mkstemp(name);

	check(fd >= 0 && write(fd, "one\n", 4) == 4 &&
	      write_late(&late, fd, "two\n") && write(fd, "three\n", 6) == 6 &&
	      !lseek(fd, 0, SEEK_SET) && reads(fd, "one\ntwo\nthree\n"),
	      "late stderr: a file");
	close(late.kept);
	close(fd);
	unlink(name);
	fd = open("/dev/null", O_WRONLY);
	check(!write_late(&late, fd, "x\n"), "late stderr: /dev/null");
	close(fd);
}

static void test_terminal(void)
{
	struct late_stderr late;
	int master = posix_openpt(O_RDWR | O_NOCTTY), slave;

	if (master < 0 || grantpt(master) || unlockpt(master))
		return;
	slave = open(ptsname(master), O_RDWR | O_NOCTTY);
	check(write_late(&late, slave, "to a terminal\n") &&
	      reads(master, "to a terminal\r\n"), "late stderr: a terminal");
	check(late.kept < 0, "late stderr: a terminal is not held open");
	close(slave);
	close(master);
}

static void test_socket(void)
{
	struct late_stderr late;
	struct stat file;
	char stream[64];
	int ends[2];

	if (socketpair(AF_UNIX, SOCK_STREAM, 0, ends) || fstat(ends[1], &file))
		return;
	unsetenv("JOURNAL_STREAM");
	check(!write_late(&late, ends[1], "x\n") && late.kept < 0,
	      "late stderr: a socket that is not the journal's");
	snprintf(stream, sizeof(stream), "%ju:%ju", (uintmax_t)file.st_dev,
		 (uintmax_t)file.st_ino);
	setenv("JOURNAL_STREAM", stream, 1);
	check(write_late(&late, ends[1], "to the journal\n") &&
	      reads(ends[0], "to the journal\n"), "late stderr: the journal");
	unsetenv("JOURNAL_STREAM");
	close(late.kept);
	close(ends[0]);
	close(ends[1]);
}

TEST_GROUP(probe)
{
	test_output();
	test_results();
	test_pipe();
	test_file();
	test_terminal();
	test_socket();
}

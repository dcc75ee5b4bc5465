/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the probe of varta run has done, in words.
 */
#ifndef PROBE_H
#define PROBE_H

#include <stddef.h>
#include <stdint.h>

enum {
	/* A longer line is cut. */
	PROBE_LINE_MAX		= 160,
	/* All of it can be escaped, and "..." follows. */
	PROBE_LINE_TEXT_SIZE	= 4 * PROBE_LINE_MAX + 4,
	PROBE_RESULT_SIZE	= PROBE_LINE_TEXT_SIZE + 128,
};

/**
 * enum probe_state - What a run of the probe says.
 * @PROBE_SUCCEEDS: The program is well.
 * @PROBE_FAILS: It is not.
 * @PROBE_ERROR: Nothing, as the probe could not be run.
 * @PROBE_TIMES_OUT: Nothing in time.
 */
enum probe_state {
	PROBE_SUCCEEDS,
	PROBE_FAILS,
	PROBE_ERROR,
	PROBE_TIMES_OUT,
};

/**
 * struct probe_output - The last line that a probe has written.
 * @line: The line that is being written, without its end.
 * @used: Bytes of @line.
 * @last: The last line before it that was not empty.
 */
struct probe_output {
	char line[PROBE_LINE_MAX + 2];
	size_t used;
	char last[PROBE_LINE_MAX + 2];
};

/**
 * probe_output_clear() - Forget what was written.
 * @output: The output.
 */
void probe_output_clear(struct probe_output *output);

/**
 * probe_output_add() - Add what was written.
 * @output: The output.
 * @bytes: Any bytes. Carriage returns end lines, too.
 * @count: Their number.
 */
void probe_output_add(struct probe_output *output, const char *bytes,
		      size_t count);

/**
 * probe_output_text() - The last line that is not empty, safe on a terminal.
 * @output: The output.
 * @text: Receives PROBE_LINE_TEXT_SIZE bytes, "" for no output; escaped as by
 *   format_text().
 */
void probe_output_text(const struct probe_output *output, char *text);

/**
 * probe_state() - Judge a probe that has ended in time.
 * @status: Its status, as from wait(2).
 *
 * A shell exits with 126 or 127 if it cannot run the command.
 *
 * Return: The state.
 */
enum probe_state probe_state(int status);

/**
 * struct probe_result - A run of the probe.
 * @state: The state.
 * @error: With PROBE_ERROR: why it could not be started, a negative errno; 0 if
 *   it was.
 * @status: With PROBE_FAILS, and PROBE_ERROR without @error: its status.
 * @limit_ms: With PROBE_TIMES_OUT: the time it had.
 */
struct probe_result {
	enum probe_state state;
	int error, status;
	uint32_t limit_ms;
};

/**
 * probe_result_text() - Describe a run of the probe.
 * @result: The run.
 * @output: What it has written.
 * @text: Receives PROBE_RESULT_SIZE bytes, such as "the probe failed: exit
 *   status 22: curl: (22) 503".
 */
void probe_result_text(const struct probe_result *result,
		       const struct probe_output *output, char *text);

#endif /* PROBE_H */

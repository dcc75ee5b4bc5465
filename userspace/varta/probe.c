// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the probe of varta run has done, in words. See probe.h.
 */
#include "probe.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

#include "format.h"

enum {
	/* sh(1). */
	STATUS_NOT_EXECUTABLE	= 126,
	STATUS_NOT_FOUND	= 127,
};

void probe_output_clear(struct probe_output *output)
{
	output->used = 0;
	output->line[0] = '\0';
	output->last[0] = '\0';
}

static bool is_blank(const char *line)
{
	return !line[strspn(line, " \t")];
}

static void end_line(struct probe_output *output)
{
	if (!is_blank(output->line))
		strcpy(output->last, output->line);
	output->used = 0;
	output->line[0] = '\0';
}

void probe_output_add(struct probe_output *output, const char *bytes,
		      size_t count)
{
	size_t i;

	for (i = 0; i < count; i++) {
		if (bytes[i] == '\n' || bytes[i] == '\r') {
			end_line(output);
		} else if (bytes[i] &&
			   output->used < sizeof(output->line) - 1) {
			output->line[output->used++] = bytes[i];
			output->line[output->used] = '\0';
		}
	}
}

void probe_output_text(const struct probe_output *output, char *text)
{
	const char *line = is_blank(output->line) ? output->last :
						    output->line;
	char cut[PROBE_LINE_MAX + 1];
	size_t length = format_fit(line, PROBE_LINE_MAX);

	memcpy(cut, line, length);
	cut[length] = '\0';
	format_text(text, cut);
	if (line[length])
		strcat(text, "...");
}

enum probe_state probe_state(int status)
{
	if (!status)
		return PROBE_SUCCEEDS;
	if (WIFEXITED(status) && (WEXITSTATUS(status) == STATUS_NOT_FOUND ||
				  WEXITSTATUS(status) == STATUS_NOT_EXECUTABLE))
		return PROBE_ERROR;
	return PROBE_FAILS;
}

static void put_status(FILE *out, int status)
{
	const char *name;

	if (WIFEXITED(status)) {
		fprintf(out, "exit status %d", WEXITSTATUS(status));
		return;
	}
	name = sigabbrev_np(WTERMSIG(status));
	if (name)
		fprintf(out, "killed by SIG%s", name);
	else
		fprintf(out, "killed by signal %d", WTERMSIG(status));
}

void probe_result_text(const struct probe_result *result,
		       const struct probe_output *output, char *text)
{
	char line[PROBE_LINE_TEXT_SIZE];
	FILE *out = fmemopen(text, PROBE_RESULT_SIZE, "w");

	text[0] = '\0';
	if (!out)
		return;
	probe_output_text(output, line);
	switch (result->state) {
	case PROBE_SUCCEEDS:
		line[0] = '\0';
		fputs("the probe succeeds again", out);
		break;
	case PROBE_FAILS:
		fputs("the probe failed: ", out);
		put_status(out, result->status);
		break;
	case PROBE_ERROR:
		fputs("the probe cannot be run: ", out);
		if (result->error)
			fprintf(out, "%s: %s", strerrorname_np(-result->error),
				strerror(-result->error));
		else
			put_status(out, result->status);
		break;
	case PROBE_TIMES_OUT:
		fprintf(out, "the probe took longer than %" PRIu32 " ms",
			result->limit_ms);
		break;
	}
	if (line[0])
		fprintf(out, ": %s", line);
	fclose(out);
}

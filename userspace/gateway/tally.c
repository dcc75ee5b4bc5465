// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the gateway counts. See tally.h.
 */
#include "tally.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "atomic_file.h"
#include "clock.h"

#define LOG_INTERVAL	(60 * NS_PER_S)

static const char *const names[REFUSALS] = {
	[REFUSED_NO_SENDER]	 = "no-sender",
	[REFUSED_SENDER_GONE]	 = "sender-gone",
	[REFUSED_WRONG_PID]	 = "wrong-pid",
	[REFUSED_RATE]		 = "rate",
	[REFUSED_NEW_SENDERS]	 = "new-senders",
	[REFUSED_UNKNOWN_SOURCE] = "unknown-source",
	[REFUSED_NOT_SEALED]	 = "not-sealed",
	[REFUSED_NO_KEY]	 = "no-key",
	[REFUSED_REPLAY]	 = "replay",
	[REFUSED_NO_MODULE]	 = "no-module",
	[REFUSED_SYSTEM]	 = "system-error",
};

static void count(uint64_t *counts, enum varta_reason reason)
{
	counts[(size_t)reason < TALLY_REASONS ? reason : VARTA_REASON_NONE]++;
}

void tally_invalid(struct tally *tally, enum varta_reason reason)
{
	count(tally->invalid, reason);
}

void tally_module(struct tally *tally, enum varta_reason reason)
{
	count(tally->module, reason);
}

uint64_t tally_total(const struct tally *tally)
{
	uint64_t total = 0;
	size_t i;

	for (i = 0; i < TALLY_REASONS; i++)
		total += tally->invalid[i] + tally->module[i];
	for (i = 0; i < REFUSALS; i++)
		total += tally->refused[i];
	return total;
}

static void add_text(char *text, size_t size, const char *who,
		     const char *name, uint64_t number)
{
	size_t length = strlen(text);

	if (number)
		snprintf(text + length, size - length, "%s%s%s %" PRIu64,
			 length ? ", " : "", who, name, number);
}

/* A reason that this program does not know is refused as "none". */
static const char *reason_name(size_t reason)
{
	return reason ? varta_reason_name((unsigned int)reason) : "unknown";
}

void tally_text(const struct tally *tally, const struct tally *before,
		char *text, size_t size)
{
	size_t i;

	*text = '\0';
	for (i = 0; i < TALLY_REASONS; i++)
		add_text(text, size, "", reason_name(i),
			 tally->invalid[i] - before->invalid[i]);
	for (i = 0; i < REFUSALS; i++)
		add_text(text, size, "", names[i],
			 tally->refused[i] - before->refused[i]);
	for (i = 0; i < TALLY_REASONS; i++)
		add_text(text, size, "module: ", reason_name(i),
			 tally->module[i] - before->module[i]);
}

void tally_log(struct tally *tally, uint64_t now)
{
	static struct tally before;
	uint64_t total = tally_total(tally);
	char text[1024], sender[64] = "";

	if (total == tally->logged || now < tally->log_due)
		return;
	tally_text(tally, &before, text, sizeof(text));
	if (tally->last_pid)
		snprintf(sender, sizeof(sender), "; the last by pid %" PRIu32
			 " of uid %" PRIu32, tally->last_pid, tally->last_uid);
	fprintf(stderr, "varta gateway: %" PRIu64 " frames not relayed: %s%s\n",
		total - tally->logged, text, sender);
	before = *tally;
	tally->logged = total;
	tally->log_due = now + LOG_INTERVAL;
}

static void write_reasons(FILE *out, const char *metric, const char *help,
			  const uint64_t *counts)
{
	size_t i;

	fprintf(out, "# HELP %s %s\n# TYPE %s counter\n", metric, help, metric);
	for (i = 0; i < TALLY_REASONS; i++)
		if (counts[i])
			fprintf(out, "%s{reason=\"%s\"} %" PRIu64 "\n", metric,
				reason_name(i), counts[i]);
}

static void write_metrics(FILE *out, const struct tally *tally)
{
	size_t i;

	fprintf(out, "# HELP varta_gateway_datagrams_total Datagrams that came.\n"
		"# TYPE varta_gateway_datagrams_total counter\n"
		"varta_gateway_datagrams_total %" PRIu64 "\n"
		"# HELP varta_gateway_relayed_total Beats that were relayed.\n"
		"# TYPE varta_gateway_relayed_total counter\n"
		"varta_gateway_relayed_total %" PRIu64 "\n",
		tally->received, tally->relayed);
	write_reasons(out, "varta_gateway_invalid_total",
		      "Datagrams that are not valid frames.", tally->invalid);
	write_reasons(out, "varta_gateway_module_refused_total",
		      "Messages in which the module refused a beat.",
		      tally->module);
	fputs("# HELP varta_gateway_refused_total Frames that were not relayed.\n"
	      "# TYPE varta_gateway_refused_total counter\n", out);
	for (i = 0; i < REFUSALS; i++)
		fprintf(out, "varta_gateway_refused_total{reason=\"%s\"} %"
			PRIu64 "\n", names[i], tally->refused[i]);
}

int tally_write(const struct tally *tally, const char *path)
{
	struct atomic_file file;
	int error = atomic_file_open(&file, path);

	if (error)
		return error;
	write_metrics(file.stream, tally);
	return atomic_file_commit(&file);
}

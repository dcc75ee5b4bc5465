// SPDX-License-Identifier: GPL-2.0-only
/*
 * The text that a scrape receives. See scrape.h.
 */
#include "scrape.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdio_ext.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "values.h"

/**
 * struct scrape - A text that is being written.
 * @out: Where to.
 * @format: The format.
 * @feed: What is known.
 */
struct scrape {
	FILE *out;
	enum prometheus_format format;
	const struct feed *feed;
};

static void head(const struct scrape *scrape, const char *name, bool counter,
		 const char *help)
{
	prometheus_head(scrape->out, scrape->format, name, counter, help);
}

static void gauge(const struct scrape *scrape, const char *name,
		  const char *help, double value)
{
	head(scrape, name, false, help);
	fprintf(scrape->out, "%s %.17g\n", name, value);
}

static void counter(const struct scrape *scrape, const char *name,
		    const char *help, uint64_t value)
{
	head(scrape, name, true, help);
	fprintf(scrape->out, "%s %" PRIu64 "\n", name, value);
}

/* ---- Series */

typedef void (*series_fn)(FILE *out, const char *name,
			  const struct series *series);

static void print_seconds(FILE *out, uint64_t ns)
{
	fprintf(out, "%" PRIu64 ".%03" PRIu64 "\n", ns / 1000000000,
		ns / 1000000 % 1000);
}

static void begin_sample(FILE *out, const char *name,
			 const struct series *series)
{
	fputs(name, out);
	fputc('{', out);
	fputs(series->labels, out);
	fputs("} ", out);
}

static void print_count(FILE *out, const char *name,
			const struct series *series, uint64_t count)
{
	begin_sample(out, name, series);
	fprintf(out, "%" PRIu64 "\n", count);
}

static void print_processes(FILE *out, const char *name,
			    const struct series *series)
{
	print_count(out, name, series, series->agents);
}

static void print_stalled(FILE *out, const char *name,
			  const struct series *series)
{
	print_count(out, name, series, series->stalled);
}

static void print_status(FILE *out, const char *name,
			 const struct series *series)
{
	print_count(out, name, series, series->status);
}

static void print_beats(FILE *out, const char *name,
			const struct series *series)
{
	print_count(out, name, series, series->beats);
}

static void print_silence(FILE *out, const char *name,
			  const struct series *series)
{
	begin_sample(out, name, series);
	print_seconds(out, series->silence);
}

static void print_threshold(FILE *out, const char *name,
			    const struct series *series)
{
	begin_sample(out, name, series);
	print_seconds(out, series->threshold_ms * 1000000ull);
}

static void print_gap(FILE *out, const char *name, const struct series *series)
{
	begin_sample(out, name, series);
	print_seconds(out, series->gap);
}

static void print_info(FILE *out, const char *name,
		       const struct series *series)
{
	fprintf(out, "%s{%s%s} 1\n", name, series->labels, series->details);
}

static bool is_reason(size_t reason)
{
	return reason == VARTA_STALL_REASON_UNKNOWN ||
	       strcmp(varta_stall_reason_name((unsigned int)reason), "unknown");
}

/* Without a sample for reasons that no agent has now. */
static void print_stalled_by(FILE *out, const char *name,
			     const struct series *series)
{
	size_t i;

	for (i = 0; i < STALL_REASONS; i++)
		if (series->stalled_by[i])
			fprintf(out, "%s{%s,reason=\"%s\"} %" PRIu32 "\n",
				name, series->labels,
				varta_stall_reason_name((unsigned int)i),
				series->stalled_by[i]);
}

static void print_stalls(FILE *out, const char *name,
			 const struct series *series)
{
	size_t i;

	for (i = 0; i < STALL_REASONS; i++)
		if (is_reason(i))
			fprintf(out, "%s{%s,reason=\"%s\"} %" PRIu64 "\n",
				name, series->labels,
				varta_stall_reason_name((unsigned int)i),
				series->stalls[i]);
}

/* Without a sample for agents that have no lanes, as far as is known. */
static void print_lanes_stalled(FILE *out, const char *name,
				const struct series *series)
{
	if (series->lane_count || series->lanes_stalled ||
	    series->other_lane_stalls)
		print_count(out, name, series, series->lanes_stalled);
}

static void print_lane(FILE *out, const char *name,
		       const struct series *series, const char *lane,
		       uint64_t stalls)
{
	fprintf(out, "%s{%s,", name, series->labels);
	prometheus_label(out, "lane", lane);
	fprintf(out, "} %" PRIu64 "\n", stalls);
}

static void print_lane_stalls(FILE *out, const char *name,
			      const struct series *series)
{
	uint32_t i;

	for (i = 0; i < series->lane_count; i++)
		print_lane(out, name, series, series->lanes[i].name,
			   series->lanes[i].stalls);
	if (series->other_lane_stalls)
		print_lane(out, name, series, "_other",
			   series->other_lane_stalls);
}

static const char *const exit_causes[EXIT_CAUSES] = {
	[EXIT_BY_CHOICE] = "normal",
	[EXIT_BY_FAILURE] = "failure",
	[EXIT_BY_SIGNAL] = "signal",
	[EXIT_BY_OOM] = "oom",
	[EXIT_BY_UNKNOWN] = "unknown",
};

static void print_exits(FILE *out, const char *name,
			const struct series *series)
{
	size_t i;

	for (i = 0; i < EXIT_CAUSES; i++)
		fprintf(out, "%s{%s,cause=\"%s\"} %" PRIu64 "\n", name,
			series->labels, exit_causes[i], series->exits[i]);
}

/* Metrics of series; those with @lingers stay when the agents are gone. */
static const struct {
	const char *name, *help;
	bool counter, lingers;
	series_fn print;
} series_metrics[] = {
	{ "varta_agent_processes", "Number of agents.", false, false,
	  print_processes },
	{ "varta_agent_stalled", "Number of agents that are stalled.", false,
	  false, print_stalled },
	{ "varta_agent_stalled_by_reason",
	  "Number of agents that are stalled, by reason.", false, false,
	  print_stalled_by },
	{ "varta_agent_status",
	  "Worst status of the agents: 0 ok, 1 degraded, 2 critical.", false,
	  false, print_status },
	{ "varta_agent_silence_seconds",
	  "Longest silence of the agents, when they were read last; of those "
	  "that are stalled, now.",
	  false, false, print_silence },
	{ "varta_agent_threshold_seconds",
	  "Shortest threshold of the agents.", false, false, print_threshold },
	{ "varta_agent_gap_max_seconds",
	  "Longest time between two beats of an agent.", false, false,
	  print_gap },
	{ "varta_agent_info", "Owner of the agents.", false, false,
	  print_info },
	{ "varta_agent_beats_total", "Beats of the agents.", true, true,
	  print_beats },
	{ "varta_agent_stalls_total",
	  "Stalls of the agents since the exporter knows them, by reason.",
	  true, true, print_stalls },
	{ "varta_agent_lanes_stalled",
	  "Number of lanes of the agents that are overdue.", false, false,
	  print_lanes_stalled },
	{ "varta_agent_lane_stalls_total",
	  "Stalls of the agents' lanes since the exporter knows them, by lane.",
	  true, true, print_lane_stalls },
	{ "varta_agent_exits_total",
	  "Exits of the agents since the exporter knows them, by cause.", true,
	  true, print_exits },
};

#define COUNT(array)	(sizeof(array) / sizeof((array)[0]))

static void print_series(const struct scrape *scrape, size_t metric)
{
	const struct agent_table *table = &scrape->feed->table;
	const char *name = series_metrics[metric].name;
	const struct series *series;
	size_t i;

	head(scrape, name, series_metrics[metric].counter,
	     series_metrics[metric].help);
	for (i = 0; i < table->series_count; i++) {
		series = &table->series[i];
		if (series_in_use(series) &&
		    (series->agents || series_metrics[metric].lingers))
			series_metrics[metric].print(scrape->out, name, series);
	}
}

/* ---- The rest */

static void print_totals(const struct scrape *scrape,
			 const struct varta_stats *stats,
			 const struct varta_config *config)
{
	struct value_list list = { .count = 0 };

	values_add_stats(&list, stats);
	values_add_setting(&list, config, VARTA_A_CONFIG_CAPACITY);
	values_add_setting(&list, config, VARTA_A_CONFIG_EVICTION_SCAN_WINDOW);
	prometheus_print(scrape->out, scrape->format, &list);
}

static double cpu_seconds(void)
{
	struct rusage usage = { 0 };

	getrusage(RUSAGE_SELF, &usage);
	return (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
	       (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}

static double resident_bytes(void)
{
	FILE *file = fopen("/proc/self/statm", "re");
	unsigned long pages = 0;

	if (!file)
		return 0;
	if (fscanf(file, "%*s %lu", &pages) != 1)
		pages = 0;
	fclose(file);
	return (double)pages * (double)sysconf(_SC_PAGESIZE);
}

static void print_self(const struct scrape *scrape)
{
	const struct feed *feed = scrape->feed;

	head(scrape, "varta_exporter_build_info", false,
	     "Version of the exporter.");
	fprintf(scrape->out,
		"varta_exporter_build_info{version=\"%s\"} 1\n",
		varta_version());
	gauge(scrape, "varta_exporter_agents",
	      "Agents that the exporter knows.", (double)feed->table.agents);
	gauge(scrape, "varta_exporter_agents_other",
	      "Those of them that have no series of their own.",
	      (double)feed->table.others);
	gauge(scrape, "varta_exporter_series",
	      "Series that agents have, but for that of all others.",
	      (double)feed->table.series_used);
	gauge(scrape, "varta_exporter_series_max", "How many there may be.",
	      (double)feed->table.series_max);
	gauge(scrape, "varta_exporter_pass_timestamp_seconds",
	      "When beats, silence and gaps of all agents were read last.",
	      feed->pass_realtime);
	gauge(scrape, "varta_exporter_pass_duration_seconds",
	      "How long that took.", feed->pass_seconds);
	counter(scrape, "varta_exporter_passes_total",
		"How often the agents were read.", feed->passes);
	counter(scrape, "varta_exporter_overruns_total",
		"How often the exporter did not receive events in time.",
		feed->overruns);
	counter(scrape, "varta_exporter_failures_total",
		"Events and agents that could not be read.", feed->failures);
	head(scrape, "process_cpu_seconds_total", true,
	     "Processor time of the exporter.");
	fprintf(scrape->out, "process_cpu_seconds_total %.6f\n",
		cpu_seconds());
	gauge(scrape, "process_resident_memory_bytes",
	      "Memory of the exporter.", resident_bytes());
}

char *scrape_render(struct feed *feed, enum prometheus_format format,
		    size_t *size)
{
	struct scrape scrape = { .format = format, .feed = feed };
	struct varta_config config;
	struct varta_stats stats;
	char *text = NULL;
	size_t i;
	bool up;

	scrape.out = open_memstream(&text, size);
	if (!scrape.out)
		return NULL;
	__fsetlocking(scrape.out, FSETLOCKING_BYCALLER);
	up = feed_stats(feed, &stats, &config);
	prometheus_print_up(scrape.out, format, up);
	if (up)
		print_totals(&scrape, &stats, &config);
	agent_table_summarize(&feed->table);
	for (i = 0; i < COUNT(series_metrics); i++)
		print_series(&scrape, i);
	print_self(&scrape);
	if (format == PROMETHEUS_OPENMETRICS)
		fputs("# EOF\n", scrape.out);
	if (fclose(scrape.out)) {
		free(text);
		return NULL;
	}
	return text;
}

// SPDX-License-Identifier: GPL-2.0-only
/*
 * The text formats of Prometheus. See prometheus.h.
 */
#include "prometheus.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* { name, doc } of every counter and setting, made by spec-docs.awk. */
static const struct {
	const char *name;
	const char *doc;
} docs[] = {
#include "varta-docs.h"
};

/**
 * struct metric - How a counter, current value or setting is exported.
 * @value: Its name in the netlink specification, with underscores.
 * @name: Name of the metric: that of varta-watch, the observer for VLP in user
 *   space, if it counts the same.
 * @label: Name and value of a label, if metrics share the name; or NULL.
 */
struct metric {
	const char *value, *name, *label;
};

static const struct metric metrics[] = {
	{ "tracked", "varta_watch_pids_tracked", NULL },
	{ "stalled_now", "varta_watch_pids_stalled", NULL },
	{ "capacity", "varta_tracker_capacity", NULL },
	{ "eviction_scan_window", "varta_tracker_eviction_scan_window_max",
	  NULL },
	{ "inserted", "varta_beats_total", "result=\"inserted\"" },
	{ "refreshed", "varta_beats_total", "result=\"refreshed\"" },
	{ "stalls", "varta_stalls_total", NULL },
	{ "stalls_unknown", "varta_stalls_by_reason_total",
	  "reason=\"unknown\"" },
	{ "stalls_running", "varta_stalls_by_reason_total",
	  "reason=\"running\"" },
	{ "stalls_waiting", "varta_stalls_by_reason_total",
	  "reason=\"waiting\"" },
	{ "stalls_uninterruptible", "varta_stalls_by_reason_total",
	  "reason=\"uninterruptible\"" },
	{ "stalls_active", "varta_stalls_by_reason_total",
	  "reason=\"active\"" },
	{ "stalls_starved", "varta_stalls_by_reason_total",
	  "reason=\"starved\"" },
	{ "stalls_stopped", "varta_stalls_by_reason_total",
	  "reason=\"stopped\"" },
	{ "stalls_traced", "varta_stalls_by_reason_total",
	  "reason=\"traced\"" },
	{ "stalls_frozen", "varta_stalls_by_reason_total",
	  "reason=\"frozen\"" },
	{ "stalls_dumping", "varta_stalls_by_reason_total",
	  "reason=\"dumping\"" },
	{ "stalls_exiting", "varta_stalls_by_reason_total",
	  "reason=\"exiting\"" },
	{ "stalls_thread_gone", "varta_stalls_by_reason_total",
	  "reason=\"thread-gone\"" },
	{ "stalls_gone", "varta_stalls_by_reason_total",
	  "reason=\"gone\"" },
	{ "late", "varta_late_total", NULL },
	{ "lane_stalls", "varta_lane_stalls_total", NULL },
	{ "source_stalls", "varta_source_stalls_total", NULL },
	{ "sources_silent", "varta_sources_silent", NULL },
	{ "exits", "varta_exits_total", NULL },
	{ "goodbyes", "varta_goodbyes_total", NULL },
	{ "nonce_wraps", "varta_nonce_wrap_total", NULL },
	{ "out_of_order", "varta_tracker_out_of_order_total", NULL },
	{ "evictions", "varta_tracker_evicted_total", NULL },
	{ "eviction_scan_truncated",
	  "varta_tracker_eviction_scan_truncated_total", NULL },
	{ "capacity_exceeded", "varta_tracker_capacity_exceeded_total", NULL },
	{ "quota_exceeded", "varta_tracker_quota_exceeded_total", NULL },
	{ "pid_recycles", "varta_tracker_pid_recycle_total", NULL },
	{ "removed_dead", "varta_tracker_removed_dead_total", NULL },
	{ "stall_signals", "varta_tracker_stall_signals_total", NULL },
	{ "stall_kills", "varta_tracker_stall_kills_total", NULL },
	{ "actions_withheld", "varta_tracker_actions_withheld_total", NULL },
	{ "actions_limited", "varta_tracker_actions_limited_total", NULL },
	{ "namespace_conflicts", "varta_tracker_namespace_conflict_total",
	  NULL },
	{ "origin_conflicts", "varta_origin_conflict_total", NULL },
	{ "invariant_violations", "varta_tracker_invariant_violations_total",
	  NULL },
	{ "probe_exhausted", "varta_tracker_pid_index_probe_exhausted_total",
	  NULL },
	{ "auth_failures", "varta_frame_auth_failures_total", NULL },
	{ "namespace_mismatch", "varta_frame_namespace_mismatch_total", NULL },
	{ "rate_limited_agent", "varta_rate_limited_total",
	  "reason=\"per_pid\"" },
	{ "rate_limited_global", "varta_rate_limited_total",
	  "reason=\"global\"" },
	{ "bad_length", "varta_truncated_datagrams_total", NULL },
	{ "bad_magic", "varta_decode_errors_total", "kind=\"bad_magic\"" },
	{ "bad_version", "varta_decode_errors_total", "kind=\"bad_version\"" },
	{ "bad_status", "varta_decode_errors_total", "kind=\"bad_status\"" },
	{ "bad_pid", "varta_decode_errors_total", "kind=\"bad_pid\"" },
	{ "bad_timestamp", "varta_decode_errors_total",
	  "kind=\"bad_timestamp\"" },
	{ "bad_nonce", "varta_decode_errors_total", "kind=\"bad_nonce\"" },
	{ "stall_on_wire", "varta_decode_errors_total",
	  "kind=\"stall_on_wire\"" },
	{ "bad_crc", "varta_decode_errors_total", "kind=\"bad_crc\"" },
	{ "missing_attribute", "varta_request_errors_total",
	  "kind=\"missing_attribute\"" },
	{ "conflicting_attributes", "varta_request_errors_total",
	  "kind=\"conflicting_attributes\"" },
	{ "unexpected_attribute", "varta_request_errors_total",
	  "kind=\"unexpected_attribute\"" },
	{ "bad_threshold", "varta_request_errors_total",
	  "kind=\"bad_threshold\"" },
	{ "bad_source", "varta_request_errors_total", "kind=\"bad_source\"" },
	{ "bad_signal", "varta_request_errors_total", "kind=\"bad_signal\"" },
	{ "bad_kill_after", "varta_request_errors_total",
	  "kind=\"bad_kill_after\"" },
	{ "bad_lane", "varta_request_errors_total", "kind=\"bad_lane\"" },
	{ "unknown_agent", "varta_request_errors_total",
	  "kind=\"unknown_agent\"" },
	{ "config_fixed", "varta_config_refused_total", "reason=\"fixed\"" },
	{ "config_out_of_range", "varta_config_refused_total",
	  "reason=\"out_of_range\"" },
	{ "events_lost", "varta_events_lost_total", NULL },
	{ "events_missed", "varta_events_missed_total", NULL },
};

/* Of metrics with a label, which have one text for all its values. */
static const struct {
	const char *name;
	const char *help;
} shared_help[] = {
	{ "varta_beats_total",
	  "Beats accepted, by whether they started a slot." },
	{ "varta_stalls_by_reason_total", "Stalls reported, by their reason." },
	{ "varta_rate_limited_total",
	  "Beats refused because of a rate limit, by the limit." },
	{ "varta_decode_errors_total",
	  "Beats refused because of their contents, by what is wrong." },
	{ "varta_request_errors_total",
	  "Requests refused for another reason, by the reason." },
	{ "varta_config_refused_total",
	  "Changes of settings refused, by the reason." },
};

#define COUNT(array)	(sizeof(array) / sizeof((array)[0]))

/* Size of the name of a metric. */
#define NAME_SIZE	96

/**
 * struct sample - One line of the output.
 * @name: Name of the metric.
 * @label: As in struct metric.
 * @item: The value.
 */
struct sample {
	char name[NAME_SIZE];
	const char *label;
	const struct named_value *item;
};

static const char *doc_of(const char *value)
{
	size_t i;

	for (i = 0; i < COUNT(docs); i++)
		if (!strcmp(docs[i].name, value))
			return docs[i].doc;
	return NULL;
}

static const struct metric *metric_of(const char *value)
{
	size_t i;

	for (i = 0; i < COUNT(metrics); i++)
		if (!strcmp(metrics[i].value, value))
			return &metrics[i];
	return NULL;
}

/* A counter of a newer kernel has its own name. */
static void init_sample(struct sample *sample, const struct named_value *item)
{
	const struct metric *metric = metric_of(item->name);

	sample->item = item;
	sample->label = metric ? metric->label : NULL;
	if (metric)
		snprintf(sample->name, NAME_SIZE, "%s", metric->name);
	else
		snprintf(sample->name, NAME_SIZE, "varta_%s%s", item->name,
			 item->counter ? "_total" : "");
}

const char *prometheus_help(const char *value)
{
	const struct metric *metric = metric_of(value);
	size_t i;

	for (i = 0; metric && i < COUNT(shared_help); i++)
		if (!strcmp(shared_help[i].name, metric->name))
			return shared_help[i].help;
	return doc_of(value);
}

/* The name of a counter without the suffix that its samples have. */
static int family_length(const char *name, bool counter)
{
	static const char suffix[] = "_total";
	size_t length = strlen(name), rest = length - strlen(suffix);

	if (counter && length > strlen(suffix) && !strcmp(name + rest, suffix))
		return (int)rest;
	return (int)length;
}

/* Only OpenMetrics wants quotes escaped. */
static void print_help_text(FILE *out, enum prometheus_format format,
			    const char *help)
{
	for (; *help; help++) {
		if (*help == '\\' || (*help == '"' &&
				      format == PROMETHEUS_OPENMETRICS))
			fputc('\\', out);
		fputc(*help, out);
	}
	fputc('\n', out);
}

void prometheus_head(FILE *out, enum prometheus_format format, const char *name,
		     bool counter, const char *help)
{
	int length = family_length(name, counter &&
				   format == PROMETHEUS_OPENMETRICS);

	if (help) {
		fprintf(out, "# HELP %.*s ", length, name);
		print_help_text(out, format, help);
	}
	fprintf(out, "# TYPE %.*s %s\n", length, name,
		counter ? "counter" : "gauge");
}

/* Length of the UTF-8 sequence of a printable character; 0 if there is none. */
static size_t character_length(const unsigned char *text)
{
	static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	uint32_t code;
	size_t length, i;

	if (text[0] < 0x80)
		return text[0] >= ' ' && text[0] != 0x7f;
	length = text[0] >= 0xf0 ? 4 : text[0] >= 0xe0 ? 3 : 2;
	if (text[0] < 0xc2 || text[0] > 0xf4)
		return 0;
	code = text[0] & (0xff >> (length + 1));
	for (i = 1; i < length; i++) {
		if ((text[i] & 0xc0) != 0x80)
			return 0;
		code = code << 6 | (text[i] & 0x3f);
	}
	if (code < least[length] || code > 0x10ffff || code < 0xa0 ||
	    (code >= 0xd800 && code <= 0xdfff))
		return 0;
	return length;
}

void prometheus_label(FILE *out, const char *name, const char *value)
{
	size_t length;

	fprintf(out, "%s=\"", name);
	for (; *value; value += length) {
		length = character_length((const unsigned char *)value);
		if (*value == '"' || *value == '\\')
			fputc('\\', out);
		if (length) {
			fwrite(value, 1, length, out);
		} else {
			fputs("\xef\xbf\xbd", out);
			length = 1;
		}
	}
	fputc('"', out);
}

static void print_sample(FILE *out, const struct sample *sample)
{
	const char *label = sample->label;

	fprintf(out, "%s%s%s%s %" PRIu64 "\n", sample->name, label ? "{" : "",
		label ? label : "", label ? "}" : "", sample->item->value);
}

/* Samples of one metric are printed together, where the first of them is. */
static void print_metric(FILE *out, enum prometheus_format format,
			 const struct value_list *list, size_t index)
{
	struct sample first, sample;
	size_t i;

	init_sample(&first, &list->items[index]);
	for (i = 0; i < list->count; i++) {
		init_sample(&sample, &list->items[i]);
		if (strcmp(sample.name, first.name))
			continue;
		if (i < index)
			return;
		if (i == index)
			prometheus_head(out, format, first.name,
					first.item->counter,
					prometheus_help(first.item->name));
		print_sample(out, &sample);
	}
}

void prometheus_print(FILE *out, enum prometheus_format format,
		      const struct value_list *list)
{
	size_t i;

	for (i = 0; i < list->count; i++)
		print_metric(out, format, list, i);
}

void prometheus_print_up(FILE *out, enum prometheus_format format, bool up)
{
	prometheus_head(out, format, "varta_up", false,
			"Whether the module is loaded.");
	fprintf(out, "varta_up %d\n", up);
}

// SPDX-License-Identifier: GPL-2.0-only
/*
 * varta doctor: checks that everything works here, by trying it, and says how
 * to fix what does not.
 */
#include <argp.h>
#include <errno.h>
#include <glob.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <varta.h>

#include "colour.h"
#include "command.h"
#include "config_values.h"
#include "container.h"
#include "error.h"
#include "format.h"
#include "genl.h"
#include "modprobe.h"
#include "procfs.h"
#include "session.h"

/* A longer line of a file is cut. */
#define LINE_MAX_SHOWN	160

/* Percent of the capacity that is too much. */
#define NEARLY_FULL	90

/**
 * enum result - How a check ended.
 * @OK: It passed.
 * @NOTE: It did not pass, which is normal for some users.
 * @WRONG: It failed.
 */
enum result {
	OK,
	NOTE,
	WRONG,
};

/* Text is safe on a terminal, and not longer than needed. */
#define LINE_TEXT_SIZE	(4 * LINE_MAX_SHOWN + 1)

/**
 * struct parameter - A parameter in the files of modprobe.d(5).
 * @value: Its last value; 0 if it has none.
 * @line: The line, as "FILE:NUMBER: TEXT".
 */
struct parameter {
	uint64_t value;
	char *line;
};

/**
 * struct doctor - State of the checks.
 * @wrong: A check failed.
 * @contained: This is a container: the module is the host's matter.
 * @min_threshold: What modprobe(8) sets.
 * @max_threshold: The same.
 */
struct doctor {
	bool wrong, contained;
	struct parameter min_threshold, max_threshold;
};

static const struct {
	const char *word;
	enum severity severity;
} results[] = {
	[OK] = { "ok", SEVERITY_NORMAL },
	[NOTE] = { "note", SEVERITY_WARNING },
	[WRONG] = { "WRONG", SEVERITY_CRITICAL },
};

/* report() - Print the result of the check of @what. */
__attribute__((format(printf, 4, 5)))
static void report(struct doctor *doctor, enum result result, const char *what,
		   const char *format, ...)
{
	enum severity severity = results[result].severity;
	va_list arguments;

	printf("%s%-5s%s  %-10s ", colour_begin(severity), results[result].word,
	       colour_end(severity), what);
	va_start(arguments, format);
	vprintf(format, arguments);
	va_end(arguments);
	putchar('\n');
	if (result == WRONG)
		doctor->wrong = true;
}

/* Print how to fix what was reported last. */
__attribute__((format(printf, 1, 2)))
static void advise(const char *format, ...)
{
	va_list arguments;

	printf("       %-10s ", "");
	va_start(arguments, format);
	vprintf(format, arguments);
	va_end(arguments);
	putchar('\n');
}

static const char *sudo(void)
{
	return geteuid() ? "sudo " : "";
}

/* The first line of a file; "" if it cannot be read. */
static void read_line(const char *path, char *line, int size)
{
	FILE *file = fopen(path, "re");

	line[0] = '\0';
	if (!file)
		return;
	if (fgets(line, size, file))
		line[strcspn(line, "\n")] = '\0';
	fclose(file);
}

/* The module is not installed for this kernel: the one thing that is missing. */
static void advise_building(const char *modules, const char *release)
{
	bool debian = !access("/etc/debian_version", F_OK);
	char *makefile;
	bool headers;
	glob_t source;

	if (asprintf(&makefile, "%s/build/Makefile", modules) < 0)
		return;
	headers = !access(makefile, F_OK);
	free(makefile);
	if (glob("/usr/src/varta-*/dkms.conf", 0, NULL, &source))
		advise("it is not installed for Linux %s: install the package "
		       "varta-dkms, or build it: make module install-module",
		       release);
	else if (headers)
		advise("it is not built for Linux %s: %sdkms autoinstall",
		       release, sudo());
	else
		advise("it is not built for Linux %s, whose headers are "
		       "missing: %s%s-%s", release, sudo(),
		       debian ? "apt install linux-headers" :
				"dnf install kernel-devel", release);
	globfree(&source);
}

/* Whether the kernel refuses modules without a signature that it trusts. */
static bool needs_signature(void)
{
	char enforced[8], lockdown[64];

	read_line("/sys/module/module/parameters/sig_enforce", enforced,
		  sizeof(enforced));
	read_line("/sys/kernel/security/lockdown", lockdown, sizeof(lockdown));
	return !strcmp(enforced, "Y") || strstr(lockdown, "[integrity]") ||
	       strstr(lockdown, "[confidentiality]");
}

/* The key with which DKMS signs; Ubuntu has it elsewhere. */
static const char *dkms_certificate(void)
{
	static const char *const paths[] = {
		"/var/lib/dkms/mok.pub",
		"/var/lib/shim-signed/mok/MOK.der",
	};
	size_t i;

	for (i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
		if (!access(paths[i], F_OK))
			return paths[i];
	}
	return "CERTIFICATE";
}

static void advise_signing(void)
{
	advise("this kernel loads only signed modules; if it says \"Key was "
	       "rejected by service\":");
	if (access("/sys/firmware/efi", F_OK))
		advise("sign the module with a key of the kernel, or boot "
		       "without module.sig_enforce and lockdown");
	else
		advise("%smokutil --import %s; then reboot and choose "
		       "\"Enroll MOK\"", sudo(), dkms_certificate());
}

static void advise_loading(void)
{
	struct utsname kernel;
	char *modules;

	if (uname(&kernel) ||
	    asprintf(&modules, "/lib/modules/%s", kernel.release) < 0)
		return;
	if (modprobe_has_file(modules, "varta")) {
		advise("%smodprobe varta    # installed for Linux %s", sudo(),
		       kernel.release);
		if (needs_signature())
			advise_signing();
	} else {
		advise_building(modules, kernel.release);
	}
	free(modules);
}

static void report_no_module(struct doctor *doctor, int error)
{
	char disabled[8];

	if (error != -ENODEV) {
		report(doctor, WRONG, "module", "cannot be reached by netlink: %s: %s",
		       strerrorname_np(-error), strerror(-error));
		return;
	}
	report(doctor, WRONG, "module", "not loaded, and not loadable on "
	       "demand");
	if (doctor->contained) {
		advise("on the host: modprobe varta");
		return;
	}
	read_line("/proc/sys/kernel/modules_disabled", disabled,
		  sizeof(disabled));
	if (!strcmp(disabled, "1"))
		advise("reboot: kernel.modules_disabled=1 forbids to load "
		       "modules until then");
	else
		advise_loading();
}

static void check_version(struct doctor *doctor)
{
	char version[64];
	int family = genl_family_version(VARTA_FAMILY_NAME);

	read_line("/sys/module/varta/version", version, sizeof(version));
	if (family >= 0 && family != VARTA_FAMILY_VERSION) {
		report(doctor, WRONG, "module", "interface version %d, but "
		       "this tool has %d", family, VARTA_FAMILY_VERSION);
		advise("install module and tool of the same version");
	} else if (version[0] && strcmp(version, VARTA_VERSION)) {
		report(doctor, NOTE, "module", "loaded, version %s, but this "
		       "tool is %s", version, VARTA_VERSION);
	} else {
		report(doctor, OK, "module", "loaded, %s%s, interface version "
		       "%d", version[0] ? "version " :
		       "of unknown version", version,
		       family);
	}
}

static void check_namespace(struct doctor *doctor)
{
	uint64_t inode = pid_namespace();

	if (!inode)
		report(doctor, NOTE, "namespace", "unknown: cannot read "
		       "/proc/self/ns/pid");
	else if (inode == INITIAL_PID_NS)
		report(doctor, OK, "namespace", "the initial pid namespace: "
		       "all agents are visible");
	else
		report(doctor, NOTE, "namespace", "pid:[%" PRIu64 "] is not "
		       "the initial pid namespace: only agents in it are "
		       "visible", inode);
}

/* What varta run and these checks read. */
static void check_files(struct doctor *doctor)
{
	int proc = procfs_open();
	bool sysfs = !access("/sys/kernel/varta", F_OK);

	if (proc < 0) {
		report(doctor, WRONG, "files", "/proc cannot be read: %s",
		       strerror(-proc));
		advise("mount it here: varta run tracks no program without "
		       "it");
	} else {
		close(proc);
	}
	if (!sysfs) {
		report(doctor, NOTE, "files", "there is no "
		       "/sys/kernel/varta");
		advise("mount sysfs here to read settings and counters as "
		       "files; the tool does not need them");
	}
	if (proc >= 0 && sysfs)
		report(doctor, OK, "files", "/proc and /sys can be read");
}

static void report_refused_beat(struct doctor *doctor, const struct varta *v,
				int error)
{
	report(doctor, WRONG, "beat", "refused: %s: %s",
	       strerrorname_np(-error), varta_errmsg(v));
	switch (error) {
	case -EDQUOT:
	case -ENOSPC:
		advise("see 'capacity' and 'quota' below");
		break;
	case -EACCES:
		advise("namespace_policy is host: beat outside of the "
		       "container, or load the module with another policy");
		break;
	default:
		break;
	}
}

/* Sends a beat and removes the agent again. */
static void check_beat(struct doctor *doctor)
{
	struct varta_options how = VARTA_OPTIONS_INIT;
	struct varta *v;
	int error;

	how.acknowledge = true;
	how.name = "varta doctor";
	error = varta_open(&v, &how);
	if (error) {
		report(doctor, WRONG, "beat", "%s", strerror(-error));
		return;
	}
	error = varta_beat(v, VARTA_STATUS_OK, 0);
	if (error < 0) {
		report_refused_beat(doctor, v, error);
	} else {
		varta_bye(v, 0);
		report(doctor, OK, "beat", "accepted");
	}
	varta_close(v);
}

static void check_events(struct doctor *doctor)
{
	struct varta_events *events;
	int error = varta_events_open(&events, NULL);
	bool unprivileged = error == -EPERM && !may_listen();

	if (!error) {
		varta_events_close(events);
		report(doctor, OK, "listen", "events can be received");
		return;
	}
	report(doctor, unprivileged ? NOTE : WRONG, "listen", "%s: %s",
	       strerrorname_np(-error), strerror(-error));
	if (unprivileged)
		advise("this needs CAP_NET_ADMIN over the network namespace: "
		       "%s", doctor->contained ? "listen on the host, or give "
		       "it to the container" : "sudo varta monitor");
}

static uint64_t percent(uint64_t part, uint64_t whole)
{
	return whole ? part * 100 / whole : 0;
}

static void check_capacity(struct doctor *doctor,
			   const struct varta_stats *stats,
			   const struct varta_config *config)
{
	uint64_t tracked = stats->value[VARTA_A_STATS_TRACKED];
	uint64_t capacity = config->value[VARTA_A_CONFIG_CAPACITY];
	uint64_t quota = config->value[VARTA_A_CONFIG_MAX_AGENTS_PER_USER];
	uint64_t refused = stats->value[VARTA_A_STATS_QUOTA_EXCEEDED];
	bool full = percent(tracked, capacity) >= NEARLY_FULL;

	report(doctor, full ? WRONG : OK, "capacity", "%" PRIu64 " of %" PRIu64
	       " agents", tracked, capacity);
	if (full)
		advise("reload with a larger capacity: modprobe -r varta && "
		       "modprobe varta capacity=N");
	if (quota && refused) {
		report(doctor, NOTE, "quota", "%" PRIu64 " beats were refused: "
		       "a user may have %" PRIu64 " agents", refused, quota);
		advise("varta config set max_agents_per_user N");
	}
}

static void check_counters(struct doctor *doctor,
			   const struct varta_stats *stats)
{
	uint64_t bugs = stats->value[VARTA_A_STATS_INVARIANT_VIOLATIONS];
	uint64_t lost = stats->value[VARTA_A_STATS_EVENTS_LOST];
	uint64_t stalled = stats->value[VARTA_A_STATS_STALLED_NOW];

	if (bugs) {
		report(doctor, WRONG, "invariants", "%" PRIu64 " were violated",
		       bugs);
		advise("this is a bug in varta: please report it with the "
		       "output of: varta stats");
	}
	if (lost) {
		report(doctor, NOTE, "events", "%" PRIu64 " were lost: no "
		       "memory", lost);
		advise("for the current state: varta agents --stalled");
	}
	if (stalled) {
		report(doctor, NOTE, "agents", "%" PRIu64 " are stalled",
		       stalled);
		advise("varta agents --stalled");
	}
}

static int check_tracker(struct varta *v, void *arg)
{
	struct doctor *doctor = arg;
	struct varta_stats stats;
	struct varta_config config;
	int error = varta_stats_get(v, &stats);

	if (!error)
		error = varta_config_get(v, &config);
	if (error)
		return fail_call(v, "read the counters", error);
	check_capacity(doctor, &stats, &config);
	check_counters(doctor, &stats);
	return EXIT_OK;
}

/* NULL without memory. */
static char *line_text(const struct modprobe_line *line)
{
	char cut[LINE_MAX_SHOWN + 1], text[LINE_TEXT_SIZE], *shown;
	size_t length = format_fit(line->text, LINE_MAX_SHOWN);

	memcpy(cut, line->text, length);
	cut[length] = '\0';
	format_text(text, cut);
	if (asprintf(&shown, "%s:%u: %s", line->file, line->number, text) < 0)
		return NULL;
	return shown;
}

static void report_line(struct doctor *doctor, enum result result,
			const struct modprobe_line *line)
{
	char *text = line_text(line);

	report(doctor, result, "parameters", "%s", text ? text : line->file);
	free(text);
}

static void keep_parameter(struct doctor *doctor, unsigned int setting,
			   uint64_t value, const struct modprobe_line *line)
{
	struct parameter *parameter;

	if (setting == VARTA_A_CONFIG_MIN_THRESHOLD_MS)
		parameter = &doctor->min_threshold;
	else if (setting == VARTA_A_CONFIG_MAX_THRESHOLD_MS)
		parameter = &doctor->max_threshold;
	else
		return;
	parameter->value = value;
	free(parameter->line);
	parameter->line = line_text(line);
}

/* Each of the two may be in range, and the module is not loaded with both. */
static void check_threshold_limits(struct doctor *doctor)
{
	struct parameter *min = &doctor->min_threshold;
	struct parameter *max = &doctor->max_threshold;

	if (max->value && min->value > max->value && min->line && max->line) {
		report(doctor, WRONG, "parameters", "%s", min->line);
		if (strcmp(min->line, max->line))
			report(doctor, WRONG, "parameters", "%s", max->line);
		advise("the module is not loaded with this: "
		       "min_threshold_ms=%" PRIu64 " is above "
		       "max_threshold_ms=%" PRIu64, min->value, max->value);
	}
	free(min->line);
	free(max->line);
}

/* NAME=VALUE of the line. The module loads in spite of unknown names. */
static void check_parameter(struct doctor *doctor,
			    const struct modprobe_line *line, char *parameter)
{
	char *value = strchr(parameter, '=');
	char choices[CHOICES_SIZE];
	unsigned int setting;
	uint64_t parsed;

	if (value)
		*value++ = '\0';
	setting = config_find(parameter);
	if (!setting) {
		report_line(doctor, NOTE, line);
		advise("the module has no such parameter; they are: modinfo -p "
		       "varta");
	} else if (!value || config_parameter_parse(setting, value, &parsed)) {
		report_line(doctor, WRONG, line);
		config_value_choices(setting, choices);
		advise("the module is not loaded with this: %s must be %s",
		       varta_config_name(setting), choices);
	} else {
		keep_parameter(doctor, setting, parsed, line);
	}
}

static void check_line(const struct modprobe_line *line, void *arg)
{
	struct doctor *doctor = arg;
	char *words, *word, *rest = NULL;

	if (!strcmp(line->command, "blacklist") ||
	    !strcmp(line->command, "install")) {
		report_line(doctor, NOTE, line);
		advise("the module is not loaded on demand because of this");
	}
	if (strcmp(line->command, "options"))
		return;
	words = strdup(line->arguments);
	for (word = words ? strtok_r(words, " \t", &rest) : NULL; word;
	     word = strtok_r(NULL, " \t", &rest))
		check_parameter(doctor, line, word);
	free(words);
}

/* A container's files do not matter. */
static void check_parameters(struct doctor *doctor)
{
	if (doctor->contained)
		return;
	modprobe_each_line(modprobe_directories, "varta", check_line, doctor);
	check_threshold_limits(doctor);
}

static int check_all(struct doctor *doctor)
{
	struct varta *v;
	int error = varta_open(&v, NULL), code;

	doctor->contained = is_container();
	if (error) {
		report_no_module(doctor, error);
		check_parameters(doctor);
		check_namespace(doctor);
		return error == -ENODEV ? EXIT_NO_MODULE : EXIT_SYSTEM;
	}
	varta_close(v);
	check_version(doctor);
	check_parameters(doctor);
	check_namespace(doctor);
	check_files(doctor);
	check_beat(doctor);
	check_events(doctor);
	code = session_run(NULL, check_tracker, doctor);
	if (code == EXIT_OK && doctor->wrong)
		code = EXIT_REFUSED;
	return code;
}

static const struct argp_child children[] = {
	{ .argp = &colour_args },
	{ 0 }
};

static const struct argp parser = {
	.children = children,
	.doc = "Check that everything works here, and say how to fix what "
	       "does not.\v"
	       "Sends one beat and removes the agent again. The exit status is "
	       "0 if no check failed, 1 if one did, 3 if the module is not "
	       "loaded. A note is not a failure: it says, for example, that "
	       "this user may not receive events.",
};

int cmd_doctor(int argc, char **argv)
{
	struct doctor doctor = { 0 };

	if (argp_parse(&parser, argc, argv, 0, NULL, NULL))
		return EXIT_SYSTEM;
	return check_all(&doctor);
}

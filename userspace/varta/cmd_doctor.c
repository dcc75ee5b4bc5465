// SPDX-License-Identifier: GPL-2.0-only
/*
 * varta doctor: what works here, what does not, and what to type then. It
 * tries things out rather than to guess from rights.
 */
#include <argp.h>
#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <varta.h>

#include "colour.h"
#include "command.h"
#include "error.h"
#include "format.h"
#include "genl.h"
#include "session.h"

/* Percent of the ledger from which it is nearly full. */
#define NEARLY_FULL	90

/* The initial one's inode number, which the kernel calls PROC_PID_INIT_INO. */
#define INITIAL_PID_NS	UINT64_C(0xeffffffc)

enum finding {
	/* It works. */
	FINE,
	/* It does not, and need not for everybody. */
	NOTE,
	/* It does not, and should. */
	WRONG,
};

/**
 * struct doctor - The visit.
 * @wrong: Something was found to be wrong.
 */
struct doctor {
	bool wrong;
};

static const struct {
	const char *word;
	enum concern concern;
} findings[] = {
	[FINE] = { "ok", CONCERN_NONE },
	[NOTE] = { "note", CONCERN_SOME },
	[WRONG] = { "WRONG", CONCERN_GREAT },
};

/* find() - Say what was found about @what. */
__attribute__((format(printf, 4, 5)))
static void find(struct doctor *doctor, enum finding finding, const char *what,
		 const char *format, ...)
{
	enum concern concern = findings[finding].concern;
	va_list arguments;

	printf("%s%-5s%s  %-10s ", colour_of(concern), findings[finding].word,
	       concern ? colour_end() : "", what);
	va_start(arguments, format);
	vprintf(format, arguments);
	va_end(arguments);
	putchar('\n');
	if (finding == WRONG)
		doctor->wrong = true;
}

/* What to type, or to do, about what was found last. */
static void advise(const char *advice)
{
	printf("       %-10s %s\n", "", advice);
}

/* The first line of a small file; "" if there is none. */
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

static void check_absent(struct doctor *doctor, int error)
{
	char disabled[8];
	struct utsname kernel;

	if (error != -ENODEV) {
		find(doctor, WRONG, "module", "cannot be reached: %s",
		     strerror(-error));
		return;
	}
	find(doctor, WRONG, "module",
	     "not loaded, and the kernel could not load it on demand");
	read_line("/proc/sys/kernel/modules_disabled", disabled,
		  sizeof(disabled));
	if (!strcmp(disabled, "1"))
		advise("this kernel takes no modules any more "
		       "(kernel.modules_disabled=1): boot again");
	else
		advise(geteuid() ? "sudo modprobe varta" : "modprobe varta");
	if (!uname(&kernel))
		printf("       %-10s if it is not found: build and install it "
		       "for %s\n", "", kernel.release);
}

/* One that is of another version may say more than this tool knows, or less. */
static void check_version(struct doctor *doctor)
{
	char version[64];
	int family = genl_family_version(VARTA_FAMILY_NAME);

	read_line("/sys/module/varta/version", version, sizeof(version));
	if (family >= 0 && family != VARTA_FAMILY_VERSION) {
		find(doctor, WRONG, "module", "speaks version %d of the "
		     "interface, this tool version %d", family,
		     VARTA_FAMILY_VERSION);
		advise("install the module and the tool of one version");
	} else if (version[0] && strcmp(version, VARTA_VERSION)) {
		find(doctor, NOTE, "module", "loaded, version %s; this tool "
		     "is of %s", version, VARTA_VERSION);
	} else {
		find(doctor, FINE, "module", "loaded%s%s, interface version "
		     "%d", version[0] ? ", version " : "", version, family);
	}
}

static void check_namespace(struct doctor *doctor)
{
	char target[64] = "";
	uint64_t inode = 0;

	if (readlink("/proc/self/ns/pid", target, sizeof(target) - 1) < 0 ||
	    sscanf(target, "pid:[%" SCNu64 "]", &inode) != 1)
		find(doctor, NOTE, "namespace", "not known: /proc does not say");
	else if (inode == INITIAL_PID_NS)
		find(doctor, FINE, "namespace", "the initial one: all agents "
		     "are seen");
	else
		find(doctor, NOTE, "namespace", "%s is not the initial one: "
		     "only agents that exist in it are seen", target);
}

/* The one sure way to know is to do it. It leaves nothing behind. */
static void check_beating(struct doctor *doctor)
{
	struct varta_options how = VARTA_OPTIONS_INIT;
	struct varta *v;
	int error;

	how.acknowledge = true;
	how.name = "varta doctor";
	error = varta_open(&v, &how);
	if (error) {
		find(doctor, WRONG, "beat", "%s", strerror(-error));
		return;
	}
	error = varta_beat(v, VARTA_STATUS_OK, 0);
	if (error < 0) {
		find(doctor, WRONG, "beat", "refused: %s: %s",
		     strerrorname_np(-error), varta_errmsg(v));
		if (error == -EDQUOT || error == -ENOSPC)
			advise("see 'room' below");
		else if (error == -EACCES)
			advise("namespace_policy is host: beat outside of the "
			       "container, or load with another policy");
	} else {
		varta_bye(v, 0);
		find(doctor, FINE, "beat", "accepted");
	}
	varta_close(v);
}

static void check_listening(struct doctor *doctor)
{
	struct varta_events *events;
	int error = varta_events_open(&events, NULL);

	if (!error) {
		varta_events_close(events);
		find(doctor, FINE, "listen", "events can be received");
		return;
	}
	find(doctor, error == -EPERM ? NOTE : WRONG, "listen", "%s: %s",
	     strerrorname_np(-error), strerror(-error));
	if (error == -EPERM)
		advise("it takes CAP_NET_ADMIN over the network namespace: "
		       "sudo varta monitor");
}

static uint64_t percent(uint64_t part, uint64_t whole)
{
	return whole ? part * 100 / whole : 0;
}

static void check_room(struct doctor *doctor, const struct varta_stats *stats,
		       const struct varta_config *config)
{
	uint64_t tracked = stats->value[VARTA_A_STATS_TRACKED];
	uint64_t capacity = config->value[VARTA_A_CONFIG_CAPACITY];
	uint64_t quota = config->value[VARTA_A_CONFIG_MAX_AGENTS_PER_USER];
	uint64_t refused = stats->value[VARTA_A_STATS_QUOTA_EXCEEDED];
	bool full = percent(tracked, capacity) >= NEARLY_FULL;

	find(doctor, full ? WRONG : FINE, "room", "%" PRIu64 " of %" PRIu64
	     " agents", tracked, capacity);
	if (full)
		advise("load it again with more: modprobe -r varta && "
		       "modprobe varta capacity=N");
	if (quota && refused) {
		find(doctor, NOTE, "quota", "%" PRIu64 " beats were refused: "
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
		find(doctor, WRONG, "invariants", "%" PRIu64 " were violated",
		     bugs);
		advise("this is a bug in varta: please report it, with: "
		       "varta stats");
	}
	if (lost) {
		find(doctor, NOTE, "events", "%" PRIu64 " were lost for want "
		     "of memory", lost);
		advise("listeners: varta agents --stalled tells what is so");
	}
	if (stalled) {
		find(doctor, NOTE, "agents", "%" PRIu64 " are stalled",
		     stalled);
		advise("varta agents --stalled");
	}
}

static int check_ledger(struct varta *v, void *arg)
{
	struct doctor *doctor = arg;
	struct varta_stats stats;
	struct varta_config config;
	int error = varta_stats_get(v, &stats);

	if (!error)
		error = varta_config_get(v, &config);
	if (error)
		return fail_call(v, "read the counters", error);
	check_room(doctor, &stats, &config);
	check_counters(doctor, &stats);
	return EXIT_OK;
}

static int examine(struct doctor *doctor)
{
	struct varta *v;
	int error = varta_open(&v, NULL), code;

	if (error) {
		check_absent(doctor, error);
		check_namespace(doctor);
		return error == -ENODEV ? EXIT_NO_MODULE : EXIT_SYSTEM;
	}
	varta_close(v);
	check_version(doctor);
	check_namespace(doctor);
	check_beating(doctor);
	check_listening(doctor);
	code = with_handle(NULL, check_ledger, doctor);
	if (code == EXIT_OK && doctor->wrong)
		code = EXIT_REFUSED;
	return code;
}

static const struct argp_child children[] = {
	{ .argp = &colour_parser },
	{ 0 }
};

static const struct argp parser = {
	.children = children,
	.doc = "Try what works here, and say what does not and what to do "
	       "about it.\v"
	       "Sends one beat and takes it back. The exit status is 0 if "
	       "nothing is wrong, 1 if something is, 3 if the module is not "
	       "loaded. A note, such as that events are for the "
	       "administrator, is nothing wrong.",
};

int run_doctor(int argc, char **argv)
{
	struct doctor doctor = { 0 };

	if (argp_parse(&parser, argc, argv, 0, NULL, NULL))
		return EXIT_SYSTEM;
	return examine(&doctor);
}

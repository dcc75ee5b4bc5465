// SPDX-License-Identifier: GPL-2.0-only
/*
 * Repeats an operation: in the Nth run, the Nth allocation fails, until a run
 * has fewer allocations. Each run must succeed or return an error, a failed one
 * must check_bye nothing behind, and the operation must work right afterwards.
 *
 * Needs a kernel with /proc/PID/fail-nth, set up so that all kinds of
 * allocations can fail (see fault.case). Allocations of kernel threads fail
 * there.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <varta.h>

enum {
	/* More than the allocations of any operation. */
	NTH_MAX		= 20000,
	RELAYED		= 40,
	RELAY_SOURCE	= 78,
	SOON_MS		= 10,
	NEVER_MS	= 86400000,
	/* There is no reply if its allocation failed. */
	TIMEOUT_MS	= 5000,
	PATIENCE_US	= 60000000,
	LOOK_US		= 2000,
	ERRNO_MAX	= 200,
	LOAD_EVERY	= 16,
};

static const char *name, *argument;
static struct varta *v;
static struct varta_events *events;
static uint64_t received, base;
static int module_file, home;
static pid_t child;

_Noreturn static void fail(const char *what, int error)
{
	fprintf(stderr, "failnth %s: %s: %s\n", name, what, strerror(-error));
	exit(1);
}

static void must(const char *what, int error)
{
	if (error < 0)
		fail(what, error);
}

static int call(long result)
{
	return result < 0 ? -errno : 0;
}

static int open_handle(void)
{
	const struct varta_options options = {
		.size = sizeof(options),
		.acknowledge = true,
		.timeout_ms = TIMEOUT_MS,
	};

	return varta_open(&v, &options);
}

static void reopen(void)
{
	varta_close(v);
	v = NULL;
	must("opening", open_handle());
}

static uint64_t counted(unsigned int attribute)
{
	struct varta_stats stats;

	must("stats", varta_stats_get(v, &stats));
	return stats.value[attribute];
}

enum {
	HERE	= 0,
	/* Allocations of the task PID fail, not those of this process. */
	IN_TASK	= 1,
	LOADS	= 2,
	LISTENS	= 4,
};

/* --- Operations: allocations fail in once(). --- */

static void check_tracked(uint64_t wanted)
{
	if (counted(VARTA_A_STATS_TRACKED) != wanted)
		fail("wrong number of agents", 0);
}

static int beat_once(void)
{
	return varta_beat(v, VARTA_STATUS_OK, 0);
}

static void check_bye(int error)
{
	int left;

	reopen();
	left = varta_bye(v, 0);
	/* The request may have succeeded without its reply. */
	if (left != -ENOENT || !error)
		must("goodbye", left);
	check_tracked(0);
	must("beat", beat_once());
	check_tracked(1);
	must("goodbye", varta_bye(v, 0));
}

static void beat_first(void)
{
	must("beat", beat_once());
}

static int bye_once(void)
{
	return varta_bye(v, 0);
}

static void after_bye(int error)
{
	int left;

	reopen();
	left = varta_bye(v, 0);
	if (left != -ENOENT && !error)
		fail("the agent still existed", left);
	check_tracked(0);
}

static int relay_once(void)
{
	struct varta_beat beats[RELAYED] = { 0 };
	uint32_t i;

	for (i = 0; i < RELAYED; i++) {
		beats[i].pid = 1 + i;
		beats[i].nonce = varta_monotonic_now();
		beats[i].timestamp = beats[i].nonce;
	}
	return varta_relay(v, RELAY_SOURCE, beats, RELAYED);
}

static void after_relay(int error)
{
	(void)error;
	reopen();
	must("relay", relay_once());
	check_tracked(RELAYED);
}

static uint64_t dumped;

static int count_agent(const struct varta_agent *agent, void *arg)
{
	(void)agent;
	(void)arg;
	dumped++;
	return 0;
}

static int dump_once(void)
{
	dumped = 0;
	return varta_agent_dump(v, NULL, count_agent, NULL);
}

static void after_dump(int error)
{
	uint64_t there;

	reopen();
	there = counted(VARTA_A_STATS_TRACKED);
	if (!error && dumped != there)
		fail("an incomplete dump without an error", 0);
	must("dump", dump_once());
	if (dumped != there)
		fail("an incomplete dump", 0);
}

static int get_once(void)
{
	struct varta_agent agent;

	return varta_agent_get(v, RELAY_SOURCE, 1, &agent);
}

static void after_get(int error)
{
	(void)error;
	reopen();
	must("get", get_once());
}

static int stats_once(void)
{
	struct varta_stats stats;

	return varta_stats_get(v, &stats);
}

static int take_once(void)
{
	struct varta_stats stats;

	return varta_stats_take(v, &stats);
}

static void after_stats(int error)
{
	(void)error;
	reopen();
	must("stats", stats_once());
	must("take", take_once());
}

static int config_once(void)
{
	return varta_config_set(v, VARTA_A_CONFIG_THRESHOLD_MS, 50000);
}

static void after_config(int error)
{
	(void)error;
	reopen();
	must("config", varta_config_set(v, VARTA_A_CONFIG_THRESHOLD_MS, 60000));
}

static void close_first(void)
{
	varta_close(v);
	v = NULL;
}

static void after_open(int error)
{
	(void)error;
	reopen();
}

static int listen_once(void)
{
	const struct varta_events_options options = VARTA_EVENTS_OPTIONS_INIT;

	return varta_events_open(&events, &options);
}

static void stop_listening(int error)
{
	if (error)
		must("listening", listen_once());
	varta_events_close(events);
}

static int unshare_once(void)
{
	return call(unshare(CLONE_NEWNET));
}

static void go_home(int error)
{
	if (error)
		must("namespace", unshare_once());
	must("setns", call(setns(home, CLONE_NEWNET)));
}

static int load_once(void)
{
	return call(syscall(SYS_finit_module, module_file, "capacity=64", 0));
}

/* Loading it without faults is slow, so this is done every LOAD_EVERY times. */
static void after_load(int error)
{
	static unsigned int failures;

	if (error) {
		if (!access("/sys/module/varta", F_OK) ||
		    !access("/sys/kernel/varta", F_OK))
			fail("something was left behind", error);
		if (failures++ % LOAD_EVERY)
			return;
		must("loading", load_once());
	}
	must("unloading", call(syscall(SYS_delete_module, "varta",
				       O_NONBLOCK)));
}

static void begin_agent(uint32_t threshold_ms)
{
	struct varta_beat beat = {
		.nonce = 1,
		.timestamp = 1,
		.threshold_ms = threshold_ms,
	};
	int there[2];
	char byte;

	must("pipe", call(pipe(there)));
	child = fork();
	must("fork", call(child));
	if (!child) {
		reopen();
		must("beat", varta_beat_send(v, &beat));
		must("pipe", call(write(there[1], "", 1)));
		for (;;)
			pause();
	}
	close(there[1]);
	if (read(there[0], &byte, 1) != 1)
		fail("the agent", -errno);
	close(there[0]);
}

static void end_agent(void)
{
	kill(child, SIGKILL);
	waitpid(child, NULL, 0);
}

static void note_event(const struct varta_event *event, void *arg)
{
	(void)event;
	(void)arg;
	received++;
}

/* All events were received, or counted as lost or missed. */
static bool all_reported(uint64_t wanted)
{
	struct varta_stats stats;
	int got;

	do {
		got = varta_events_receive(events, note_event, NULL);
	} while (got >= 0 || got == -ENOBUFS);
	must("stats", varta_stats_get(v, &stats));
	return stats.value[VARTA_A_STATS_STALLS] +
	       stats.value[VARTA_A_STATS_EXITS] == base + wanted &&
	       received + stats.value[VARTA_A_STATS_EVENTS_LOST] +
	       stats.value[VARTA_A_STATS_EVENTS_MISSED] == base + wanted;
}

static void wait_until_reported(uint64_t wanted)
{
	int waited = 0;

	for (; !all_reported(wanted); usleep(LOOK_US)) {
		waited += LOOK_US;
		if (waited > PATIENCE_US)
			fail("an event was neither received nor counted as lost", -ETIMEDOUT);
	}
}

/* The exit of the agent is reported without faults. */
static void after_event(int error)
{
	uint64_t before = received;

	(void)error;
	end_agent();
	wait_until_reported(2);
	if (received == before)
		fail("the next event was not received", 0);
	base += 2;
}

static int stall_once(void)
{
	begin_agent(SOON_MS);
	wait_until_reported(1);
	return 0;
}

static void agent_first(void)
{
	begin_agent(NEVER_MS);
}

static int exit_once(void)
{
	end_agent();
	wait_until_reported(1);
	return 0;
}

static void after_exit(int error)
{
	uint64_t before = received;

	(void)error;
	agent_first();
	end_agent();
	wait_until_reported(2);
	if (received == before)
		fail("the next event was not received", 0);
	base += 2;
}

static const struct operation {
	const char *name;
	void (*before)(void);
	int (*once)(void);
	void (*after)(int error);
	unsigned int how;
} operations[] = {
	{ "open", close_first, open_handle, after_open, HERE },
	{ "beat", NULL, beat_once, check_bye, HERE },
	{ "bye", beat_first, bye_once, after_bye, HERE },
	{ "relay", NULL, relay_once, after_relay, HERE },
	{ "dump", NULL, dump_once, after_dump, HERE },
	{ "get", NULL, get_once, after_get, HERE },
	{ "stats", NULL, stats_once, after_stats, HERE },
	{ "take", NULL, take_once, after_stats, HERE },
	{ "config", NULL, config_once, after_config, HERE },
	{ "listen", NULL, listen_once, stop_listening, HERE },
	{ "namespace", NULL, unshare_once, go_home, HERE },
	{ "stall", NULL, stall_once, after_event, IN_TASK | LISTENS },
	{ "exit", agent_first, exit_once, after_exit, IN_TASK | LISTENS },
	{ "load", NULL, load_once, after_load, LOADS },
	{ "thread", NULL, load_once, after_load, IN_TASK | LOADS },
};

/* --- Failing --- */

static int nth_file;

static void fail_nth(unsigned int n)
{
	char text[16];
	int length = snprintf(text, sizeof(text), "%u", n);

	must("fail-nth", call(pwrite(nth_file, text, (size_t)length, 0)));
}

/* The rest of the count of fail-nth; 0 if an allocation has failed. */
static unsigned int not_failed(void)
{
	char text[16] = "";

	must("fail-nth", call(pread(nth_file, text, sizeof(text) - 1, 0)));
	fail_nth(0);
	return (unsigned int)strtoul(text, NULL, 10);
}

static unsigned int outcomes[ERRNO_MAX];

/* Returns whether an allocation has failed. */
static bool try(const struct operation *op, unsigned int n)
{
	unsigned int left;
	int error;

	if (op->before)
		op->before();
	fail_nth(n);
	error = op->once();
	left = not_failed();
	if (error && (left || error <= -ERRNO_MAX))
		fail("failed without a fault", error);
	if (!left)
		outcomes[-error]++;
	op->after(error);
	return !left;
}

static void set_up(const struct operation *op)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/%s/fail-nth",
		 op->how & IN_TASK ? argument : "thread-self");
	nth_file = open(path, O_RDWR | O_CLOEXEC);
	must(path, call(nth_file));
	home = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
	if (op->how & LOADS) {
		module_file = open(getenv("MODULE"), O_RDONLY | O_CLOEXEC);
		must("MODULE", call(module_file));
	} else {
		must("opening", open_handle());
		base = counted(VARTA_A_STATS_STALLS) +
		       counted(VARTA_A_STATS_EXITS);
		received = base - counted(VARTA_A_STATS_EVENTS_LOST) -
			counted(VARTA_A_STATS_EVENTS_MISSED);
	}
	if (op->how & LISTENS)
		must("listening", listen_once());
	/* Page faults of this process must not fail. */
	must("mlockall", call(mlockall(MCL_CURRENT | MCL_FUTURE)));
}

int main(int argc, char **argv)
{
	const struct operation *op = NULL;
	unsigned int n = 1;
	size_t i;

	for (i = 0; i < sizeof(operations) / sizeof(*operations); i++)
		if (argc > 1 && !strcmp(operations[i].name, argv[1]))
			op = &operations[i];
	if (!op || argc != 2 + !!(op->how & IN_TASK)) {
		fputs("Usage: failnth OPERATION [PID]\nOperations:", stderr);
		for (i = 0; i < sizeof(operations) / sizeof(*operations); i++)
			fprintf(stderr, " %s%s", operations[i].name,
				operations[i].how & IN_TASK ? " PID" : "");
		fputs("\n", stderr);
		return 2;
	}
	name = op->name;
	argument = argv[2];
	set_up(op);
	while (try(op, n))
		if (++n > NTH_MAX)
			fail("too many allocations", -E2BIG);
	printf("%s: allocations failed %u:", name, n - 1);
	for (i = 0; i < ERRNO_MAX; i++)
		if (outcomes[i])
			printf(" %s %u", i ? strerrorname_np((int)i) : "done",
			       outcomes[i]);
	putchar('\n');
	return 0;
}

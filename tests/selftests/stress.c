// SPDX-License-Identifier: GPL-2.0-only
/*
 * Repeats one operation, for tests in which several such processes race each
 * other.
 *
 * Refused requests are counted, also those of a module that is being unloaded.
 * An error that no race explains, or an impossible reply, ends the program with
 * status 1. usage() lists the operations.
 */
#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <varta.h>

enum {
	/* Processes of a crowd at a time. */
	CROWD		= 48,
	/* Beats in a message of the relay. */
	RELAYED		= 40,
	RELAY_SOURCE	= 77,
	/* Beats in the life of a short-lived agent. */
	LIFE_BEATS	= 3,
	/* Agents in a namespace beside its first process. */
	INHABITANTS	= 3,
	INHABITED_BEATS	= 20,
	/* How long a listener waits for an event. */
	LISTEN_MS	= 20,
	/* Endless racers have a lower priority than those with a COUNT. */
	LASTING_NICE	= 5,
	REOPEN_US	= 1000,
	PID_MAX		= 4194304,
};

static const char *role_name;
static volatile sig_atomic_t ended;
static struct varta *v;
static unsigned long done, refused, reopened;
/* Totals that the role prints. */
static uint64_t sums[2];

_Noreturn static void fail(const char *what, int error)
{
	fprintf(stderr, "stress %s: %s: %s\n", role_name, what,
		strerror(-error));
	exit(1);
}

static void end(int signal)
{
	(void)signal;
	ended = 1;
}

/*
 * Errors that races with others explain. A dump from a module that is being
 * unloaded returns EPROTONOSUPPORT.
 */
static bool explained(int error)
{
	static const int errors[] = {
		EAGAIN, EBUSY, EDQUOT, EEXIST, EINTR, ENOBUFS, ENODEV, ENOENT,
		ENOSPC, EPROTONOSUPPORT, ERANGE, ESTALE,
	};
	size_t i;

	for (i = 0; i < sizeof(errors) / sizeof(*errors); i++)
		if (error == -errors[i])
			return true;
	return false;
}

static void open_handle(void)
{
	const struct varta_options options = {
		.size = sizeof(options),
		.acknowledge = true,
		.timeout_ms = 60000,
		.name = role_name,
	};
	int error;

	for (;;) {
		error = varta_open(&v, &options);
		if (!error || ended)
			return;
		if (!explained(error))
			fail("open", error);
		usleep(REOPEN_US);
	}
}

/* Returns whether it succeeded; reopens the handle of an unloaded module. */
static bool take_note(int error)
{
	if (error < 0 && !explained(error))
		fail("unexpected error", error);
	if (error == -ENODEV) {
		reopened++;
		varta_close(v);
		v = NULL;
		open_handle();
	}
	return error >= 0;
}

/* Forks a child that does not outlive this process. */
static pid_t spawn(void)
{
	pid_t parent = getpid();
	pid_t child = fork();

	if (child < 0)
		fail("fork", -errno);
	if (child)
		return child;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent && getppid())
		_exit(1);
	signal(SIGTERM, SIG_DFL);
	varta_close(v);
	v = NULL;
	return 0;
}

static bool well(pid_t child)
{
	int status;

	if (waitpid(child, &status, 0) != child)
		fail("wait", -errno);
	return WIFEXITED(status) && !WEXITSTATUS(status);
}

static int beat(void)
{
	return varta_beat(v, VARTA_STATUS_OK, 0);
}

static int beat_and_bye(void)
{
	int error = beat();

	return error ? error : varta_bye(v, 0);
}

static int live(void)
{
	pid_t child = spawn();
	int i;

	if (child)
		return well(child) ? 0 : -EBUSY;
	open_handle();
	for (i = 0; i < LIFE_BEATS; i++)
		take_note(beat());
	_exit(0);
}

/* Becomes an agent that asks for SIGKILL, and ends or beats as that comes. */
_Noreturn static void tempt_fate(void)
{
	const struct varta_options options = {
		.size = sizeof(options),
		.acknowledge = true,
		.name = role_name,
		.threshold_ms = 10,
		.stall_signal = SIGKILL,
	};
	int fate;

	srand((unsigned int)getpid());
	fate = rand();
	if (varta_open(&v, &options))
		_exit(0);
	take_note(beat());
	usleep((useconds_t)(rand() % 20000));
	switch (fate % 3) {
	case 0:
		_exit(0);
	case 1:
		execl("/bin/true", "true", NULL);
		_exit(1);
	default:
		take_note(beat());
		usleep(rand() % 2 ? 0 : 20000);
		_exit(0);
	}
}

static int doom(void)
{
	pid_t child = spawn();
	int status;

	if (!child)
		tempt_fate();
	if (waitpid(child, &status, 0) != child)
		fail("wait", -errno);
	if (WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL)
		sums[0]++;
	else if (!WIFEXITED(status) || WEXITSTATUS(status))
		fail("a process ended otherwise", -ECHILD);
	return 0;
}

static void *end_soon(void *unused)
{
	usleep(500);
	return unused;
}

static void *execute(void *unused)
{
	execl("/bin/true", "true", NULL);
	_exit(1);
	return unused;
}

static void start_thread(void *(*run)(void *))
{
	pthread_attr_t attributes;
	pthread_t thread;
	int error;

	pthread_attr_init(&attributes);
	pthread_attr_setstacksize(&attributes, PTHREAD_STACK_MIN);
	pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
	error = pthread_create(&thread, &attributes, run, NULL);
	pthread_attr_destroy(&attributes);
	if (error && error != EAGAIN)
		fail("thread", -error);
}

/* Beats once, and starts threads that end while it stalls. */
_Noreturn static void rage(void)
{
	const struct varta_options options = {
		.size = sizeof(options),
		.acknowledge = true,
		.name = role_name,
		.threshold_ms = 10,
	};
	uint64_t end;

	if (varta_open(&v, &options))
		_exit(0);
	take_note(beat());
	end = varta_monotonic_now() + 5000000 + getpid() % 16 * 1000000;
	while (varta_monotonic_now() < end)
		start_thread(end_soon);
	if (getpid() % 3 == 0)
		_exit(0);
	if (getpid() % 3 == 1)
		execute(NULL);
	/* A thread that executes a program takes the number of the first one. */
	start_thread(execute);
	for (;;)
		pause();
}

static int storm(void)
{
	pid_t child = spawn();

	if (!child)
		rage();
	if (!well(child))
		fail("a process ended otherwise", -ECHILD);
	return 0;
}

/* Opens lanes, beats in them and closes them, until the process ends. */
static void *use_lanes(void *unused)
{
	struct varta_lane *lane;
	unsigned int seed = (unsigned int)gettid();
	int i;

	(void)unused;
	for (;;) {
		if (varta_lane_open(v, &lane, "race", 1 + rand_r(&seed) % 20))
			continue;
		for (i = rand_r(&seed) % 20; i; i--) {
			switch (rand_r(&seed) % 4) {
			case 0:
				varta_scope_begin(lane, 1);
				break;
			case 1:
				varta_scope_end(lane);
				break;
			default:
				varta_lane_beat(lane);
			}
			usleep((useconds_t)rand_r(&seed) % 3000);
		}
		varta_lane_close(lane);
	}
	return unused;
}

/*
 * Beats while its threads beat in lanes, in its pages or sent, and says goodbye now
 * and then. It ends with threads and lanes as they are.
 */
_Noreturn static void hurry(void)
{
	const struct varta_options options = {
		.size = sizeof(options),
		.acknowledge = getpid() % 2,
		.name = role_name,
		.threshold_ms = 10,
		.lanes = 1 + getpid() % 8,
		.more_lanes = getpid() % 3 ? 0 : 200,
	};
	uint64_t end;
	int i;

	if (varta_open(&v, &options))
		_exit(0);
	take_note(beat());
	for (i = 0; i < 3; i++)
		start_thread(use_lanes);
	end = varta_monotonic_now() + 20000000 + getpid() % 16 * 4000000;
	while (varta_monotonic_now() < end) {
		if (rand() % 8 == 0)
			varta_bye(v, 0);
		take_note(beat());
		usleep((useconds_t)rand() % 4000);
	}
	if (getpid() % 5 < 2)
		_exit(0);
	if (getpid() % 5 < 4)
		execute(NULL);
	start_thread(execute);
	for (;;)
		pause();
}

static int hurried(void)
{
	pid_t child = spawn();

	if (!child)
		hurry();
	if (!well(child))
		fail("a process ended otherwise", -ECHILD);
	return 0;
}

/* A process that asks for nothing, and gets a pid of one that did. */
static int pass_by(void)
{
	pid_t child = spawn();

	if (!child) {
		usleep((useconds_t)(rand() % 2000));
		_exit(0);
	}
	if (!well(child))
		fail("a process that did not ask was signalled", -EPERM);
	return 0;
}

/* A child beats for its parent, which exits at the same time. */
_Noreturn static void orphan_child(void)
{
	struct varta_beat first = {
		.pid = (uint32_t)getpid(),
		.claim_pid = true,
	};
	int go[2];
	char byte = 0;
	pid_t child;

	if (pipe(go))
		_exit(1);
	child = fork();
	if (child < 0)
		_exit(1);
	if (!child) {
		open_handle();
		first.nonce = varta_monotonic_now();
		first.timestamp = first.nonce;
		if (write(go[1], &byte, 1) != 1)
			_exit(1);
		varta_beat_send(v, &first);
		_exit(0);
	}
	_exit(read(go[0], &byte, 1) == 1 ? 0 : 1);
}

static int orphan(void)
{
	pid_t parent = spawn();

	if (!parent)
		orphan_child();
	return well(parent) ? 0 : -EBUSY;
}

/* Adds a process that beats once, and kills the oldest of a full crowd. */
static int crowd(void)
{
	static pid_t there[CROWD];
	static unsigned int next;
	pid_t child = spawn();

	if (!child) {
		open_handle();
		take_note(beat());
		for (;;)
			pause();
	}
	if (there[next]) {
		kill(there[next], SIGKILL);
		well(there[next]);
	}
	there[next] = child;
	next = (next + 1) % CROWD;
	return 0;
}

static int check_agent(const struct varta_agent *agent, void *arg)
{
	bool sane = agent->pid && agent->pid <= PID_MAX &&
		    agent->status <= VARTA_STATUS_STALL &&
		    agent->last_beat <= varta_monotonic_now() &&
		    strnlen(agent->name, VARTA_NAME_SIZE) < VARTA_NAME_SIZE;

	(void)arg;
	if (!sane)
		fail("impossible agent", -EBADMSG);
	return 0;
}

static int dump(void)
{
	return varta_agent_dump(v, NULL, check_agent, NULL);
}

/* The module cannot be unloaded during a dump: rests for as long as it took. */
static int look(void)
{
	uint64_t start = varta_monotonic_now();
	int error = dump();

	usleep((useconds_t)((varta_monotonic_now() - start) / 1000));
	return error;
}

static int get(void)
{
	struct varta_agent agent;
	uint32_t pid = (uint32_t)getpid() - (uint32_t)rand() % 100;
	int error = varta_agent_get(v, 0, pid, &agent);

	if (!error && agent.pid != pid)
		fail("wrong agent", -EBADMSG);
	return error ? error : check_agent(&agent, NULL);
}

static int stats(void)
{
	struct varta_stats all;

	return varta_stats_get(v, &all);
}

static int take(void)
{
	struct varta_stats taken;
	int error = varta_stats_take(v, &taken);

	if (error)
		return error;
	sums[0] += taken.value[VARTA_A_STATS_INSERTED];
	sums[1] += taken.value[VARTA_A_STATS_REFRESHED];
	return 0;
}

static int configure(void)
{
	static const struct {
		unsigned int attribute;
		uint64_t value;
	} all[] = {
		{ VARTA_A_CONFIG_THRESHOLD_MS, 10 },
		{ VARTA_A_CONFIG_TRACK_EXIT, 0 },
		{ VARTA_A_CONFIG_MAX_AGENTS_PER_USER, 3 },
		{ VARTA_A_CONFIG_MIN_BEAT_INTERVAL_MS, 1 },
		{ VARTA_A_CONFIG_THRESHOLD_MS, 86400000 },
		{ VARTA_A_CONFIG_BEAT_RATE, 1000 },
		{ VARTA_A_CONFIG_TRACK_EXIT, 1 },
		{ VARTA_A_CONFIG_MAX_AGENTS_PER_USER, 0 },
		{ VARTA_A_CONFIG_THRESHOLD_MS, 50 },
		{ VARTA_A_CONFIG_MIN_BEAT_INTERVAL_MS, 0 },
		{ VARTA_A_CONFIG_BEAT_RATE, 0 },
	};
	size_t i = done % (sizeof(all) / sizeof(*all));

	return varta_config_set(v, all[i].attribute, all[i].value);
}

static int relay(void)
{
	struct varta_beat beats[RELAYED] = { 0 };
	uint64_t now = varta_monotonic_now();
	uint32_t i;

	for (i = 0; i < RELAYED; i++) {
		beats[i].pid = 1 + (uint32_t)rand() % 1000;
		beats[i].nonce = now + i;
		beats[i].timestamp = now;
		beats[i].threshold_ms = 10 + (uint32_t)rand() % 100;
	}
	return varta_relay(v, RELAY_SOURCE, beats, RELAYED);
}

static void count_event(const struct varta_event *event, void *arg)
{
	(void)arg;
	/* An overrun, or a change of the module. */
	if (!event->agent)
		return;
	check_agent(event->agent->pid ? event->agent :
		    &(struct varta_agent){ .pid = 1 }, NULL);
	sums[event->type == VARTA_EVENT_EXIT]++;
}

static int listen_once(void)
{
	const struct varta_events_options options = VARTA_EVENTS_OPTIONS_INIT;
	struct varta_events *events;
	struct pollfd readable = { .events = POLLIN };
	int error = varta_events_open(&events, &options);

	if (error)
		return error;
	readable.fd = varta_events_fd(events);
	if (poll(&readable, 1, LISTEN_MS) > 0)
		error = varta_events_receive(events, count_event, NULL);
	varta_events_close(events);
	return error < 0 ? error : 0;
}

/* The first process of the namespaces, whose exit ends all others in them. */
_Noreturn static void inhabit(void)
{
	const struct varta_events_options options = VARTA_EVENTS_OPTIONS_INIT;
	struct varta_events *events;
	int i;

	for (i = 0; i < INHABITANTS; i++) {
		if (spawn())
			continue;
		open_handle();
		for (;;)
			take_note(beat());
	}
	open_handle();
	if (varta_events_open(&events, &options))
		_exit(1);
	for (i = 0; i < INHABITED_BEATS; i++) {
		take_note(beat());
		take_note(dump());
	}
	_exit(0);
}

static int make_space(void)
{
	pid_t child = spawn();
	pid_t first;

	if (child)
		return well(child) ? 0 : -EBUSY;
	if (unshare(CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNET))
		_exit(1);
	first = fork();
	if (!first)
		inhabit();
	_exit(first > 0 && well(first) ? 0 : 1);
}

static const struct role {
	const char *name, *what;
	int (*once)(void);
	/* Names of the totals. */
	const char *sum[2];
} roles[] = {
	{ "beat", "beat", beat, { NULL } },
	{ "bye", "beat and say goodbye", beat_and_bye, { NULL } },
	{ "life", "start a process that beats and exits", live, { NULL } },
	{ "orphan", "exit while a child beats for the process", orphan, { NULL } },
	{ "doom", "start a process that asks for SIGKILL on a stall, and is late",
	  doom, { "killed", NULL } },
	{ "storm", "start a process that starts threads while it stalls, and exits or "
	  "executes a program", storm, { NULL } },
	{ "lanes", "start a process whose threads beat in lanes, and end it", hurried,
	  { NULL } },
	{ "bystander", "start a process that is not an agent", pass_by,
	  { NULL } },
	{ "crowd", "add an agent to a group of processes", crowd, { NULL } },
	{ "relay", "relay beats", relay, { NULL } },
	{ "dump", "read all agents", dump, { NULL } },
	{ "look", "read all agents, and rest for as long as that took", look,
	  { NULL } },
	{ "get", "read one agent, if it exists", get, { NULL } },
	{ "stats", "read the counters", stats, { NULL } },
	{ "take", "take the counters", take, { "inserted", "refreshed" } },
	{ "config", "change a setting", configure, { NULL } },
	{ "listen", "join, listen, leave", listen_once, { "stalls", "exits" } },
	{ "space", "create namespaces with agents and a listener, and end them",
	  make_space, { NULL } },
};

static int usage(void)
{
	size_t i;

	fputs("Usage: stress ROLE COUNT\n"
	      "Repeats ROLE COUNT times, or until SIGTERM if COUNT is 0:\n\n",
	      stderr);
	for (i = 0; i < sizeof(roles) / sizeof(*roles); i++)
		fprintf(stderr, "  %-6s  %s\n", roles[i].name, roles[i].what);
	return 2;
}

static const struct role *find_role(const char *name)
{
	size_t i;

	for (i = 0; i < sizeof(roles) / sizeof(*roles); i++)
		if (!strcmp(roles[i].name, name))
			return &roles[i];
	return NULL;
}

int main(int argc, char **argv)
{
	const struct sigaction action = {
		.sa_handler = end,
		.sa_flags = SA_RESTART,
	};
	const struct role *role = argc == 3 ? find_role(argv[1]) : NULL;
	unsigned long count;
	char *end_of_count;
	int i;

	if (!role)
		return usage();
	role_name = role->name;
	count = strtoul(argv[2], &end_of_count, 10);
	if (end_of_count == argv[2] || *end_of_count)
		return usage();
	if (!count && nice(LASTING_NICE) < 0)
		fail("nice", -errno);
	srand((unsigned int)getpid());
	sigaction(SIGTERM, &action, NULL);
	open_handle();
	while (!ended && (!count || done + refused < count)) {
		if (take_note(role->once()))
			done++;
		else
			refused++;
	}
	printf("%s done %lu refused %lu reopened %lu", role->name, done,
	       refused, reopened);
	for (i = 0; i < 2; i++)
		if (role->sum[i])
			printf(" %s %" PRIu64, role->sum[i], sums[i]);
	putchar('\n');
	return 0;
}

// SPDX-License-Identifier: GPL-2.0-only
/*
 * Hangs in one of the ways in which programs hang.
 *
 * Usage: hang [-b THRESHOLD_MS] [-n NAME] [-c CPU] [-s SIGNAL] [-k MS] [-e] [-i]
 *             [-r] [-w] WAY [ARGUMENT]
 *
 *   -b  be an agent with this threshold, 0 for the default one: the thread TID
 *       sends one beat
 *   -n  name of the process and, with -b, of the agent
 *   -c  run on this CPU only
 *   -s  ask for this signal on a stall
 *   -k  and for SIGKILL so long after it
 *   -e  and for both even if it is starved
 *   -i  ignore the signal
 *   -r  beat again when it comes
 *   -w  wait in its handler forever
 *
 * Prints "hangs PID TID" just before it hangs, and after the kernel has the beat.
 *
 *   loop          uses the CPU in user code
 *   kernel        uses the CPU in a system call: reads /dev/zero
 *   futex         two threads wait for each other's lock; TID is the first one
 *   second        thread TID, "heart", waits for a lock; the first one wakes and
 *                 sleeps
 *   ended         thread TID, "heart", ends; the first one waits
 *   sleep         nanosleep()
 *   work MS       uses the CPU for so long, sleeps for 1 ms, and sleeps
 *   poll          wakes up every 10 ms
 *   vfork         state D: waits for a child of vfork()
 *   stop          stopped by SIGSTOP
 *   traced        held by its child, by ptrace()
 *   hog           uses the CPU with SCHED_FIFO
 *   core MIB      dumps core of this size
 *   memory MIB    takes memory until it has this much, frees it, and again
 *   read FILE     reads from FILE without the page cache
 *   fault FILE    reads from memory that is mapped from FILE, and sleeps
 *   exit          exits, which waits for a process that is traced; PID is a child
 *                 of the process that was started
 *   threads N     waits, as N other threads do
 *   busy N        waits, while N other threads use the CPU
 *   crowd N       uses the CPU, as N other threads do
 *
 * What is done from outside goes with "loop" and "sleep": cgroup.freeze, cpu.max,
 * a hog on the same CPU, a debugger. A core dump lasts as long as its reader:
 * with '|/bin/sleep 1000' in /proc/sys/kernel/core_pattern, until that is killed.
 *
 * The process that was started leads a process group with all of its children, to
 * end them: kill -KILL -$pid.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <varta.h>

#define MIB	(1024UL * 1024)

static struct varta_options agent = VARTA_OPTIONS_INIT;
static bool is_agent;
static const char *argument;
static pthread_mutex_t first_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t second_lock = PTHREAD_MUTEX_INITIALIZER;

static void fail(const char *what)
{
	perror(what);
	exit(1);
}

static struct varta *handle;

static unsigned long number(const char *text)
{
	char *end;
	unsigned long value = text ? strtoul(text, &end, 10) : 0;

	if (!text || end == text || *end) {
		fprintf(stderr, "hang: needs a number\n");
		exit(100);
	}
	return value;
}

/* The handle stays open: closing a socket would be one more place to hang. */
static void beat(void)
{
	int error;

	if (!is_agent)
		return;
	agent.acknowledge = true;
	error = varta_open(&handle, &agent);
	if (!error)
		error = varta_beat(handle, VARTA_STATUS_OK, 0);
	if (error) {
		fprintf(stderr, "hang: beat: %s\n", handle ?
			varta_errmsg(handle) : strerror(-error));
		exit(101);
	}
}

static void say(pid_t pid, pid_t tid)
{
	printf("hangs %d %d\n", pid, tid);
	fflush(stdout);
}

static void begin(void)
{
	beat();
	say(getpid(), gettid());
}

static void start_thread(void *(*run)(void *), size_t stack)
{
	pthread_attr_t attributes;
	pthread_t thread;
	int error;

	pthread_attr_init(&attributes);
	if (stack)
		pthread_attr_setstacksize(&attributes, stack);
	error = pthread_create(&thread, &attributes, run, NULL);
	if (error) {
		errno = error;
		fail("pthread_create");
	}
}

static void *wait_forever(void *unused)
{
	for (;;)
		pause();
	return unused;
}

static void use_cpu(void)
{
	volatile unsigned long turns = 0;

	for (;;)
		turns++;
}

static void loop(void)
{
	begin();
	use_cpu();
}

static void read_zeros(void)
{
	int fd = open("/dev/zero", O_RDONLY | O_CLOEXEC);
	char *buffer = malloc(MIB);

	if (fd < 0 || !buffer)
		fail("/dev/zero");
	begin();
	while (read(fd, buffer, MIB) > 0)
		;
	fail("read");
}

/* Holds the second lock, and waits for the first. */
static void *wait_for_first_lock(void *unused)
{
	pthread_mutex_lock(&second_lock);
	pthread_mutex_lock(&first_lock);
	return unused;
}

static void deadlock(void)
{
	pthread_mutex_lock(&first_lock);
	start_thread(wait_for_first_lock, 0);
	while (!pthread_mutex_trylock(&second_lock)) {
		pthread_mutex_unlock(&second_lock);
		sched_yield();
	}
	begin();
	pthread_mutex_lock(&second_lock);
}

static void *beat_and_wait_for_lock(void *unused)
{
	prctl(PR_SET_NAME, "heart");
	begin();
	pthread_mutex_lock(&first_lock);
	return unused;
}

static void deadlock_second(void)
{
	pthread_mutex_lock(&first_lock);
	start_thread(beat_and_wait_for_lock, 0);
	for (;;)
		usleep(10000);
}

static void *beat_and_end(void *unused)
{
	prctl(PR_SET_NAME, "heart");
	begin();
	/* pthread_exit() needs libgcc_s in the guest. */
	syscall(SYS_exit, 0);
	return unused;
}

static void end_thread(void)
{
	start_thread(beat_and_end, 0);
	wait_forever(NULL);
}

static void sleep_long(void)
{
	const struct timespec hour = { .tv_sec = 3600 };

	begin();
	nanosleep(&hour, NULL);
}

static void work_and_sleep(void)
{
	const struct timespec hour = { .tv_sec = 3600 };
	const struct timespec step = { .tv_nsec = 1000000 };
	unsigned long ms = number(argument);
	struct timespec used, end;

	begin();
	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &end);
	end.tv_sec += (time_t)(ms / 1000);
	end.tv_nsec += (long)(ms % 1000) * 1000000;
	do
		clock_gettime(CLOCK_THREAD_CPUTIME_ID, &used);
	while ((used.tv_sec - end.tv_sec) * 1000000000LL +
	       used.tv_nsec - end.tv_nsec < 0);
	nanosleep(&step, NULL);
	nanosleep(&hour, NULL);
}

static void poll_often(void)
{
	const struct timespec step = { .tv_nsec = 10000000 };

	begin();
	for (;;)
		nanosleep(&step, NULL);
}

static void wait_for_vfork(void)
{
	pid_t child;

	begin();
	child = vfork();
	if (!child)
		for (;;)
			pause();
	fail("vfork");
}

static void stop(void)
{
	begin();
	raise(SIGSTOP);
	wait_forever(NULL);
}

static void hold(pid_t pid)
{
	int status;

	if (ptrace(PTRACE_SEIZE, pid, NULL, NULL) ||
	    ptrace(PTRACE_INTERRUPT, pid, NULL, NULL) ||
	    waitpid(pid, &status, __WALL) != pid)
		fail("ptrace");
}

static void be_traced(void)
{
	pid_t pid = getpid();
	int ready[2];
	char byte;

	/* Only its ancestors may trace a process with Yama. */
	prctl(PR_SET_PTRACER, PR_SET_PTRACER_ANY);
	if (pipe(ready))
		fail("pipe");
	switch (fork()) {
	case -1:
		fail("fork");
		break;
	case 0:
		if (read(ready[0], &byte, 1) == 1)
			hold(pid);
		wait_forever(NULL);
	}
	begin();
	if (write(ready[1], "", 1) != 1)
		fail("write");
	wait_forever(NULL);
}

/* The module's thread, of priority 50, must get the only CPU. */
static void hog(void)
{
	const struct sched_param priority = { .sched_priority = 10 };

	if (sched_setscheduler(0, SCHED_FIFO, &priority))
		fail("SCHED_FIFO");
	loop();
}

static char *take_memory(size_t size)
{
	char *memory = mmap(NULL, size, PROT_READ | PROT_WRITE,
			    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	size_t at;

	if (memory == MAP_FAILED)
		fail("mmap");
	for (at = 0; at < size; at += 4096)
		memory[at] = 1;
	return memory;
}

static void dump_core(void)
{
	const struct rlimit no_limit = { RLIM_INFINITY, RLIM_INFINITY };

	if (setrlimit(RLIMIT_CORE, &no_limit))
		fail("RLIMIT_CORE");
	take_memory(number(argument) * MIB);
	begin();
	abort();
}

static void use_memory(void)
{
	size_t size = number(argument) * MIB;

	begin();
	for (;;)
		munmap(take_memory(size), size);
}

static void read_file(void)
{
	int fd = argument ? open(argument, O_RDONLY | O_DIRECT) : -1;
	void *buffer = aligned_alloc(4096, 4096);

	if (fd < 0 || !buffer)
		fail("open");
	begin();
	for (;;)
		if (pread(fd, buffer, 4096, 0) < 0)
			fail("pread");
}

static void take_fault(void)
{
	int fd = argument ? open(argument, O_RDONLY | O_CLOEXEC) : -1;
	const volatile char *page = mmap(NULL, 4096, PROT_READ, MAP_SHARED, fd, 0);

	if (page == MAP_FAILED)
		fail("mmap");
	begin();
	(void)*page;
	wait_forever(NULL);
}

static void on_signal(int unused)
{
	(void)unused;
}

/* The first process of a pid namespace, which exits when the parent asks. */
static void be_init(int to_parent)
{
	sigset_t asked, none;
	pid_t child;

	/* Without a handler, the first process does not get the signal. */
	signal(SIGUSR1, on_signal);
	/* It may come before this process waits for it. */
	sigemptyset(&none);
	sigemptyset(&asked);
	sigaddset(&asked, SIGUSR1);
	sigprocmask(SIG_BLOCK, &asked, NULL);
	beat();
	child = fork();
	if (!child)
		wait_forever(NULL);
	if (child < 0 || write(to_parent, &child, sizeof(child)) < 0)
		fail("fork");
	sigsuspend(&none);
	_exit(0);
}

/*
 * In its exit, the first process of a pid namespace waits until all others are
 * gone. One that is traced is gone when its tracer has waited for it.
 */
static void hang_in_exit(void)
{
	char path[64], children[32] = "";
	pid_t init, child;
	int ready[2], fd;

	if (pipe(ready) || unshare(CLONE_NEWPID))
		fail("unshare");
	init = fork();
	if (init < 0)
		fail("fork");
	if (!init)
		be_init(ready[1]);
	if (read(ready[0], &child, sizeof(child)) != sizeof(child))
		fail("read");
	/* Its number here. */
	snprintf(path, sizeof(path), "/proc/%d/task/%d/children", init, init);
	fd = open(path, O_RDONLY);
	if (fd < 0 || read(fd, children, sizeof(children) - 1) <= 0)
		fail(path);
	hold(atoi(children));
	say(init, init);
	kill(init, SIGUSR1);
	wait_forever(NULL);
}

static void start_threads(void)
{
	unsigned long count = number(argument);

	while (count--)
		start_thread(wait_forever, PTHREAD_STACK_MIN);
	begin();
	wait_forever(NULL);
}

static void *work(void *unused)
{
	use_cpu();
	return unused;
}

static void start_workers(void)
{
	unsigned long count = number(argument);

	while (count--)
		start_thread(work, PTHREAD_STACK_MIN);
	begin();
}

static void wait_for_workers(void)
{
	start_workers();
	wait_forever(NULL);
}

static void work_with_others(void)
{
	start_workers();
	use_cpu();
}

static const struct {
	const char *name;
	void (*run)(void);
} ways[] = {
	{ "loop", loop },
	{ "kernel", read_zeros },
	{ "futex", deadlock },
	{ "second", deadlock_second },
	{ "ended", end_thread },
	{ "sleep", sleep_long },
	{ "work", work_and_sleep },
	{ "poll", poll_often },
	{ "vfork", wait_for_vfork },
	{ "stop", stop },
	{ "traced", be_traced },
	{ "hog", hog },
	{ "core", dump_core },
	{ "memory", use_memory },
	{ "read", read_file },
	{ "fault", take_fault },
	{ "exit", hang_in_exit },
	{ "threads", start_threads },
	{ "busy", wait_for_workers },
	{ "crowd", work_with_others },
};

static void beat_again(int unused)
{
	(void)unused;
	varta_beat(handle, VARTA_STATUS_OK, 0);
}

static void wait_in_handler(int unused)
{
	(void)unused;
	wait_forever(NULL);
}

static void run_on(int cpu)
{
	cpu_set_t cpus;

	CPU_ZERO(&cpus);
	CPU_SET((size_t)cpu, &cpus);
	if (sched_setaffinity(0, sizeof(cpus), &cpus))
		fail("sched_setaffinity");
}

int main(int argc, char **argv)
{
	bool ignores = false, recovers = false, waits = false;
	size_t i;
	int option;

	while ((option = getopt(argc, argv, "+b:n:c:s:k:eirw")) != -1) {
		switch (option) {
		case 'b':
			is_agent = true;
			agent.threshold_ms = (uint32_t)number(optarg);
			break;
		case 'n':
			agent.name = optarg;
			prctl(PR_SET_NAME, optarg);
			break;
		case 'c':
			run_on((int)number(optarg));
			break;
		case 's':
			agent.stall_signal = (uint8_t)number(optarg);
			break;
		case 'k':
			agent.kill_after_ms = (uint32_t)number(optarg);
			break;
		case 'e':
			agent.even_if_starved = true;
			break;
		case 'i':
			ignores = true;
			break;
		case 'r':
			recovers = true;
			break;
		case 'w':
			waits = true;
			break;
		default:
			return 100;
		}
	}
	if (optind == argc)
		return 100;
	argument = argv[optind + 1];
	if (ignores)
		signal(agent.stall_signal, SIG_IGN);
	if (recovers)
		signal(agent.stall_signal, beat_again);
	if (waits)
		signal(agent.stall_signal, wait_in_handler);
	setpgid(0, 0);
	for (i = 0; i < sizeof(ways) / sizeof(ways[0]); i++)
		if (!strcmp(ways[i].name, argv[optind]))
			ways[i].run();
	return 100;
}

// SPDX-License-Identifier: GPL-2.0-only
/*
 * A process that crashes in one of several ways with libvarta's crash handler
 * installed, for tests of its last beat and of its exit status.
 *
 * Usage: crash HOW
 */
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <varta.h>

/* Volatile, so that the compiler does not remove the crashes. */
static volatile int zero, some = 6;

static void dereference_null(void)
{
	*(volatile int *)(uintptr_t)zero = 1;
}

static void divide(void)
{
	zero = some / zero;
	/* Division by zero is no fault on arm64. */
	raise(SIGFPE);
}

static void execute_nonsense(void)
{
#ifdef __aarch64__
	/* On arm64, the compiler's trap is a breakpoint. */
	__asm__ volatile ("udf #0");
#else
	__builtin_trap();
#endif
}

static void read_behind_a_file(void)
{
	FILE *file = tmpfile();
	volatile char *page;

	if (!file)
		exit(2);
	page = mmap(NULL, 4096, PROT_READ, MAP_SHARED, fileno(file), 0);
	if (page == MAP_FAILED)
		exit(2);
	zero = page[0];
}

static void kill_self(void)
{
	kill(getpid(), SIGSEGV);
	pause();
}

/* Recursion without end; not a tail call, so that it fills the stack. */
static int recurse(int depth)
{
	volatile char share[4096];

	share[0] = (char)depth;
	if (zero)
		return 0;
	return recurse(depth + 1) + share[0];
}

static void overflow_stack(void)
{
	static char alternative[16384];
	stack_t stack = {
		.ss_sp = alternative,
		.ss_size = sizeof(alternative),
	};

	if (sigaltstack(&stack, NULL))
		exit(2);
	zero = recurse(0);
}

static void *crash_in_thread(void *unused)
{
	dereference_null();
	return unused;
}

static void crash_in_threads(void)
{
	pthread_t threads[4];
	int i;

	for (i = 0; i < 4; i++)
		if (pthread_create(&threads[i], NULL, crash_in_thread, NULL))
			exit(2);
	for (i = 0; i < 4; i++)
		pthread_join(threads[i], NULL);
}

/* The child crashes; the parent exits with its status. */
static void crash_in_child(void)
{
	pid_t child = fork();
	int status;

	if (!child)
		abort();
	if (child < 0 || waitpid(child, &status, 0) != child)
		exit(2);
	exit(WIFSIGNALED(status) ? 128 + WTERMSIG(status) : 2);
}

/* The family has a new id, and no beat has been sent since. */
static void crash_after_reload(void)
{
	if (system("rmmod varta && modprobe varta threshold_ms=60000"))
		exit(2);
	abort();
}

static void say_address(int number, siginfo_t *info, void *context)
{
	(void)context;
	if (number == SIGSEGV && info->si_code == SEGV_MAPERR &&
	    !info->si_addr)
		_exit(42);
	_exit(2);
}

/* A handler of the program, installed before the library's. */
static void install_own(void)
{
	struct sigaction action = {
		.sa_sigaction = say_address,
		.sa_flags = SA_SIGINFO,
	};

	if (sigaction(SIGSEGV, &action, NULL))
		exit(2);
}

static void disable(void)
{
	varta_crash_disable();
	abort();
}

static const struct {
	const char *name;
	void (*do_it)(void);
	void (*prepare)(void);
} ways[] = {
	{ "segv", dereference_null, NULL },
	{ "fpe", divide, NULL },
	{ "ill", execute_nonsense, NULL },
	{ "bus", read_behind_a_file, NULL },
	{ "abort", abort, NULL },
	{ "kill", kill_self, NULL },
	{ "stack", overflow_stack, NULL },
	{ "threads", crash_in_threads, NULL },
	{ "child", crash_in_child, NULL },
	{ "reloaded", crash_after_reload, NULL },
	{ "handled", dereference_null, install_own },
	{ "disabled", disable, NULL },
};

static void crash(size_t way)
{
	struct varta_options how = VARTA_OPTIONS_INIT;
	struct varta *v;
	int error;

	how.name = "crash";
	error = varta_open(&v, &how);
	if (!error)
		error = varta_beat(v, VARTA_STATUS_OK, 0);
	if (ways[way].prepare)
		ways[way].prepare();
	if (!error)
		error = varta_crash_enable(v);
	if (error) {
		fprintf(stderr, "crash: %s\n", strerror(-error));
		exit(2);
	}
	varta_close(v);
	ways[way].do_it();
}

int main(int argc, char **argv)
{
	size_t i;

	for (i = 0; argc == 2 && i < sizeof(ways) / sizeof(ways[0]); i++)
		if (!strcmp(argv[1], ways[i].name))
			crash(i);
	fputs("crash: nothing crashed\n", stderr);
	return 3;
}

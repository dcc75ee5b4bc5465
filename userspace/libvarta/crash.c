// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * The terminal beat of a process that crashes. The handler uses only system
 * calls and memory that was allocated before.
 */
#include <errno.h>
#include <signal.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "client.h"

static const int signals[] = { SIGSEGV, SIGABRT, SIGBUS, SIGFPE, SIGILL };

#define SIGNALS_COUNT	(sizeof(signals) / sizeof(signals[0]))

/* How long a crashing thread waits for another one's beat. */
#define BEAT_WAIT_MS	100

static struct varta_client client;
static struct sigaction previous[SIGNALS_COUNT];
static bool enabled;
static atomic_flag busy = ATOMIC_FLAG_INIT;

/* If two threads crash at the same time, the first one beats for both. */
static void beat_once(int number)
{
	const struct timespec a_millisecond = { 0, 1000000 };
	int i;

	if (!atomic_flag_test_and_set(&busy)) {
		varta_client_terminal(&client, (uint32_t)number);
		atomic_flag_clear(&busy);
		return;
	}
	/* Bounded: this thread may have crashed during its own beat. */
	for (i = 0; i < BEAT_WAIT_MS; i++) {
		nanosleep(&a_millisecond, NULL);
		if (!atomic_flag_test_and_set(&busy)) {
			atomic_flag_clear(&busy);
			return;
		}
	}
}

static void restore(int number)
{
	size_t i;

	for (i = 0; i < SIGNALS_COUNT; i++)
		if (signals[i] == number)
			sigaction(number, &previous[i], NULL);
}

/*
 * Raises the signal again as it came. It is pending until the handler returns,
 * so that a core dump shows the registers as they were at the crash.
 */
static void on_crash(int number, siginfo_t *info, void *context)
{
	int error = errno;

	(void)context;
	beat_once(number);
	restore(number);
	if (syscall(SYS_rt_tgsigqueueinfo, getpid(), syscall(SYS_gettid),
		    number, info))
		raise(number);
	errno = error;
}

static int install(void)
{
	struct sigaction action = {
		.sa_sigaction = on_crash,
		.sa_flags = SA_SIGINFO | SA_ONSTACK,
	};
	struct sigaction before;
	size_t i;

	sigemptyset(&action.sa_mask);
	for (i = 0; i < SIGNALS_COUNT; i++) {
		if (sigaction(signals[i], &action, &before))
			return -errno;
		/* Another library may have restored this handler. */
		if (!(before.sa_flags & SA_SIGINFO) ||
		    before.sa_sigaction != on_crash)
			previous[i] = before;
	}
	return 0;
}

int varta_crash_enable(const struct varta *v)
{
	const struct varta_client_options options = {
		.name = v && v->name[0] ? v->name : NULL,
		.threshold_ms = v ? v->threshold_ms : 0,
	};
	int error;

	varta_crash_disable();
	error = varta_client_open(&client, &options);
	/* The beat can open a socket, but not map the client's page. */
	if (!client.same_process)
		return error;
	enabled = true;
	error = install();
	if (error)
		varta_crash_disable();
	return error;
}

static void uninstall(void)
{
	struct sigaction now;
	size_t i;

	for (i = 0; i < SIGNALS_COUNT; i++)
		if (!sigaction(signals[i], NULL, &now) &&
		    now.sa_flags & SA_SIGINFO && now.sa_sigaction == on_crash)
			sigaction(signals[i], &previous[i], NULL);
}

void varta_crash_disable(void)
{
	if (!enabled)
		return;
	uninstall();
	varta_client_close(&client);
	enabled = false;
}

// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * The last word of a process that crashes. What a handler does here is made of
 * system calls and memory that was there before.
 */
#include <errno.h>
#include <signal.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "handle.h"

static const int signals[] = { SIGSEGV, SIGABRT, SIGBUS, SIGFPE, SIGILL };

#define SIGNALS_COUNT	(sizeof(signals) / sizeof(signals[0]))

/* How long one that crashes waits for another that does, in this many ms. */
#define PATIENCE_MS	100

static struct varta_client client;
static struct sigaction previous[SIGNALS_COUNT];
static bool enabled;
static atomic_flag busy = ATOMIC_FLAG_INIT;

/* Two threads may crash at once; then the first one's word is that of both. */
static void say_once(int number)
{
	const struct timespec a_millisecond = { 0, 1000000 };
	int i;

	if (!atomic_flag_test_and_set(&busy)) {
		varta_client_terminal(&client, (uint32_t)number);
		atomic_flag_clear(&busy);
		return;
	}
	/* Or this one crashed while it said it, and waits in vain. */
	for (i = 0; i < PATIENCE_MS; i++) {
		nanosleep(&a_millisecond, NULL);
		if (!atomic_flag_test_and_set(&busy)) {
			atomic_flag_clear(&busy);
			return;
		}
	}
}

static void put_back(int number)
{
	size_t i;

	for (i = 0; i < SIGNALS_COUNT; i++)
		if (signals[i] == number)
			sigaction(number, &previous[i], NULL);
}

/*
 * The signal is sent once more, as it came, and waits until the handler has
 * returned: then it finds what was there before, and the registers as they were
 * at the crash, for a core dump to show.
 */
static void on_crash(int number, siginfo_t *info, void *context)
{
	int error = errno;

	(void)context;
	say_once(number);
	put_back(number);
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
		/* Somebody may have put it back who found it there once. */
		if (!(before.sa_flags & SA_SIGINFO) ||
		    before.sa_sigaction != on_crash)
			previous[i] = before;
	}
	return 0;
}

int varta_crash_enable(const struct varta *v)
{
	const struct varta_client_options how = {
		.name = v && v->name[0] ? v->name : NULL,
		.threshold_ms = v ? v->threshold_ms : 0,
	};
	int error;

	varta_crash_disable();
	varta_client_open(&client, &how);
	if (!client.same_process)
		return client.error;
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

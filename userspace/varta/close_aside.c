// SPDX-License-Identifier: GPL-2.0-only
/*
 * Closing descriptors of others. See close_aside.h.
 */
#include "close_aside.h"

#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

#include <varta.h>

#include "clock.h"

enum {
	STUCK_MAX	= 8,
	WAIT_MS		= 100,
	POLL_NS		= 100000,
};

/* Processes that did not end when they were killed; 0 for none. */
static pid_t stuck[STUCK_MAX];

/* Pipes, memory, and sockets that do not linger. Does not ask a file system. */
static bool closes_at_once(int fd)
{
	struct linger linger;
	socklen_t size = sizeof(linger);

	if (fcntl(fd, F_GETPIPE_SZ) > 0 || fcntl(fd, F_GET_SEALS) >= 0)
		return true;
	return !getsockopt(fd, SOL_SOCKET, SO_LINGER, &linger, &size) &&
	       !linger.l_onoff;
}

static bool has_ended(pid_t pid)
{
	return waitpid(pid, NULL, __WALL | WNOHANG) != 0;
}

static bool ends_in_time(pid_t pid, uint64_t deadline)
{
	while (!has_ended(pid)) {
		if (!ms_until(deadline))
			return false;
		sleep_until(varta_monotonic_now() + POLL_NS);
	}
	return true;
}

static void note_stuck(pid_t pid)
{
	int i;

	for (i = 0; i < STUCK_MAX; i++)
		if (!stuck[i]) {
			stuck[i] = pid;
			return;
		}
}

static void close_all(const int *fds, int count)
{
	while (count)
		close(fds[--count]);
}

/* Returns the number of those that are left. */
static int close_some(int *fds, int count)
{
	int i, left = 0;

	for (i = 0; i < count; i++) {
		if (closes_at_once(fds[i]))
			close(fds[i]);
		else
			fds[left++] = fds[i];
	}
	return left;
}

/* It shares the descriptors, so that the numbers are free afterwards. */
static pid_t start_closing(const int *fds, int count)
{
	pid_t child = (pid_t)syscall(SYS_clone, CLONE_FILES, 0, 0, 0, 0);

	if (child <= 0)
		close_all(fds, count);
	if (!child)
		_exit(0);
	return child;
}

static void end_closing(pid_t child, uint64_t deadline)
{
	if (child < 0 || ends_in_time(child, deadline))
		return;
	kill(child, SIGKILL);
	if (!ends_in_time(child, deadline + WAIT_MS * NS_PER_MS))
		note_stuck(child);
}

void close_aside(int *fds, int count)
{
	pid_t children[CLOSE_ASIDE_MAX];
	uint64_t deadline;
	int i, left = 0;

	count = close_some(fds, count);
	if (!count)
		return;
	deadline = varta_monotonic_now() + WAIT_MS * NS_PER_MS;
	end_closing(start_closing(fds, count), deadline);
	/* If one has blocked, others may, too: each in a process of its own. */
	for (i = 0; i < count; i++)
		if (fcntl(fds[i], F_GETFD) >= 0)
			fds[left++] = fds[i];
	for (i = 0; i < left; i++)
		children[i] = start_closing(&fds[i], 1);
	deadline = varta_monotonic_now() + WAIT_MS * NS_PER_MS;
	for (i = 0; i < left; i++)
		end_closing(children[i], deadline);
}

bool close_aside_is_stuck(void)
{
	int i, count = 0;

	for (i = 0; i < STUCK_MAX; i++) {
		if (stuck[i] && has_ended(stuck[i]))
			stuck[i] = 0;
		count += !!stuck[i];
	}
	return count == STUCK_MAX;
}

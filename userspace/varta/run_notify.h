/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The notifications of the program of varta run --notify: they are its beats,
 * and are passed on to the service manager.
 */
#ifndef RUN_NOTIFY_H
#define RUN_NOTIFY_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include <varta.h>

#include "notify_agent.h"
#include "notify_socket.h"
#include "notify_upstream.h"

/**
 * struct run_notify_environment - What the program finds in its environment.
 * @address: NOTIFY_SOCKET.
 * @watchdog_usec: WATCHDOG_USEC.
 */
struct run_notify_environment {
	char address[NOTIFY_ADDRESS_SIZE];
	uint64_t watchdog_usec;
};

/**
 * struct run_notify - The notifications of a program.
 * @program: The program.
 * @procfs: /proc, as for notify_sender_find().
 * @environment: For the program.
 * @socket: The socket that it finds there.
 * @agent: How messages become beats.
 * @next: What to send to the tracker.
 * @upstream: The service manager.
 * @main_pid: The process that the program has named by MAINPID= instead of
 *   itself; 0 for none.
 * @main_fd: A pidfd of it; -1 if there is none.
 * @stranger: A process that has sent something and is not the program's; -1 for
 *   none.
 * @stranger_uid: Its user.
 * @second: When the last second began, in which @received packets came.
 * @received: Likewise.
 * @resume: No packet is read before this time.
 * @packet: The last one.
 */
struct run_notify {
	pid_t program;
	int procfs;
	struct run_notify_environment environment;
	int socket;
	struct notify_agent agent;
	struct notify_beat next;
	struct notify_upstream upstream;
	pid_t main_pid;
	int main_fd;
	pid_t stranger;
	uid_t stranger_uid;
	uint64_t second;
	unsigned int received;
	uint64_t resume;
	struct notify_packet packet;
};

/**
 * run_notify_open() - Open the socket for the program's notifications.
 * @notify: Set.
 * @program: The program.
 * @threshold_ms: Threshold of the agent; 0 for the watchdog's timeout that the
 *   service manager has set, or else the setting threshold_ms.
 * @v: A handle, to ask the module.
 *
 * The timeout of the program's watchdog is the threshold, or that which the
 * service manager has set if it is shorter.
 *
 * Return: Whether it could be opened; if not, it has said why.
 */
bool run_notify_open(struct run_notify *notify, pid_t program,
		     uint32_t threshold_ms, struct varta *v);

/**
 * run_notify_read_limits() - Read the limits of thresholds from the module.
 * @agent: They are set if they can be read, and its threshold if that is 0.
 * @v: A handle.
 */
void run_notify_read_limits(struct notify_agent *agent, struct varta *v);

/**
 * run_notify_export() - Set the environment of the program that this process
 *   becomes.
 * @environment: What it finds there.
 *
 * Return: 0 or a negative errno.
 */
int run_notify_export(const struct run_notify_environment *environment);

/**
 * run_notify_receive() - Receive some notifications, and pass them on.
 * @notify: Its @next is changed as they say. Does not block.
 *
 * Return: Whether there were any.
 */
bool run_notify_receive(struct run_notify *notify);

/**
 * run_notify_may_receive() - Whether to wait for notifications.
 * @notify: The notifications.
 * @ms: How long to wait at most; shortened to the time when more may be read.
 *
 * A flood of notifications is read in parts, so that it does not use a
 * processor.
 *
 * Return: Whether to wait for the socket.
 */
bool run_notify_may_receive(const struct run_notify *notify, int *ms);

/**
 * run_notify_has_main() - Whether the process named by MAINPID= exists.
 * @notify: The notifications.
 *
 * Return: Whether there is such a process, other than the program.
 */
bool run_notify_has_main(const struct run_notify *notify);

#endif /* RUN_NOTIFY_H */

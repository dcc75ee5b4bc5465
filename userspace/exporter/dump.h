/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A dump of all agents, in pieces: other work can be done between them. Unlike
 * varta_agent_dump(), it needs no memory for the agents.
 */
#ifndef DUMP_H
#define DUMP_H

#include <stdbool.h>

#include <connection.h>
#include <varta.h>

/**
 * struct dump - A dump.
 * @connection: To the kernel.
 * @is_open: Whether @connection is open.
 * @running: The dump has not ended.
 * @interrupted: The tracker changed during the dump.
 * @buffer: For one datagram.
 */
struct dump {
	struct varta_connection connection;
	bool is_open, running, interrupted;
	_Alignas(struct nlmsghdr) char buffer[VARTA_MESSAGE_MAX];
};

/**
 * dump_begin() - Ask for all agents.
 * @dump: The dump; zeros at first. End it with dump_close().
 *
 * Makes the kernel load the module if it is not loaded.
 *
 * Return: 0 or a negative errno.
 */
int dump_begin(struct dump *dump);

/**
 * dump_fd() - The descriptor that is readable when a piece can be read.
 * @dump: The dump.
 *
 * Return: The descriptor; -1 if no dump is running.
 */
int dump_fd(const struct dump *dump);

/**
 * dump_read() - Read one piece of the dump.
 * @dump: The dump.
 * @fn: Called for each agent.
 * @arg: For @fn.
 *
 * Return: 0, also at the end of the dump; a negative errno of the kernel or @fn,
 * which ends the dump.
 */
int dump_read(struct dump *dump, varta_agent_fn fn, void *arg);

/**
 * dump_close() - End a dump, and close its connection.
 * @dump: The dump.
 */
void dump_close(struct dump *dump);

#endif /* DUMP_H */

/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The process of an agent, and not a later one with its pid.
 */
#ifndef AGENT_PROCESS_H
#define AGENT_PROCESS_H

#include <stdbool.h>

#include <varta.h>

#include "owner.h"

/**
 * struct agent_processes - What it takes to find processes.
 * @procfs: Descriptor of /proc.
 * @ns_inode: Pid namespace of this process; 0 if unknown.
 * @reader: Compares the times at which processes started.
 */
struct agent_processes {
	int procfs;
	uint64_t ns_inode;
	struct owner_reader *reader;
};

/**
 * agent_processes_open() - Prepare to find processes.
 * @processes: Set. Release it with agent_processes_close().
 *
 * Return: 0 or a negative errno.
 */
int agent_processes_open(struct agent_processes *processes);

/**
 * agent_processes_close() - Release it.
 * @processes: From agent_processes_open().
 */
void agent_processes_close(struct agent_processes *processes);

/**
 * agent_process_pid() - The number of an agent's process here.
 * @processes: From agent_processes_open().
 * @agent: The agent. Events outside the initial network namespace have only the
 *   number in the agent's own pid namespace.
 *
 * Return: The number; 0 if it has none here, or is not known.
 */
uint32_t agent_process_pid(const struct agent_processes *processes,
			   const struct varta_agent *agent);

/**
 * agent_process_open() - Open the process of an agent.
 * @processes: From agent_processes_open().
 * @agent: The agent.
 *
 * Return: A pidfd, whose process started when the agent's did, and which its parent
 * had not waited for yet. -ESRCH if there is none, or that is not known; or another
 * negative errno.
 */
int agent_process_open(const struct agent_processes *processes,
		       const struct varta_agent *agent);

/**
 * agent_process_find() - As agent_process_open(), without keeping it open.
 * @processes: From agent_processes_open().
 * @agent: The agent.
 *
 * Return: Its number here; 0 if agent_process_open() fails.
 */
uint32_t agent_process_find(const struct agent_processes *processes,
			    const struct varta_agent *agent);

#endif /* AGENT_PROCESS_H */

// SPDX-License-Identifier: GPL-2.0-only
/*
 * The process of an agent. See agent_process.h.
 */
#include "agent_process.h"

#include <errno.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "container.h"
#include "procfs.h"

int agent_processes_open(struct agent_processes *processes)
{
	*processes = (struct agent_processes){
		.procfs = procfs_open(),
		.ns_inode = pid_namespace(),
	};
	if (processes->procfs < 0)
		return processes->procfs;
	processes->reader = owner_reader_open();
	if (!processes->reader) {
		close(processes->procfs);
		return -ENOMEM;
	}
	return 0;
}

void agent_processes_close(struct agent_processes *processes)
{
	owner_reader_close(processes->reader);
	close(processes->procfs);
}

uint32_t agent_process_pid(const struct agent_processes *processes,
			   const struct varta_agent *agent)
{
	if (agent->source)
		return 0;
	if (agent->pid || !processes->ns_inode ||
	    agent->ns_inode != processes->ns_inode)
		return agent->pid;
	return agent->ns_pid;
}

static bool has_started_with(const struct agent_processes *processes,
			     uint32_t pid, const struct varta_agent *agent)
{
	int process = procfs_open_process(processes->procfs, pid);
	bool same;

	if (process < 0)
		return false;
	same = owner_is_process_of(processes->reader, process, agent);
	close(process);
	return same;
}

/*
 * The number may pass to another process before /proc is read. While that of the
 * descriptor can be signalled, its number has not passed to another.
 */
int agent_process_open(const struct agent_processes *processes,
		       const struct varta_agent *agent)
{
	uint32_t pid = agent_process_pid(processes, agent);
	int fd, error = -ESRCH;

	if (!pid || !agent->start_time)
		return -ESRCH;
	fd = (int)syscall(SYS_pidfd_open, pid, 0);
	if (fd < 0)
		return -errno;
	if (has_started_with(processes, pid, agent)) {
		if (!syscall(SYS_pidfd_send_signal, fd, 0, NULL, 0) ||
		    errno == EPERM)
			return fd;
		error = -errno;
	}
	close(fd);
	return error;
}

uint32_t agent_process_find(const struct agent_processes *processes,
			    const struct varta_agent *agent)
{
	int fd = agent_process_open(processes, agent);

	if (fd < 0)
		return 0;
	close(fd);
	return agent_process_pid(processes, agent);
}

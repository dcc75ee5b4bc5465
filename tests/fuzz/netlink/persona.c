// SPDX-License-Identifier: GPL-2.0-only
/* Drops privileges and enters namespaces. See sender.h. */
#include "sender.h"

#include <err.h>
#include <fcntl.h>
#include <grp.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <linux/capability.h>

enum {
	NOBODY	= 65534,
	TENANT	= 2000,
};

static void become_user(unsigned int uid)
{
	if (setgroups(0, NULL) || setgid(uid) || setuid(uid))
		err(1, "become user %u", uid);
	/* Otherwise root owns the files of this process in /proc. */
	prctl(PR_SET_DUMPABLE, 1);
}

static void write_file(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);

	if (fd < 0 || write(fd, text, strlen(text)) < 0)
		err(1, "%s", path);
	close(fd);
}

static void map_ids(unsigned int id)
{
	char map[32];

	snprintf(map, sizeof(map), "0 %u 1", id);
	write_file("/proc/self/setgroups", "deny");
	write_file("/proc/self/uid_map", map);
	write_file("/proc/self/gid_map", map);
}

/* Returns in a child, which is pid 1 of the new pid namespace. */
static void enter_pid_namespace(void)
{
	int status = 1;
	pid_t pid = fork();

	if (pid < 0)
		err(1, "fork");
	if (!pid) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		return;
	}
	waitpid(pid, &status, 0);
	_exit(WIFEXITED(status) ? WEXITSTATUS(status) : 1);
}

static void drop_capabilities(void)
{
	struct __user_cap_header_struct header = {
		.version = _LINUX_CAPABILITY_VERSION_3,
	};
	struct __user_cap_data_struct none[2] = { { 0 } };

	if (syscall(SYS_capset, &header, none))
		err(1, "capset");
}

void sender_become(enum persona persona)
{
	int flags = CLONE_NEWPID | CLONE_NEWNET;

	switch (persona) {
	case PERSONA_USER:
		become_user(NOBODY);
		return;
	case PERSONA_CONTAINER:
		break;
	case PERSONA_TENANT:
	case PERSONA_TENANT_USER:
		become_user(TENANT);
		flags |= CLONE_NEWUSER;
		break;
	default:
		return;
	}
	if (unshare(flags))
		err(1, "unshare");
	if (flags & CLONE_NEWUSER)
		map_ids(TENANT);
	enter_pid_namespace();
	if (persona == PERSONA_TENANT_USER)
		drop_capabilities();
}

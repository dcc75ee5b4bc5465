/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Seccomp filters of system calls by name.
 */
#ifndef SECCOMP_FILTER_H
#define SECCOMP_FILTER_H

#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

/* Ends the process, and its parent sees SIGSYS. */
#define FILTER_KILL	SECCOMP_RET_KILL_PROCESS
/* Sends SIGSYS with the call's number. */
#define FILTER_TRAP	SECCOMP_RET_TRAP
/* The call fails, as in containers. */
#define FILTER_REFUSE	(SECCOMP_RET_ERRNO | EPERM)

#define FILTER_MAX	64

struct filter_name {
	const char *name;
	int number;
};

#define FILTER_NAME(name)	{ #name, SYS_##name }

static const struct filter_name filter_names[] = {
	FILTER_NAME(bind), FILTER_NAME(brk), FILTER_NAME(clock_gettime),
	FILTER_NAME(clock_nanosleep), FILTER_NAME(getrandom),
	FILTER_NAME(clone), FILTER_NAME(clone3), FILTER_NAME(close),
	FILTER_NAME(close_range), FILTER_NAME(dup3), FILTER_NAME(exit),
	FILTER_NAME(exit_group), FILTER_NAME(fstat), FILTER_NAME(fsopen),
	FILTER_NAME(futex), FILTER_NAME(getpid), FILTER_NAME(madvise),
	FILTER_NAME(mmap), FILTER_NAME(mprotect), FILTER_NAME(mremap),
	FILTER_NAME(munmap), FILTER_NAME(newfstatat), FILTER_NAME(pidfd_open),
	FILTER_NAME(ppoll), FILTER_NAME(prctl), FILTER_NAME(recvfrom),
	FILTER_NAME(recvmsg),
	FILTER_NAME(rseq), FILTER_NAME(rt_sigaction),
	FILTER_NAME(rt_sigprocmask), FILTER_NAME(sendto),
	FILTER_NAME(set_robust_list), FILTER_NAME(setsid),
	FILTER_NAME(setsockopt), FILTER_NAME(socket), FILTER_NAME(waitid),
	FILTER_NAME(write),
#ifdef SYS_poll
	FILTER_NAME(poll),
#endif
};

/* Names of other architectures only, -1. */
static inline int filter_number(const char *name)
{
	size_t i;

	for (i = 0; i < sizeof(filter_names) / sizeof(filter_names[0]); i++)
		if (!strcmp(filter_names[i].name, name))
			return filter_names[i].number;
	if (!strcmp(name, "poll"))
		return -1;
	fprintf(stderr, "no system call '%s' in seccomp_filter.h\n", name);
	exit(100);
}

/*
 * For the named calls, @listed, and for all others, @other: SECCOMP_RET_*.
 * There is no check of the architecture: tests make no foreign calls.
 */
static inline void filter_install(const char *const *names, int count,
				  unsigned int listed, unsigned int other)
{
	struct sock_filter code[1 + 2 * FILTER_MAX + 1];
	struct sock_fprog program = { .filter = code };
	unsigned short at = 0;
	int i, number;

	if (count > FILTER_MAX)
		exit(100);
	code[at++] = (struct sock_filter)
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
			 offsetof(struct seccomp_data, nr));
	for (i = 0; i < count; i++) {
		number = filter_number(names[i]);
		if (number < 0)
			continue;
		code[at++] = (struct sock_filter)
			BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K,
				 (unsigned int)number, 0, 1);
		code[at++] = (struct sock_filter)
			BPF_STMT(BPF_RET | BPF_K, listed);
	}
	code[at++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, other);
	program.len = at;
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) ||
	    prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program)) {
		perror("seccomp");
		exit(100);
	}
}

#endif /* SECCOMP_FILTER_H */

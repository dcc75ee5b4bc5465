/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Seccomp filters of system calls by name.
 */
#ifndef SECCOMP_FILTER_H
#define SECCOMP_FILTER_H

#include <errno.h>
#include <linux/filter.h>
#include <linux/net.h>
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
	unsigned int first;	/* argument; 0 for any */
};

#define FILTER_NAME(call)	{ .name = #call, .number = SYS_##call }

/* Calls of sockets go through one number on 32-bit PCs. */
#define FILTER_SOCKETCALL(call, nr)	{ #call, SYS_socketcall, nr }

static const struct filter_name filter_names[] = {
	FILTER_NAME(bind), FILTER_NAME(brk), FILTER_NAME(clock_gettime),
	FILTER_NAME(clock_nanosleep), FILTER_NAME(getrandom),
	FILTER_NAME(gettid), FILTER_NAME(rt_sigreturn),
	FILTER_NAME(rt_tgsigqueueinfo),
	FILTER_NAME(clone), FILTER_NAME(clone3), FILTER_NAME(close),
	FILTER_NAME(close_range), FILTER_NAME(dup3), FILTER_NAME(exit),
	FILTER_NAME(exit_group), FILTER_NAME(fstat), FILTER_NAME(fsopen),
	FILTER_NAME(futex), FILTER_NAME(getpid), FILTER_NAME(madvise),
	FILTER_NAME(mprotect), FILTER_NAME(mremap),
	FILTER_NAME(munmap), FILTER_NAME(pidfd_open),
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
#ifdef SYS_mmap
	FILTER_NAME(mmap),
#endif
#ifdef SYS_newfstatat
	FILTER_NAME(newfstatat),
#endif
	/* What the C library calls instead on 32 bit. */
#ifdef SYS_socketcall
	/* As programs ask for a socket first, it stands for all of them. */
	FILTER_SOCKETCALL(socket, 0),
#endif
#ifdef __i386__
	FILTER_SOCKETCALL(bind, SYS_BIND),
	FILTER_SOCKETCALL(recvmsg, SYS_RECVMSG),
	/* Elsewhere send() and recv() are the others. */
	FILTER_SOCKETCALL(recvfrom, SYS_RECV),
	FILTER_SOCKETCALL(recvfrom, SYS_RECVFROM),
	FILTER_SOCKETCALL(sendto, SYS_SEND),
	FILTER_SOCKETCALL(sendto, SYS_SENDTO),
	FILTER_SOCKETCALL(setsockopt, SYS_SETSOCKOPT),
#endif
#ifdef SYS_mmap2
	{ .name = "mmap", .number = SYS_mmap2 },
#endif
#ifdef SYS_fstatat64
	{ .name = "newfstatat", .number = SYS_fstatat64 },
	{ .name = "newfstatat", .number = SYS_statx },
	{ .name = "fstat", .number = SYS_fstat64 },
	{ .name = "fstat", .number = SYS_statx },
#endif
#ifdef SYS_futex_time64
	{ .name = "futex", .number = SYS_futex_time64 },
	{ .name = "ppoll", .number = SYS_ppoll_time64 },
	{ .name = "clock_gettime", .number = SYS_clock_gettime64 },
	{ .name = "clock_nanosleep", .number = SYS_clock_nanosleep_time64 },
#endif
};

static const size_t filter_names_count =
	sizeof(filter_names) / sizeof(filter_names[0]);

/* Exits if it is neither known nor of other architectures only. */
static inline void filter_check_name(const char *name)
{
	size_t i;

	if (!strcmp(name, "poll"))
		return;
	for (i = 0; i < filter_names_count; i++)
		if (!strcmp(filter_names[i].name, name))
			return;
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
	const struct sock_filter load_number =
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
			 offsetof(struct seccomp_data, nr));
	const struct sock_filter load_first =
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
			 offsetof(struct seccomp_data, args));
	struct sock_filter code[1 + 5 * FILTER_MAX + 1];
	struct sock_fprog program = { .filter = code };
	unsigned int at = 0;
	size_t row;
	int i;

	code[at++] = load_number;
	for (i = 0; i < count; i++) {
		filter_check_name(names[i]);
		for (row = 0; row < filter_names_count; row++) {
			const struct filter_name *call = &filter_names[row];

			if (strcmp(call->name, names[i]))
				continue;
			if (at + 6 > sizeof(code) / sizeof(code[0]))
				exit(100);
			code[at++] = (struct sock_filter)
				BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K,
					 (unsigned int)call->number, 0,
					 call->first ? 4 : 1);
			if (call->first) {
				code[at++] = load_first;
				code[at++] = (struct sock_filter)
					BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K,
						 call->first, 0, 1);
			}
			code[at++] = (struct sock_filter)
				BPF_STMT(BPF_RET | BPF_K, listed);
			if (call->first)
				code[at++] = load_number;
		}
	}
	code[at++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, other);
	program.len = (unsigned short)at;
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) ||
	    prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program)) {
		perror("seccomp");
		exit(100);
	}
}

#endif /* SECCOMP_FILTER_H */

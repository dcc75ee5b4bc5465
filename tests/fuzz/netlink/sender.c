// SPDX-License-Identifier: GPL-2.0-only
/* Runs operations. See sender.h and program.h. */
#include "sender.h"

#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <linux/genetlink.h>
#include <linux/netlink.h>
#include <linux/varta.h>

#include "fill.h"
#include "generate.h"
#include "grammar.h"

enum {
	/* Datagrams of one OP_DRAIN; a dump of the tracker has fewer. */
	DRAIN_MAX	= 200,
	/* Maximum number of checks whether a child has ended. */
	CHILD_PATIENCE	= 200,
	/* A small receive buffer for the last socket, to provoke overruns. */
	TINY_BUFFER	= 2304,
};

static int sockets[SOCKETS] = { -1, -1, -1, -1 };
/* Where each is mapped, 0 if it is not, and with how many bytes. */
static struct {
	uint64_t address;
	size_t size;
} pages[PAGES];
static uint32_t pages_count;
static uint32_t events_group;
static _Atomic uint64_t *messages_sent;

static int new_socket(int number)
{
	struct sockaddr_nl any = { .nl_family = AF_NETLINK };
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK,
			NETLINK_GENERIC);
	int on = 1, tiny = TINY_BUFFER;

	if (fd < 0)
		return -1;
	bind(fd, (struct sockaddr *)&any, sizeof(any));
	if (number >= 1)
		setsockopt(fd, SOL_NETLINK, NETLINK_EXT_ACK, &on, sizeof(on));
	if (number == 2)
		setsockopt(fd, SOL_NETLINK, NETLINK_GET_STRICT_CHK, &on,
			   sizeof(on));
	if (number == SOCKETS - 1) {
		setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &tiny, sizeof(tiny));
		setsockopt(fd, SOL_NETLINK, NETLINK_LISTEN_ALL_NSID, &on,
			   sizeof(on));
	}
	return fd;
}

static void reopen(int number)
{
	close(sockets[number]);
	sockets[number] = new_socket(number);
}

static void join(int fd, bool leave)
{
	setsockopt(fd, SOL_NETLINK, leave ? NETLINK_DROP_MEMBERSHIP :
		   NETLINK_ADD_MEMBERSHIP, &events_group, sizeof(events_group));
}

/* Of a mapping, in bytes. With many lanes, more pages follow the first one. */
static size_t mapped_size(uint64_t address)
{
	FILE *maps = fopen("/proc/self/maps", "r");
	unsigned long start, end;
	size_t size = 0;
	char line[512];

	while (maps && !size && fgets(line, sizeof(line), maps))
		if (sscanf(line, "%lx-%lx ", &start, &end) == 2 &&
		    start == address && strstr(line, "varta"))
			size = end - start;
	if (maps)
		fclose(maps);
	return size ? size : (size_t)getpagesize();
}

static void keep_page(uint64_t address)
{
	const uint32_t number = pages_count++ % PAGES;

	pages[number].address = address;
	pages[number].size = mapped_size(address);
}

/* Receives one datagram; false if there is none. */
static bool take(int fd)
{
	static _Alignas(struct nlmsghdr) char buffer[32768];
	ssize_t len = recv(fd, buffer, sizeof(buffer), MSG_DONTWAIT);
	uint64_t page;

	if (len < 0)
		return false;
	if (fill_find_page(buffer, (size_t)len, &page))
		keep_page(page);
	return true;
}

static void drain(int fd)
{
	int i;

	for (i = 0; i < DRAIN_MAX && take(fd); i++)
		;
}

static void send_on(int fd, const struct operation *o)
{
	uint8_t data[DATA_MAX];

	memcpy(data, o->data, o->len);
	fill_in(data, o->len);
	atomic_fetch_add(messages_sent, 1);
	send(fd, data, o->len, MSG_DONTWAIT);
}

/* The last process of the chain of an OP_CHILD. */
static void child_sends(const struct operation *o, int fd)
{
	if (o->argument & CHILD_LISTENS)
		join(fd, false);
	send_on(fd, o);
	if (o->argument & CHILD_TWICE)
		send_on(fd, o);
	if (o->argument & CHILD_KILLED)
		raise(SIGKILL);
	_exit(o->argument);
}

static void child(const struct operation *o)
{
	int flags = 0;
	int fd;

	if (o->argument & CHILD_NEW_NET)
		flags |= CLONE_NEWNET;
	if (o->argument & CHILD_NEW_USER)
		flags |= CLONE_NEWUSER;
	if (o->argument & CHILD_NEW_PID)
		flags |= CLONE_NEWPID;
	if (flags)
		unshare(flags);
	if (o->argument & CHILD_OTHER_UID &&
	    setuid(1000 + o->len % 40))
		_exit(1);
	fd = new_socket(o->len % SOCKETS);
	if (o->argument & (CHILD_ORPHAN | CHILD_NEW_PID) && fork() > 0)
		_exit(0);
	child_sends(o, fd);
}

static void run_child(const struct operation *o)
{
	int patience = 1 + (int)random_below(CHILD_PATIENCE);
	pid_t pid = fork();

	if (!pid)
		child(o);
	/* Either wait for its end, or continue beside it. */
	while (pid > 0 && patience-- && !kill(pid, 0))
		sched_yield();
}

struct thread_work {
	const struct operation *operation;
	int fd;
};

static void *thread_sends(void *arg)
{
	struct thread_work *work = arg;

	send_on(work->fd, work->operation);
	return NULL;
}

static void run_thread(const struct operation *o)
{
	struct thread_work work = {
		.operation = o,
		.fd = sockets[o->argument % SOCKETS],
	};
	pthread_t thread;

	if (!pthread_create(&thread, NULL, thread_sends, &work))
		pthread_join(thread, NULL);
}

static void use_file(const struct operation *o)
{
	bool write_it = o->kind == OP_WRITE;
	char path[128], text[64];
	int fd;

	snprintf(path, sizeof(path), "/sys/kernel/varta/%s",
		 settings[o->argument % settings_count]);
	fd = open(path, (write_it ? O_WRONLY : O_RDONLY) | O_CLOEXEC);
	if (fd < 0)
		return;
	if (write_it ? write(fd, o->data, o->len) :
		       read(fd, text, sizeof(text))) {
		/* Success and refusal are both correct. */
	}
	close(fd);
}

/* In a child, if the page was kept for it. */
static void store_in_child(void *page, size_t size, const uint8_t *data,
			   size_t len)
{
	pid_t pid;

	if (madvise(page, size, MADV_DOFORK))
		return;
	pid = fork();
	if (pid)
		return;
	memcpy(page, data, len);
	_exit(0);
}

static void store(const struct operation *o)
{
	uint64_t *address = &pages[o->argument % PAGES].address;
	size_t size = pages[o->argument % PAGES].size;
	void *page = (void *)*address;
	uint8_t data[DATA_MAX];
	size_t lane;

	if (!page)
		return;
	memcpy(data, o->data, o->len);
	fill_in(data, o->len);
	/* The beat, or one of the lanes. */
	lane = o->len % 2 ? 32 + (data[0] | data[1] << 8) % (size / 32 - 1) * 32 :
			    0;
	memcpy((uint8_t *)page + lane, data, o->len % (size - lane));
	if (o->argument & STORE_FORKS)
		store_in_child(page, size, data, o->len);
	if (o->argument & STORE_PUNCHES)
		madvise(page, size, o->len % 2 ? MADV_REMOVE : MADV_DONTNEED);
	if (o->argument & STORE_UNMAPS)
		munmap(page, size);
	else if (o->argument & STORE_PROTECTS)
		mprotect(page, size, PROT_READ);
	if (o->argument & (STORE_UNMAPS | STORE_PROTECTS))
		*address = 0;
}

static void rename_command(const struct operation *o)
{
	char name[16] = "";

	memcpy(name, o->data, o->len < sizeof(name) ? o->len :
						      sizeof(name) - 1);
	prctl(PR_SET_NAME, name);
}

void sender_run(const struct operation *o)
{
	int number = o->argument % SOCKETS;
	struct timespec pause = {
		.tv_nsec = o->argument % 32 * 1000000L,
	};

	switch (o->kind) {
	case OP_SEND:
		send_on(sockets[number], o);
		break;
	case OP_TAKE:
		take(sockets[number]);
		break;
	case OP_DRAIN:
		drain(sockets[number]);
		break;
	case OP_REOPEN:
		reopen(number);
		break;
	case OP_GROUP:
		join(sockets[number], o->argument & LEAVE);
		break;
	case OP_CHILD:
		run_child(o);
		break;
	case OP_THREAD:
		run_thread(o);
		break;
	case OP_WRITE:
	case OP_READ:
		use_file(o);
		break;
	case OP_SLEEP:
		nanosleep(&pause, NULL);
		break;
	case OP_NAME:
		rename_command(o);
		break;
	case OP_STORE:
		store(o);
		break;
	case OP_END:
		_exit(o->argument);
	}
}

bool sender_open(_Atomic uint64_t *messages)
{
	int i;

	messages_sent = messages;
	/* The kernel reaps children. */
	signal(SIGCHLD, SIG_IGN);
	for (i = 0; i < SOCKETS; i++)
		reopen(i);
	return fill_find_family(sockets[0], &events_group);
}

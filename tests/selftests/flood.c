// SPDX-License-Identifier: GPL-2.0-only
/*
 * A user who makes varta send many events, each to many sockets.
 *
 *	flood sockets N		N sockets in a multicast group that anybody may
 *				join; multicasts of all families loop over them
 *	flood stalls N		N agents, each in its own network namespace,
 *				stall and beat again, for ever
 *	flood exits N		N agents exit at once after a line of input
 *	flood goodbyes N	N processes that are not tracked say goodbye, for
 *				ever
 *	flood newcomers N	N processes beat and say goodbye, for ever
 *	flood statuses N	N agents change their status, for ever
 *	flood conflicts N	N processes, each the first of its own pid
 *				namespace, beat for pid 1, for ever
 *	flood lanes N		N agents with as many lanes as possible, which
 *				have the lowest threshold and are idle
 *	flood flips N		an agent changes its status N times, and waits
 *	flood victim N		an agent that stalls N times
 *	flood firsts N		first beats and goodbyes, N of each: prints how
 *				long each took, in microseconds
 *	flood listen		prints for each stall of a victim how long after
 *				it was found the event was received, and how long
 *				after its time it was found, in microseconds; for
 *				each exit the first, after "exit"
 *
 * Prints "ready" when all is set up.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/genetlink.h>
#include <linux/netlink.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <varta-client.h>
#include <varta.h>

enum {
	/* The group "notify" of the family nlctrl. */
	CONTROL_GROUP		= GENL_ID_CTRL,
	SOCKETS_PER_PROCESS	= 500,
	THRESHOLD_MS		= 10,
	VICTIM_THRESHOLD_MS	= 50,
	STACK_BYTES		= 16384,
};

_Noreturn static void fail(const char *what)
{
	fprintf(stderr, "flood: %s: %s\n", what, strerror(errno));
	exit(1);
}

static void sleep_ms(long ms)
{
	const struct timespec time = { ms / 1000, ms % 1000 * 1000000 };

	nanosleep(&time, NULL);
}

static void say(const char *what)
{
	puts(what);
	fflush(stdout);
}

static void join_group(void)
{
	struct sockaddr_nl any_port = { .nl_family = AF_NETLINK };
	int fd = socket(AF_NETLINK, SOCK_RAW, NETLINK_GENERIC);
	int group = CONTROL_GROUP;

	if (fd < 0 || bind(fd, (struct sockaddr *)&any_port, sizeof(any_port)) ||
	    setsockopt(fd, SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, &group,
		       sizeof(group)))
		fail("socket");
}

/* Forks count processes that run part(), and waits until each is ready. */
static void start_processes(int count, void (*part)(int ready, int nr))
{
	int ready[2], i;
	char byte;

	if (pipe(ready))
		fail("pipe");
	for (i = 0; i < count; i++) {
		pid_t pid = fork();

		if (pid < 0)
			fail("fork");
		if (!pid) {
			prctl(PR_SET_PDEATHSIG, SIGKILL);
			part(ready[1], i);
			exit(0);
		}
	}
	for (i = 0; i < count; i++) {
		if (read(ready[0], &byte, 1) != 1)
			fail("read");
	}
}

static void is_ready(int ready)
{
	if (write(ready, "", 1) != 1)
		fail("write");
}

static void hold_sockets(int ready, int nr)
{
	int i;

	(void)nr;
	for (i = 0; i < SOCKETS_PER_PROCESS; i++)
		join_group();
	is_ready(ready);
	for (;;)
		pause();
}

static void say_goodbye_for_ever(int ready, int nr)
{
	struct varta_client client;

	(void)nr;
	varta_client_open(&client, NULL);
	is_ready(ready);
	for (;;)
		varta_client_bye(&client);
}

static void come_and_go_for_ever(int ready, int nr)
{
	struct varta_client client;

	(void)nr;
	varta_client_open(&client, NULL);
	is_ready(ready);
	for (;;) {
		varta_client_beat(&client, VARTA_STATUS_OK, 0);
		varta_client_bye(&client);
	}
}

static void change_status(struct varta_client *client, int times)
{
	uint32_t status = VARTA_STATUS_OK;

	while (times--) {
		status = status == VARTA_STATUS_OK ? VARTA_STATUS_DEGRADED :
						     VARTA_STATUS_OK;
		varta_client_beat(client, status, 0);
	}
}

static void change_status_for_ever(int ready, int nr)
{
	struct varta_client client;

	(void)nr;
	varta_client_open(&client, NULL);
	is_ready(ready);
	for (;;)
		change_status(&client, 2);
}

/* The child is pid 1 of its namespace. Ends with its parent. */
static void beat_for_pid_1_for_ever(int ready, int nr)
{
	struct varta_client client;
	pid_t pid;

	(void)nr;
	if (unshare(CLONE_NEWUSER | CLONE_NEWPID))
		fail("unshare");
	/* With the credentials, the kernel has reset it. */
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	pid = fork();
	if (pid < 0)
		fail("fork");
	is_ready(ready);
	if (pid)
		pause();
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	varta_client_open(&client, NULL);
	for (;;)
		varta_client_beat(&client, VARTA_STATUS_OK, 0);
}

static void have_lanes(int ready, int nr)
{
	const struct varta_client_options options = {
		.lanes = VARTA_LANES_MAX,
	};
	struct varta_client client;
	struct varta_client_lane lanes[VARTA_LANES_MAX];
	int i;

	(void)nr;
	varta_client_open(&client, &options);
	for (i = 0; i < VARTA_LANES_MAX; i++) {
		errno = -varta_client_lane_open(&client, &lanes[i], "lane",
						THRESHOLD_MS);
		if (errno)
			fail("lane");
	}
	varta_client_beat(&client, VARTA_STATUS_OK, 0);
	if (!client.mapped->page)
		fail("page");
	is_ready(ready);
	for (;;)
		pause();
}

static void beat_slowly(struct varta_client *client, const char *name,
			uint32_t threshold_ms, int beats)
{
	const struct varta_client_options options = {
		.name = name,
		.threshold_ms = threshold_ms,
	};

	varta_client_open(client, &options);
	while (beats--) {
		varta_client_beat(client, VARTA_STATUS_OK, 0);
		sleep_ms(threshold_ms + threshold_ms / 2);
	}
}

static uint64_t elapsed_us(uint64_t since)
{
	return (varta_monotonic_now() - since) / 1000;
}

static void time_first_beats(int count)
{
	struct varta_client client;
	uint64_t start, beat;
	int error;

	varta_client_open(&client, NULL);
	while (count--) {
		start = varta_monotonic_now();
		error = varta_client_beat(&client, VARTA_STATUS_OK, 0);
		beat = elapsed_us(start);
		start = varta_monotonic_now();
		if (!error)
			error = varta_client_bye(&client);
		if (error) {
			errno = -error;
			fail("beat or goodbye");
		}
		printf("%llu\n%llu\n", (unsigned long long)beat,
		       (unsigned long long)elapsed_us(start));
		/* Without this, it would lead the queue of its user. */
		sleep_ms(1);
	}
}

static void stall_for_ever(int ready, int nr)
{
	struct varta_client client;

	(void)nr;
	if (unshare(CLONE_NEWUSER | CLONE_NEWNET))
		fail("unshare");
	beat_slowly(&client, NULL, THRESHOLD_MS, 1);
	is_ready(ready);
	beat_slowly(&client, NULL, THRESHOLD_MS, INT_MAX);
}

/* ---- Agents that share all memory, so that there can be many. */

static uint16_t varta_family;
static int go[2], done[2], netlink;

static void request(uint16_t type, uint8_t command, const void *attributes,
		    size_t length)
{
	struct {
		struct nlmsghdr nl;
		struct genlmsghdr genl;
		char attributes[64];
	} message = {
		.nl = {
			.nlmsg_len = NLMSG_LENGTH(GENL_HDRLEN) + length,
			.nlmsg_type = type,
			.nlmsg_flags = NLM_F_REQUEST,
		},
		.genl = { .cmd = command, .version = 1 },
	};

	memcpy(message.attributes, attributes, length);
	if (send(netlink, &message, message.nl.nlmsg_len, 0) < 0)
		fail("send");
}

static void find_family(void)
{
	struct {
		struct nlattr header;
		char name[8];
	} attribute = {
		{ NLA_HDRLEN + 6, CTRL_ATTR_FAMILY_NAME }, "varta"
	};
	static _Alignas(struct nlmsghdr) char reply[8192];
	const struct nlattr *a;
	ssize_t length, at = NLMSG_HDRLEN + GENL_HDRLEN;

	netlink = socket(AF_NETLINK, SOCK_RAW, NETLINK_GENERIC);
	request(GENL_ID_CTRL, CTRL_CMD_GETFAMILY, &attribute,
		sizeof(attribute));
	length = recv(netlink, reply, sizeof(reply), 0);
	while (at + NLA_HDRLEN < length) {
		a = (const struct nlattr *)(reply + at);
		if (a->nla_type == CTRL_ATTR_FAMILY_ID)
			memcpy(&varta_family, a + 1, sizeof(varta_family));
		at += NLA_ALIGN(a->nla_len);
	}
	if (!varta_family)
		fail("family");
}

static int beat_and_exit(void *unused)
{
	const struct {
		struct nlattr status_header;
		uint32_t status;
		struct nlattr nonce_header;
		uint64_t nonce;
	} __attribute__((packed)) beat = {
		{ NLA_HDRLEN + 4, VARTA_A_BEAT_STATUS }, 0,
		{ NLA_HDRLEN + 8, VARTA_A_BEAT_NONCE }, 1
	};
	char byte;

	(void)unused;
	request(varta_family, VARTA_CMD_BEAT, &beat, sizeof(beat));
	if (write(done[1], "", 1) != 1)
		return 1;
	/* The pipe is closed. */
	return read(go[0], &byte, 1) != 0;
}

static void exit_at_once(int count)
{
	char byte, line[16];
	int i;

	find_family();
	if (pipe(go) || pipe(done))
		fail("pipe");
	for (i = 0; i < count; i++) {
		char *stack = mmap(NULL, STACK_BYTES, PROT_READ | PROT_WRITE,
				   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

		if (stack == MAP_FAILED ||
		    clone(beat_and_exit, stack + STACK_BYTES,
			  CLONE_VM | CLONE_FILES | CLONE_FS, NULL) < 0)
			fail("clone");
		if (read(done[0], &byte, 1) != 1)
			fail("read");
	}
	say("ready");
	if (!fgets(line, sizeof(line), stdin))
		fail("stdin");
	close(go[1]);
	while (count--) {
		if (waitpid(-1, NULL, __WALL) < 0)
			fail("waitpid");
	}
}

/* ---- Listening. It looks only at what it needs, to be fast. */

static const struct nlattr *find(const struct nlattr *nest, uint16_t type)
{
	const char *at = (const char *)(nest + 1);
	const char *end = (const char *)nest + nest->nla_len;

	while (at + NLA_HDRLEN <= end) {
		const struct nlattr *a = (const struct nlattr *)at;

		if (a->nla_type == type)
			return a;
		at += NLA_ALIGN(a->nla_len);
	}
	return NULL;
}

static uint64_t u64_of(const struct nlattr *nest, uint16_t type)
{
	const struct nlattr *a = find(nest, type);
	uint64_t value = 0;

	if (a)
		memcpy(&value, a + 1, sizeof(value));
	return value;
}

static void print_lateness(const char *message, ssize_t length, uint64_t now)
{
	const struct genlmsghdr *header =
		(const struct genlmsghdr *)(message + NLMSG_HDRLEN);
	const char *at = message + NLMSG_HDRLEN + GENL_HDRLEN;
	bool exited = header->cmd == VARTA_CMD_EXIT_NTF;

	if (!exited && header->cmd != VARTA_CMD_STALL_NTF)
		return;
	for (; at + NLA_HDRLEN <= message + length;
	     at += NLA_ALIGN(((const struct nlattr *)at)->nla_len)) {
		const struct nlattr *agent = (const struct nlattr *)at;
		const struct nlattr *name = find(agent, VARTA_A_AGENT_NAME);
		uint64_t silence = u64_of(agent, VARTA_A_AGENT_SILENCE);
		uint64_t found = u64_of(agent, VARTA_A_AGENT_LAST_BEAT) + silence;

		if (!exited &&
		    (!name || strcmp((const char *)(name + 1), "victim")))
			continue;
		if (exited)
			printf("exit %llu\n",
			       (unsigned long long)(now - found) / 1000);
		else
			printf("%llu %llu\n",
			       (unsigned long long)(now - found) / 1000,
			       (unsigned long long)silence / 1000 -
			       VICTIM_THRESHOLD_MS * 1000);
		fflush(stdout);
	}
}

_Noreturn static void listen_for_victims(void)
{
	static _Alignas(struct nlmsghdr) char message[65536];
	struct varta_events_options options = VARTA_EVENTS_OPTIONS_INIT;
	struct varta_events *events;
	ssize_t length;
	int fd, error;

	options.buffer = 1 << 24;
	error = varta_events_open(&events, &options);
	if (error) {
		errno = -error;
		fail("subscription");
	}
	fd = varta_events_fd(events);
	if (fcntl(fd, F_SETFL, 0))
		fail("fcntl");
	say("ready");
	for (;;) {
		length = recv(fd, message, sizeof(message), 0);
		if (length > 0)
			print_lateness(message, length, varta_monotonic_now());
		else if (errno != ENOBUFS)
			fail("recv");
	}
}

int main(int argc, char **argv)
{
	int count = argc == 3 ? atoi(argv[2]) : 0;
	struct varta_client client;

	if (argc == 2 && !strcmp(argv[1], "listen"))
		listen_for_victims();
	if (count < 1) {
		fputs("Usage: flood sockets|stalls|exits|goodbyes|newcomers|statuses|conflicts|lanes|flips|victim|firsts N\n", stderr);
		return 2;
	}
	if (!strcmp(argv[1], "flips")) {
		varta_client_open(&client, NULL);
		varta_client_beat(&client, VARTA_STATUS_OK, 0);
		say("ready");
		getchar();
		change_status(&client, count);
		for (;;)
			pause();
	}
	if (!strcmp(argv[1], "victim")) {
		beat_slowly(&client, "victim", VICTIM_THRESHOLD_MS, count);
		varta_client_bye(&client);
		return 0;
	}
	if (!strcmp(argv[1], "firsts")) {
		time_first_beats(count);
		return 0;
	}
	if (!strcmp(argv[1], "exits")) {
		exit_at_once(count);
		return 0;
	}
	if (!strcmp(argv[1], "sockets"))
		start_processes(count / SOCKETS_PER_PROCESS, hold_sockets);
	else if (!strcmp(argv[1], "newcomers"))
		start_processes(count, come_and_go_for_ever);
	else if (!strcmp(argv[1], "statuses"))
		start_processes(count, change_status_for_ever);
	else if (!strcmp(argv[1], "conflicts"))
		start_processes(count, beat_for_pid_1_for_ever);
	else if (!strcmp(argv[1], "lanes"))
		start_processes(count, have_lanes);
	else if (!strcmp(argv[1], "goodbyes"))
		start_processes(count, say_goodbye_for_ever);
	else
		start_processes(count, stall_for_ever);
	say("ready");
	for (;;)
		pause();
}

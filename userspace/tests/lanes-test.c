// SPDX-License-Identifier: GPL-2.0-only
/*
 * Lanes of the header-only client. The pages are not the kernel's, nor the socket
 * that lanes are sent on.
 */
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>

/* What another thread does after so many loads, or at the next fence. */
static void (*at_load)(void), (*at_fence)(void);
static unsigned int loads_before;

static void call_at_load(void)
{
	void (*call)(void) = at_load;

	if (!call || loads_before--)
		return;
	at_load = NULL;
	call();
}

static void fence(int order)
{
	void (*call)(void) = at_fence;

	(void)order;
	__sync_synchronize();
	at_fence = NULL;
	if (call)
		call();
}

/* No file has this number. */
#define FAKE_FD		1000000
#define FAKE_TARGET	(42U << VARTA_CLIENT__FD_BITS | (FAKE_FD + 1))

static _Alignas(8) unsigned char sent[8][256];
static unsigned int sent_count;

static ssize_t take_or_send(int fd, const void *data, size_t size, int flags,
			    const struct sockaddr *address, socklen_t length)
{
	if (fd != FAKE_FD)
		return sendto(fd, data, size, flags, address, length);
	memcpy(sent[sent_count++ % 8], data, size);
	return (ssize_t)size;
}

#define sendto	take_or_send
#define __atomic_load_n(pointer, order) \
	(call_at_load(), *(volatile __typeof__(*(pointer)) *)(pointer))
#define __atomic_thread_fence	fence
#include <varta-client.h>
#undef __atomic_load_n
#undef __atomic_thread_fence
#undef sendto

#include "tap.h"

enum {
	LANES	= 2,
};

static struct varta_client c;

static void check_eq(const char *name, int expected, int result)
{
	check(result == expected, "%s: %d", name, expected);
}

/* The kernel may lack the module. */
static void begin(uint32_t lanes)
{
	const struct varta_client_options options = {
		.name = "lanes",
		.lanes = lanes,
	};

	varta_client_open(&c, &options);
}

static struct varta_client__page *new_page(void)
{
	return (struct varta_client__page *)
		mmap(NULL, (size_t)sysconf(_SC_PAGESIZE),
		     PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
}

static struct varta_client__lane *in_page(const struct varta_client_lane *lane)
{
	return &c.mapped->lanes->lanes[lane->number];
}

static void test_open(void)
{
	struct varta_client_lane a, b, more;
	uint32_t opened;

	begin(0);
	check_eq("lanes: a client without lanes", -EOPNOTSUPP,
		 varta_client_lane_open(&c, &a, "a", 10));
	varta_client_close(&c);

	begin(LANES);
	check_eq("lanes: no threshold", -EINVAL,
		 varta_client_lane_open(&c, &a, "a", 0));
	opened = c.mapped->opened;
	c.mapped->send_at = UINT64_MAX;
	check_eq("lanes: open", 0, varta_client_lane_open(&c, &a, "a", 10));
	check(c.mapped->opened == opened + 1 && !c.mapped->send_at,
	      "lanes: the next beat is sent");
	check(in_page(&a)->threshold_ms == 10 &&
	      in_page(&a)->deadline == VARTA_CLIENT__NEVER &&
	      !strcmp(in_page(&a)->name, "a"), "lanes: a new lane is idle");
	check_eq("lanes: a long name", 0,
		 varta_client_lane_open(&c, &b, "a name that is too long", 10));
	check(!strcmp(in_page(&b)->name, "a name that is "),
	      "lanes: it is cut");
	check_eq("lanes: all are open", -ENOSPC,
		 varta_client_lane_open(&c, &more, "more", 10));
	varta_client_lane_close(&a);
	check(!in_page(&a)->threshold_ms, "lanes: a closed lane has no threshold");
	check_eq("lanes: one is free again", 0,
		 varta_client_lane_open(&c, &more, "more", 10));
	check(more.number == a.number, "lanes: it has the place of the other");
	varta_client_close(&c);

	begin(VARTA_AGENT_LANES_MAX + 1);
	check(c.lanes == VARTA_AGENT_LANES_MAX,
	      "lanes: no more than an agent can have");
	varta_client_close(&c);
}

static bool is_after(uint64_t deadline, uint64_t start, uint64_t ms)
{
	return deadline >= start + ms * 1000000 &&
	       deadline <= varta_client__now() + ms * 1000000;
}

static void test_beats(void)
{
	struct varta_client_lane lane;
	uint64_t start = varta_client__now();

	begin(LANES);
	varta_client_lane_open(&c, &lane, "lane", 20);
	varta_client_lane_beat(&lane);
	check(is_after(in_page(&lane)->deadline, start, 20),
	      "lanes: a beat moves the deadline");
	check(in_page(&lane)->tid == (uint32_t)syscall(SYS_gettid),
	      "lanes: a beat names its thread");
	varta_client_scope_begin(&lane, 5000);
	check(is_after(in_page(&lane)->deadline, start, 5000),
	      "lanes: a scope has its limit");
	varta_client_scope_end(&lane);
	check(in_page(&lane)->deadline == VARTA_CLIENT__NEVER,
	      "lanes: after a scope, the lane is idle");
	varta_client_close(&c);
}

static struct varta_client__page *map_shared(int file)
{
	void *page = mmap(NULL, (size_t)sysconf(_SC_PAGESIZE),
			  PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);

	if (page == MAP_FAILED)
		abort();
	return (struct varta_client__page *)page;
}

/* The kernel goes on reading the page, which another mapping stands for. */
static void test_close(void)
{
	const int file = memfd_create("page", MFD_CLOEXEC);
	struct varta_client_lane lane;
	struct varta_client__page *kernel;

	if (ftruncate(file, sysconf(_SC_PAGESIZE)))
		abort();
	begin(LANES);
	varta_client_lane_open(&c, &lane, "lane", 20);
	c.mapped->page = map_shared(file);
	kernel = map_shared(file);
	close(file);
	varta_client__move_lanes(&c, c.mapped->page);
	varta_client_lane_beat(&lane);
	check(kernel->lanes[lane.number].threshold_ms == 20,
	      "lanes: the kernel reads an open lane");
	varta_client_close(&c);
	check(!kernel->lanes[lane.number].threshold_ms,
	      "lanes: closing the client closes them");
	munmap(kernel, (size_t)sysconf(_SC_PAGESIZE));
}

static void test_move(void)
{
	struct varta_client_lane beats, idle;
	uint64_t deadline;
	uint32_t tid;

	begin(LANES);
	varta_client_lane_open(&c, &beats, "beats", 20);
	varta_client_lane_open(&c, &idle, "idle", 30);
	varta_client_lane_beat(&beats);
	deadline = in_page(&beats)->deadline;
	tid = in_page(&beats)->tid;
	varta_client__move_lanes(&c, new_page());
	check(in_page(&beats)->deadline == deadline &&
	      in_page(&beats)->tid == tid &&
	      in_page(&beats)->threshold_ms == 20 &&
	      !strcmp(in_page(&beats)->name, "beats"),
	      "lanes: a lane moves to a new page");
	check(in_page(&idle)->deadline == VARTA_CLIENT__NEVER &&
	      in_page(&idle)->threshold_ms == 30,
	      "lanes: an idle one stays idle");
	varta_client_lane_beat(&idle);
	check(in_page(&idle)->deadline != VARTA_CLIENT__NEVER,
	      "lanes: beats go to the new page");
	varta_client_close(&c);
}

static struct varta_client_lane moved;

static void move_it(void)
{
	varta_client__move_lanes(&c, new_page());
}

/* The thread has the old page already, and stores there after the move. */
static void test_move_during_a_beat(void)
{
	begin(LANES);
	varta_client_lane_open(&c, &moved, "lane", 20);
	varta_client__store_deadline(&moved, 1000, 1);
	at_load = move_it;
	/* The first load is that of the page. */
	loads_before = 1;
	varta_client__store_deadline(&moved, 2000, 1);
	check(!at_load && in_page(&moved)->deadline == 2000,
	      "lanes: a beat during a move is in the new page");
	varta_client_close(&c);
}

static void end_scope(void)
{
	varta_client_scope_end(&moved);
}

/* The thread stores in the new page, before the lane is copied. */
static void test_beat_during_a_move(void)
{
	begin(LANES);
	varta_client_lane_open(&c, &moved, "lane", 20);
	varta_client_scope_begin(&moved, 10);
	at_fence = end_scope;
	move_it();
	check(!at_fence && in_page(&moved)->deadline == VARTA_CLIENT__NEVER,
	      "lanes: a scope that ends during a move has ended");
	varta_client_close(&c);
}

/* Nothing of the parent's is touched, and the child can have lanes of its own. */
static bool child_is_well(const struct varta_client_lane *lane)
{
	struct varta_client_lane own;
	bool well;

	varta_client_lane_beat(lane);
	varta_client_lane_close(lane);
	well = varta_client_lane_open(&c, &own, "own", 10) == -EOPNOTSUPP;
	varta_client__notice_fork(&c);
	well &= !varta_client_lane_open(&c, &own, "own", 10);
	varta_client_lane_beat(&own);
	return well && in_page(&own)->tid == (uint32_t)getpid();
}

static void test_fork(void)
{
	struct varta_client_lane lane;
	uint64_t deadline;
	int status = -1;
	pid_t child;

	begin(LANES);
	varta_client_lane_open(&c, &lane, "lane", 20);
	varta_client_lane_beat(&lane);
	deadline = in_page(&lane)->deadline;
	child = fork();
	if (!child) {
		/* Without an exit, at which valgrind would look for leaks. */
		if (child_is_well(&lane))
			raise(SIGKILL);
		_exit(1);
	}
	check(waitpid(child, &status, 0) == child && WIFSIGNALED(status),
	      "lanes: a child has lanes of its own");
	check(in_page(&lane)->deadline == deadline,
	      "lanes: and does not beat in those of its parent");
	varta_client_close(&c);
}

static struct varta_client_lane kept;

/* A client whose beats are not mapped, with a lane whose beats are sent. */
static void begin_sending(void)
{
	const struct varta_client_options options = {
		.name = "lanes",
		.acknowledge = true,
		.lanes = LANES,
	};

	varta_client_open(&c, &options);
	check(!c.may_map && c.maps, "lanes: a client that sends its lanes");
	varta_client_lane_open(&c, &kept, "kept", 20);
	sent_count = 0;
	varta_client_lane_beat(&kept);
	check(!sent_count, "lanes: nothing is sent before a beat of the agent");
	c.mapped->lane_target = FAKE_TARGET;
}

/* In the last message. */
static const unsigned char *find_sent(uint16_t type, size_t *size)
{
	const unsigned char *bytes = sent[(sent_count - 1) % 8], *nest;
	const struct nlmsghdr *header = (const struct nlmsghdr *)(const void *)bytes;
	const size_t skip = NLMSG_HDRLEN + GENL_HDRLEN;
	size_t length = 0;

	nest = varta_client__find(bytes + skip, header->nlmsg_len - skip,
				  VARTA_A_BEAT_LANE, &length);
	return nest && header->nlmsg_type == 42 ?
	       varta_client__find(nest, length, type, size) : NULL;
}

static uint64_t number_sent(uint16_t type)
{
	size_t size = 0;
	const unsigned char *value = find_sent(type, &size);
	uint32_t number32;
	uint64_t number64;

	if (value && size == sizeof(number32)) {
		memcpy(&number32, value, sizeof(number32));
		return number32;
	}
	if (!value || size != sizeof(number64))
		return 1234567;
	memcpy(&number64, value, sizeof(number64));
	return number64;
}

static void expect_sent(const char *what, uint32_t threshold_ms, bool only_new)
{
	size_t size = 0;
	const unsigned char *name = find_sent(VARTA_A_LANE_NAME, &size);

	check(name && size == 5 && !memcmp(name, "kept", 5) &&
	      number_sent(VARTA_A_LANE_NUMBER) == kept.number &&
	      number_sent(VARTA_A_LANE_THRESHOLD_MS) == threshold_ms &&
	      !!find_sent(VARTA_A_LANE_ONLY_NEW, &size) == only_new &&
	      !!find_sent(VARTA_A_LANE_TID, &size) == only_new,
	      "lanes: %s", what);
}

static void close_kept(void)
{
	varta_client_lane_close(&kept);
	/* What the other thread has sent comes last. */
	sent_count = 0;
}

static void rename_kept(void)
{
	memcpy(in_page(&kept)->name, "other", 6);
}

static void test_sending(void)
{
	uint64_t start;

	begin_sending();
	start = varta_client__now();
	varta_client_lane_beat(&kept);
	check(sent_count == 1 &&
	      is_after(number_sent(VARTA_A_LANE_DEADLINE), start, 20),
	      "lanes: a beat is sent");
	expect_sent("with its name and threshold", 20, false);
	varta_client_scope_begin(&kept, 5000);
	check(is_after(number_sent(VARTA_A_LANE_DEADLINE), start, 5000),
	      "lanes: a scope is sent");
	varta_client_scope_end(&kept);
	check(number_sent(VARTA_A_LANE_DEADLINE) == VARTA_CLIENT__NEVER,
	      "lanes: and its end");
	varta_client_lane_close(&kept);
	expect_sent("a lane is closed", 0, false);
	varta_client_close(&c);
}

static void test_restoring(void)
{
	const uint32_t target = FAKE_TARGET;

	begin_sending();
	varta_client__restore_lane(&c, target, kept.number);
	check(sent_count == 1 && number_sent(VARTA_A_LANE_TID) ==
				 (uint64_t)syscall(SYS_gettid),
	      "lanes: a lane is restored with its thread");
	expect_sent("only if it is not open", 20, true);
	at_fence = rename_kept;
	varta_client__restore_lane(&c, target, kept.number);
	check(sent_count == 3, "lanes: the place had another lane meanwhile");
	expect_sent("the one before is closed", 0, false);
	memcpy(in_page(&kept)->name, "kept", 5);
	at_fence = close_kept;
	varta_client__restore_lane(&c, target, kept.number);
	check(sent_count == 1, "lanes: the lane was closed meanwhile");
	expect_sent("it stays closed", 0, false);
	varta_client__restore_lane(&c, target, kept.number);
	check(sent_count == 1, "lanes: a closed lane is not restored");
	varta_client_close(&c);
}

static void test_closing_a_sender(void)
{
	begin_sending();
	varta_client_close(&c);
	check(sent_count == 1, "lanes: a client that is closed");
	expect_sent("closes what it has sent", 0, false);
}

TEST_GROUP(lanes)
{
	test_open();
	test_beats();
	test_close();
	test_move();
	test_move_during_a_beat();
	test_beat_during_a_move();
	test_fork();
	test_sending();
	test_restoring();
	test_closing_a_sender();
}

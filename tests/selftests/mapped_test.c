// SPDX-License-Identifier: GPL-2.0-only
/*
 * Beats in a mapped page, with all that a process can do to the page.
 *
 * Usage: mapped_test [agent THRESHOLD_MS | scribble SECONDS |
 *                     leave-lane THRESHOLD_MS (exec | close)]
 *
 * Prints TAP. "agent" beats every 10 ms until its standard input ends, with the
 * number of bytes read so far as payload. "scribble" writes into pages whatever
 * it likes, with beats and goodbyes in between. "leave-lane" opens a lane and
 * leaves it open when it executes another program, or closes its client; then it
 * beats without lanes until it is killed.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <varta-client.h>

#define TEST_NAME	"mapped"

#include "agent_test.h"
#include "counters.h"
#include "tap.h"

/* Too long for a stall, and short enough to wait for one. */
#define LONG_MS		600000
#define SHORT_MS	1000
#define LEAVE_MS	500
#define STEP_MS		5

/* Only a failure takes this long. */
#define PATIENCE_S	60

static struct varta_client c;

static bool is_late(time_t end)
{
	return time(NULL) > end;
}

static void open_with_lanes(uint32_t threshold_ms, uint32_t lanes)
{
	const struct varta_client_options options = {
		.name = "mapped_test",
		.threshold_ms = threshold_ms,
		.mapped = true,
		.lanes = lanes,
	};
	int error = varta_client_open(&c, &options);

	must(!error || error == -ENODEV, "open");
}

static void open_with(uint32_t threshold_ms)
{
	open_with_lanes(threshold_ms, 0);
}

static int beat(uint32_t payload)
{
	return varta_client_beat(&c, VARTA_STATUS_OK, payload);
}

static struct varta_client__page *page(void)
{
	return c.mapped ? c.mapped->page : NULL;
}

/* Opens a client, beats, and has a page. */
static void begin(uint32_t threshold_ms)
{
	open_with(threshold_ms);
	must(!beat(0) && page(), "a page");
}

static void end(void)
{
	varta_client_bye(&c);
	varta_client_close(&c);
}

static bool beat_for(long ms, uint32_t payload)
{
	uint64_t until = varta_client__now() + (uint64_t)ms * 1000000;

	while (varta_client__now() < until) {
		if (beat(payload))
			return false;
		sleep_ms(STEP_MS);
	}
	return true;
}

/* Waits for a stall. */
static bool stalls_again(long stalls)
{
	time_t until = time(NULL) + PATIENCE_S;

	while (counter("stalls") == stalls && !is_late(until))
		sleep_ms(STEP_MS);
	return counter("stalls") == stalls + 1;
}

/* Whether a beat that was stored is shown. */
static bool stores(uint32_t payload)
{
	char condition[64];
	uint32_t sent = c.socket.sequence;

	snprintf(condition, sizeof(condition), ".payload == %" PRIu32,
		 payload);
	return !beat(payload) && c.socket.sequence == sent && shows(condition);
}

/* Beats until beats are stored. */
static bool stores_again(uint32_t payload)
{
	time_t until = time(NULL) + PATIENCE_S;

	while (!stores(payload)) {
		if (is_late(until))
			return false;
		beat(0);
		sleep_ms(STEP_MS);
	}
	return true;
}

static void test_beats(void)
{
	long refreshed, stalls = counter("stalls"), looks;
	uint32_t sent;

	begin(2 * SHORT_MS);
	check(!page()->kick, "mapped: a page after the first beat");
	refreshed = counter("refreshed");
	sent = c.socket.sequence;
	check(beat_for(6 * SHORT_MS, 7) && c.socket.sequence - sent < 20,
	      "mapped: beats without system calls");
	looks = counter("refreshed") - refreshed;
	check(counter("stalls") == stalls && looks >= 1 && looks < 20,
	      "mapped: the kernel looks at them now and then");
	end();

	begin(LONG_MS);
	check(stores(8) && shows(".name == \"mapped_test\" and "
				 ".stalled == false and "
				 ".threshold_ms == 600000"),
	      "mapped: the last beat is shown");
	end();
}

static void test_stall(void)
{
	long stalls = counter("stalls"), refreshed;

	begin(SHORT_MS);
	beat(1);
	check(stalls_again(stalls) && page()->kick == 1 && shows(".stalled"),
	      "mapped: silence is a stall, which the agent sees");
	refreshed = counter("refreshed");
	check(!beat(2) && counter("refreshed") == refreshed + 1 && page() &&
	      shows(".payload == 2"), "mapped: the next beat is sent");
	end();
}

static void test_status(void)
{
	long refreshed;

	begin(LONG_MS);
	refreshed = counter("refreshed");
	check(!varta_client_beat(&c, VARTA_STATUS_DEGRADED, 0) &&
	      counter("refreshed") == refreshed + 1 &&
	      shows(".status == \"degraded\""),
	      "mapped: a new status is sent");
	check(!varta_client_beat(&c, VARTA_STATUS_DEGRADED, 5) &&
	      counter("refreshed") == refreshed + 1 && !page()->kick,
	      "mapped: the same status is stored");
	check(!varta_client_terminal(&c, 6) &&
	      shows(".status == \"critical\" and .payload == 6"),
	      "mapped: a terminal beat comes after what was stored");
	end();
}

static void test_bye(void)
{
	struct varta_client__page *old;
	long inserted;

	begin(SHORT_MS);
	old = page();
	check(!varta_client_bye(&c) && old->kick == 2,
	      "mapped: after bye, the page is not read any more");
	inserted = counter("inserted");
	check(!beat(0) && counter("inserted") == inserted + 1,
	      "mapped: a beat after bye is sent");
	check(stores_again(3), "mapped: and there is a page again");
	end();
}

/* Whether the address is mapped. */
static bool is_mapped(const void *address)
{
	unsigned char resident;

	return !mincore((void *)(uintptr_t)address,
			(size_t)sysconf(_SC_PAGESIZE), &resident);
}

static bool has_flag(const void *address, const char *flag)
{
	FILE *file = fopen("/proc/self/smaps", "r");
	bool here = false, found = false;
	char line[512];
	unsigned long start, stop;

	/* Some debug kernels do not have it. */
	if (!file)
		return true;
	while (fgets(line, sizeof(line), file)) {
		if (sscanf(line, "%lx-%lx ", &start, &stop) == 2)
			here = start == (uintptr_t)address;
		if (here && !strncmp(line, "VmFlags:", 8))
			found = strstr(line, flag);
	}
	fclose(file);
	return found;
}

static void test_fork(void)
{
	struct varta_client__page *old;
	long inserted;
	pid_t child;

	begin(LONG_MS);
	old = page();
	check(has_flag(old, " dc") && has_flag(old, " dd"),
	      "mapped: the page is not for children and core dumps");
	inserted = counter("inserted");
	child = fork_or_end();
	if (!child) {
		if (is_mapped(old))
			_exit(1);
		_exit(beat(0) || !page() || !stores(4) ? 2 : 0);
	}
	check(child_was_well(child) && counter("inserted") == inserted + 1,
	      "mapped: a child has a page of its own");
	check(stores(5) && page() == old,
	      "mapped: its parent keeps its page");
	child = vfork();
	if (!child)
		_exit(0);
	check(child_was_well(child) && stores(6) && page() == old,
	      "mapped: vfork changes nothing");
	end();
}

static bool is_of_module(const void *address)
{
	FILE *file = fopen("/proc/self/maps", "r");
	bool found = false;
	unsigned long start;
	char line[512];

	must(file, "maps");
	while (fgets(line, sizeof(line), file))
		if (sscanf(line, "%lx-", &start) == 1 &&
		    start == (uintptr_t)address)
			found = strstr(line, "/varta");
	fclose(file);
	return found;
}

/*
 * As a process that is restored from a checkpoint: its memory is as it was, but for
 * the kernel it is another process, and the page is no page of the module's.
 */
static int be_restored(void *copy, size_t size)
{
	time_t until = time(NULL) + PATIENCE_S;
	long inserted = counter("inserted"), stalls = counter("stalls");
	struct varta_client__page *old = page();

	/* The parent reads from this one. */
	varta_client__disconnect(&c.socket);
	must(mmap(old, size, PROT_READ | PROT_WRITE,
		  MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) == old, "mmap");
	memcpy(old, copy, size);
	while (counter("inserted") == inserted) {
		if (beat(0) || is_late(until))
			return 1;
		sleep_ms(STEP_MS);
	}
	/* It is not silent until it notices that nobody reads its page. */
	return !stores_again(13) || counter("stalls") != stalls ||
	       !is_of_module(page());
}

static bool has_ended(pid_t child)
{
	siginfo_t info = { 0 };

	return waitid(P_PID, (id_t)child, &info,
		      WEXITED | WNOHANG | WNOWAIT) || info.si_pid;
}

static void test_restore(void)
{
	const size_t size = (size_t)sysconf(_SC_PAGESIZE);
	static unsigned char copy[65536];
	void *mark;
	pid_t child;

	/* Two processes take turns on a busy machine; the child must not be late. */
	begin(5 * SHORT_MS);
	mark = (void *)(uintptr_t)c.same_process;
	must(stores(1) && size <= sizeof(copy), "stored");
	memcpy(copy, page(), size);
	must(!madvise(mark, size, MADV_KEEPONFORK), "MADV_KEEPONFORK");
	child = fork_or_end();
	if (!child)
		_exit(be_restored(copy, size));
	must(!madvise(mark, size, MADV_WIPEONFORK), "MADV_WIPEONFORK");
	while (!has_ended(child)) {
		beat(0);
		sleep_ms(STEP_MS);
	}
	check(child_was_well(child),
	      "mapped: a restored process is tracked again, with another page");
	end();
}

/* So that the words are nowhere else in memory. */
static void write_secret(volatile char *to)
{
	static const char hidden[] = "dbqufs!jo!uif!qbhf";
	size_t i;

	for (i = 0; i < sizeof(hidden) - 1; i++)
		to[i] = (char)(hidden[i] - 1);
}

static bool file_has_secret(const char *path)
{
	int file = open(path, O_RDONLY);
	struct stat status;
	bool found = false;
	char secret[18];
	void *bytes;

	must(file >= 0 && !fstat(file, &status), "core file");
	bytes = mmap(NULL, (size_t)status.st_size, PROT_READ, MAP_PRIVATE, file,
		     0);
	must(bytes != MAP_FAILED, "mmap");
	write_secret(secret);
	found = memmem(bytes, (size_t)status.st_size, secret, sizeof(secret));
	munmap(bytes, (size_t)status.st_size);
	close(file);
	return found;
}

/* Whether a core dump has what is in the page, or in other memory. */
static bool is_dumped(bool in_page)
{
	static char memory[18];
	const struct rlimit unlimited = { RLIM_INFINITY, RLIM_INFINITY };
	int status;
	bool dumped;
	pid_t child = fork_or_end();

	if (!child) {
		begin(LONG_MS);
		write_secret(in_page ? page()->lanes[5].name : memory);
		setrlimit(RLIMIT_CORE, &unlimited);
		abort();
	}
	must(waitpid(child, &status, 0) == child && WIFSIGNALED(status) &&
	     WCOREDUMP(status), "a core dump");
	dumped = file_has_secret("/tmp/mapped.core");
	unlink("/tmp/mapped.core");
	return dumped;
}

static void write_line(const char *path, const char *line)
{
	FILE *file = fopen(path, "w");

	must(file && fputs(line, file) >= 0 && !fclose(file), path);
}

static void test_core_dump(void)
{
	static const char path[] = "/proc/sys/kernel/core_pattern";
	char before[256] = "";
	FILE *file = fopen(path, "r");

	must(file && fgets(before, sizeof(before), file), path);
	fclose(file);
	write_line(path, "/tmp/mapped.core\n");
	check(!is_dumped(true), "mapped: a core dump does not have the page");
	check(is_dumped(false), "mapped: but other memory");
	write_line(path, before);
}

static void *beat_in_thread(void *arg)
{
	const struct varta_client_options options = {
		.name = "mapped_test",
		.threshold_ms = LONG_MS,
		.mapped = true,
	};
	struct varta_client *other = arg;
	intptr_t failures = 0;
	int i;

	varta_client_open(other, &options);
	for (i = 0; i < 200; i++) {
		failures += varta_client_beat(other, VARTA_STATUS_OK, 0) != 0 &&
			    other->refusal.error != -ESTALE;
		sleep_ms(STEP_MS);
	}
	varta_client_close(other);
	return (void *)failures;
}

static void test_threads(void)
{
	static struct varta_client clients[3];
	long stalls = counter("stalls");
	pthread_t threads[3];
	intptr_t failures = 0;
	void *result;
	int i;

	for (i = 0; i < 3; i++)
		must(!pthread_create(&threads[i], NULL, beat_in_thread,
				     &clients[i]), "thread");
	for (i = 0; i < 3; i++) {
		pthread_join(threads[i], &result);
		failures += (intptr_t)result;
	}
	check(!failures && counter("stalls") == stalls,
	      "mapped: three clients in one process");
	open_with(LONG_MS);
	end();
}

static void test_memory(void)
{
	const size_t size = (size_t)sysconf(_SC_PAGESIZE);
	long stalls = counter("stalls");
	struct varta_client__page *old;
	void *moved;

	begin(LONG_MS);
	old = page();
	check(!madvise(old, size, MADV_DONTNEED) && stores(9) && page() == old,
	      "mapped: MADV_DONTNEED changes nothing");
	moved = mremap(old, size, size, MREMAP_MAYMOVE | MREMAP_FIXED,
		       mmap(NULL, size, PROT_NONE,
			    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
	must(moved != MAP_FAILED, "mremap");
	c.mapped->page = moved;
	check(stores(10), "mapped: a page can be moved");
	check(mremap(moved, size, 2 * size, MREMAP_MAYMOVE) == MAP_FAILED,
	      "mapped: but not grow");
	end();

	begin(SHORT_MS);
	check(!madvise(page(), size, MADV_REMOVE) && stores_again(11),
	      "mapped: after MADV_REMOVE, the agent gets another page");
	end();

	begin(SHORT_MS);
	must(!munmap(page(), size), "munmap");
	c.mapped->page = NULL;
	c.mapped->send_at = 0;
	stalls = counter("stalls");
	check(stalls_again(stalls),
	      "mapped: without its page, an agent stalls");
	check(!beat(0), "mapped: and beats by sending");
	end();
}

/* What the kernel must make of a page that it finds like this. */
static void test_nonsense(void)
{
	long stalls, bad = counter("bad_status");

	begin(SHORT_MS);
	stalls = counter("stalls");
	page()->state = 9;
	page()->nonce = varta_client__now();
	check(stalls_again(stalls) && counter("bad_status") > bad,
	      "mapped: an invalid status is no beat");
	end();

	begin(SHORT_MS);
	stalls = counter("stalls");
	page()->nonce = VARTA_TERMINAL_NONCE;
	check(stalls_again(stalls), "mapped: the terminal nonce is no beat");
	end();

	begin(SHORT_MS);
	stalls = counter("stalls");
	page()->nonce = 1;
	check(stalls_again(stalls), "mapped: an old nonce is no beat");
	end();

	begin(SHORT_MS);
	stalls = counter("stalls");
	page()->nonce = VARTA_TERMINAL_NONCE - 1;
	check(stalls_again(stalls),
	      "mapped: a time to come counts as now, and once");
	check(!beat(0) && stores_again(1),
	      "mapped: after the greatest nonce, nonces begin anew");
	end();
}

static int run_self(const char *mode)
{
	execl("/proc/self/exe", "mapped_test", mode, NULL);
	return 1;
}

static int after_exec(void)
{
	long inserted = counter("inserted"), stalls = counter("stalls");

	begin(LONG_MS);
	return !stores(11) || counter("inserted") != inserted ||
	       counter("stalls") != stalls;
}

static void test_exec(void)
{
	long inserted = counter("inserted");
	pid_t child = fork_or_end();

	if (!child) {
		begin(LONG_MS);
		beat(3);
		_exit(run_self("after-exec"));
	}
	check(child_was_well(child) && counter("inserted") == inserted + 1,
	      "mapped: another program in the same process maps anew");
}

/* In the memory of a program that its process has left. Returns the kick. */
static int beat_on(void *arg)
{
	time_t until = time(NULL) + PATIENCE_S;
	struct varta_client__page *old = arg;

	while (!old->kick && !is_late(until)) {
		old->nonce = varta_client__now();
		sleep_ms(STEP_MS);
	}
	return (int)old->kick;
}

/* Starts a process with this memory, whose pid is written, and executes another program. */
static int leave_memory(int output)
{
	static _Alignas(16) char stack[65536];
	const int flags = CLONE_VM | CLONE_PARENT | SIGCHLD;
	pid_t child;

	/* Silence that is longer than the next threshold: all later beats are alike. */
	begin(LONG_MS);
	sleep_ms(2 * LEAVE_MS);
	varta_client_close(&c);
	begin(LEAVE_MS);
	beat_for(2 * LEAVE_MS, 0);
	child = clone(beat_on, stack + sizeof(stack), flags, page());
	must(child > 0, "clone");
	dprintf(output, "%d\n", (int)child);
	return run_self("silent");
}

static void test_shared_memory(void)
{
	long stalls = counter("stalls");
	int words[2], status = 0;
	pid_t agent, child = 0;
	FILE *output;

	must(!pipe(words), "pipe");
	agent = fork_or_end();
	if (!agent)
		_exit(leave_memory(words[1]));
	close(words[1]);
	output = fdopen(words[0], "r");
	must(output && fscanf(output, "%d", &child) == 1, "a process");
	must(waitpid(child, &status, 0) == child, "waitpid");
	check(WIFEXITED(status) && WEXITSTATUS(status) == 2,
	      "mapped: a program loses its page though its memory goes on beating");
	check(stalls_again(stalls), "mapped: and stalls");
	kill(agent, SIGKILL);
	waitpid(agent, NULL, 0);
	fclose(output);
}

static void test_reload(void)
{
	struct varta_client__page *old;
	time_t until = time(NULL) + PATIENCE_S;

	begin(SHORT_MS);
	old = page();
	must(!system("rmmod varta"), "rmmod");
	check(old->kick == 2, "mapped: the module can be unloaded");
	check(beat(0) == -ENODEV, "mapped: then a beat finds no module");
	must(!system("modprobe varta threshold_ms=60000 min_threshold_ms=10"),
	     "modprobe");
	while (beat(0) && !is_late(until))
		sleep_ms(STEP_MS);
	check(counter("inserted") == 1 && stores_again(12),
	      "mapped: another page after a reload");
	check(shows(".threshold_ms == 1000"),
	      "mapped: with the agent's own threshold");
	end();
}

/* Never fails; what counts is that nothing else does. */
static int scribble(int seconds)
{
	time_t until = time(NULL) + seconds;
	unsigned int seed = (unsigned int)getpid();
	size_t i;

	open_with_lanes(10, VARTA_LANES_MAX);
	while (!is_late(until)) {
		beat((uint32_t)rand_r(&seed));
		for (i = 0; page() && i < 1000; i++) {
			volatile uint64_t *words = (uint64_t *)page();
			uint64_t value = (uint64_t)rand_r(&seed) << 33 ^
					 (uint64_t)rand_r(&seed);

			switch (rand_r(&seed) % 4) {
			case 0:
				value = varta_client__now();
				break;
			case 1:
				value = 0;
				break;
			case 2:
				value >>= rand_r(&seed) % 64;
				break;
			}
			/* A beat or a lane; what is between is the client's. */
			if (rand_r(&seed) % 2)
				words[rand_r(&seed) % 3] = value;
			else
				words[4 + rand_r(&seed) % (127 * 4)] = value;
		}
		if (rand_r(&seed) % 4 == 0)
			varta_client_bye(&c);
		if (rand_r(&seed) % 8 == 0)
			sleep_ms(20);
	}
	return 0;
}

static int agent(uint32_t threshold_ms)
{
	struct pollfd input = { STDIN_FILENO, POLLIN, 0 };
	uint32_t bytes = 0;
	char buffer[64];
	ssize_t length;

	open_with(threshold_ms);
	for (;;) {
		if (beat(bytes))
			return 1;
		if (poll(&input, 1, 2 * STEP_MS) <= 0)
			continue;
		length = read(STDIN_FILENO, buffer, sizeof(buffer));
		if (length <= 0)
			return 0;
		bytes += (uint32_t)length;
	}
}

/* Sends all beats, as if it knew nothing of pages. */
_Noreturn static void beat_without_a_page(void)
{
	const struct varta_client_options options = {
		.threshold_ms = LONG_MS,
	};

	varta_client_open(&c, &options);
	for (;;) {
		beat(0);
		sleep_ms(2 * STEP_MS);
	}
}

_Noreturn static void leave_lane(uint32_t threshold_ms, const char *how)
{
	struct varta_client_lane lane;

	open_with_lanes(LONG_MS, 1);
	must(!varta_client_lane_open(&c, &lane, "left", threshold_ms), "a lane");
	must(!beat(0) && page(), "a page");
	varta_client_lane_beat(&lane);
	if (!strcmp(how, "exec"))
		execl("/proc/self/exe", "mapped_test", "without-a-page", NULL);
	varta_client_close(&c);
	beat_without_a_page();
}

int main(int argc, char **argv)
{
	if (argc > 1 && !strcmp(argv[1], "after-exec"))
		return after_exec();
	if (argc > 1 && !strcmp(argv[1], "silent"))
		for (;;)
			pause();
	if (argc > 2 && !strcmp(argv[1], "agent"))
		return agent((uint32_t)atoi(argv[2]));
	if (argc > 2 && !strcmp(argv[1], "scribble"))
		return scribble(atoi(argv[2]));
	if (argc > 1 && !strcmp(argv[1], "without-a-page"))
		beat_without_a_page();
	if (argc > 3 && !strcmp(argv[1], "leave-lane"))
		leave_lane((uint32_t)atoi(argv[2]), argv[3]);
	test_beats();
	test_stall();
	test_status();
	test_bye();
	test_fork();
	test_restore();
	test_core_dump();
	test_threads();
	test_memory();
	test_nonsense();
	test_exec();
	test_shared_memory();
	test_reload();
	return tap_end();
}

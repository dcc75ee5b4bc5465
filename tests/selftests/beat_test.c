// SPDX-License-Identifier: GPL-2.0-only
/*
 * Tests of beats against the real module: refusals, fork, exec, threads, no
 * free descriptors, a reloaded module. Built once with the library and once
 * with the header-only client. Prints TAP. Needs the module loaded and the
 * privilege to unload it.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <malloc.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "beater.h"
#define TEST_NAME	BEATER

#include "agent_test.h"
#include "counters.h"
#include "tap.h"

/* Only a failure takes this long. */
#define PATIENCE_S	60

static const struct beater_options plain = { .name = "beat_test" };
static const struct beater_options acknowledged = {
	.name = "beat_test",
	.acknowledge = true,
};

static const struct beater_options described = {
	.name = "beat_test",
	.threshold_ms = 3000,
};

static void open_or_end(struct beater *b, const struct beater_options *options)
{
	must(beater_open(b, options), "open");
}

static void test_counting(void)
{
	long inserted = counter("inserted"), refreshed = counter("refreshed");
	struct beater b;

	open_or_end(&b, &plain);
	check(!beater_beat(&b) &&
	      counter("inserted") == inserted + 1, BEATER ": the first beat");
	check(!beater_beat(&b) &&
	      counter("refreshed") == refreshed + 1, BEATER ": the second");
	check(beater_bye(&b), BEATER ": bye");
	check(!beater_bye(&b), BEATER ": a second bye is refused");
	check(!beater_beat(&b) &&
	      counter("inserted") == inserted + 2,
	      BEATER ": a beat after bye");
	beater_close(&b);
}

/* Allocated bytes of the process, which has no other thread meanwhile. */
static size_t allocated(void)
{
	struct mallinfo2 now = mallinfo2();

	return now.uordblks + now.hblkhd;
}

static void test_acknowledged(void)
{
	long refreshed = counter("refreshed");
	struct beater b;
	size_t before;
	int i, fine = 0;

	open_or_end(&b, &acknowledged);
	before = allocated();
	for (i = 0; i < 100; i++)
		fine += !beater_beat(&b);
	check(allocated() == before, BEATER ": beats allocate nothing");
	check(fine == 100 && counter("refreshed") == refreshed + 100,
	      BEATER ": a hundred acknowledged");
	beater_close(&b);
}

static void test_refusals(void)
{
	struct beater_options options = { .threshold_ms = 1 };
	struct beater b;

	open_or_end(&b, &options);
	check(beater_beat(&b) == -ERANGE && beater_refused(&b) &&
	      strstr(beater_text(&b), "bad-threshold"),
	      BEATER ": a refused threshold, with its reason");
	beater_close(&b);

	open_or_end(&b, &plain);
	beater_beat(&b);
	beater_close(&b);
	options = (struct beater_options){ .first_nonce = 7 };
	open_or_end(&b, &options);
	check(beater_beat(&b) == -ESTALE && beater_refused(&b),
	      BEATER ": an old nonce is refused");
	beater_close(&b);
}

static bool outcome_within(struct beater *b, int wanted);

/* Whether an agent of this process is shown with a name and a threshold. */
static bool is_described(uint32_t threshold_ms)
{
	char command[160];

	snprintf(command, sizeof(command),
		 "varta agents %d -j | jq -e '.[0].name == \"beat_test\" and "
		 ".[0].threshold_ms == %" PRIu32 "' >/dev/null",
		 getpid(), threshold_ms);
	return !system(command);
}

/* Beats until the agent has name and threshold again. */
static bool description_returns(struct beater *b)
{
	time_t end = time(NULL) + PATIENCE_S;

	do {
		if (time(NULL) > end || beater_beat(b))
			return false;
	} while (!is_described(3000));
	return true;
}

/* Refusals of beats that are not acknowledged. */
static void test_late_refusals(void)
{
	static const struct beater_options options = {
		.first_nonce = 7,
		.threshold_ms = 3000,
	};
	struct beater old, new;
	long refused;

	open_or_end(&old, &options);
	open_or_end(&new, &plain);
	beater_bye(&new);
	check(!beater_beat(&old) && !beater_beat(&old) && !beater_beat(&new),
	      BEATER ": beats of two handles, of which one has old nonces");
	refused = counter("out_of_order");
	check(!beater_beat(&old) && counter("out_of_order") == refused + 1,
	      BEATER ": the kernel refuses a beat that reads no answer");
	check(outcome_within(&old, -ESTALE) && beater_refused(&old),
	      BEATER ": a later beat returns the refusal");
	check(beater_beat(&old) == -ESTALE && beater_refused(&old),
	      BEATER ": and so does each after it");
	beater_close(&old);
	beater_close(&new);
}

/* An agent that its child removes from the tracker. */
static void test_lost_agent(void)
{
	char command[64];
	struct beater b;

	open_or_end(&b, &described);
	beater_bye(&b);
	check(!beater_beat(&b) && is_described(3000),
	      BEATER ": name and threshold");
	snprintf(command, sizeof(command), "rawbeat command 8 no-beat number "
		 "5=%d >/dev/null", getpid());
	check(!system(command) && description_returns(&b),
	      BEATER ": come back after the agent was removed");
	beater_close(&b);
}

static void test_two_at_once(void)
{
	struct beater one, other;
	int i, fine = 0;

	open_or_end(&one, &plain);
	open_or_end(&other, &acknowledged);
	for (i = 0; i < 50; i++) {
		fine += !beater_beat(&one);
		fine += !beater_beat(&other);
	}
	check(fine == 100, BEATER ": two handles in one process alternate");
	beater_close(&one);
	beater_close(&other);
}

static void test_fork(void)
{
	long inserted = counter("inserted");
	struct beater b;
	pid_t child;
	int i, fine = 0;

	open_or_end(&b, &acknowledged);
	beater_beat(&b);
	child = fork_or_end();
	if (!child) {
		for (i = 0; i < 20; i++)
			fine += !beater_beat(&b);
		beater_close(&b);
		_exit(fine == 20 ? 0 : 1);
	}
	for (i = 0; i < 20; i++)
		fine += !beater_beat(&b);
	check(fine == 20, BEATER ": the parent beats beside its child");
	check(child_was_well(child), BEATER ": the child beats beside its parent");
	check(counter("inserted") == inserted + 1,
	      BEATER ": the child is another agent");
	check(!beater_beat(&b),
	      BEATER ": the child closed no descriptor of its parent");
	beater_close(&b);
}

/* As a daemon does: its descriptors are then reused for other files. */
static bool beat_after_closing_all(struct beater *b, int number)
{
	int file, fine;

	closefrom(3);
	do
		file = open("/dev/null", O_RDONLY);
	while (file >= 0 && file < number);
	fine = !beater_beat(b);
	return fine && fcntl(number, F_GETFD) >= 0;
}

static void test_daemon(void)
{
	struct beater b;
	pid_t child;
	int number;

	open_or_end(&b, &acknowledged);
	beater_beat(&b);
	number = beater_fd(&b);
	child = fork_or_end();
	if (!child)
		_exit(beat_after_closing_all(&b, number) ? 0 : 1);
	check(child_was_well(child),
	      BEATER ": a child that closes all files keeps its new files");
	beater_close(&b);
}

static void test_grandchild(void)
{
	long inserted = counter("inserted");
	struct beater b;
	pid_t child;

	open_or_end(&b, &acknowledged);
	child = fork_or_end();
	if (!child) {
		child = fork_or_end();
		if (!child)
			_exit(beater_beat(&b) != 0);
		_exit(!child_was_well(child) ||
		      beater_beat(&b) != 0);
	}
	check(child_was_well(child) && counter("inserted") == inserted + 2,
	      BEATER ": a grandchild beats");
	beater_close(&b);
}

/* Started by exec, see main(). */
static int beat_once(void)
{
	struct beater b;
	int outcome;

	if (!beater_open(&b, &acknowledged))
		return 2;
	outcome = beater_beat(&b);
	beater_close(&b);
	return outcome;
}

static void test_exec(void)
{
	long inserted = counter("inserted");
	char program[PATH_MAX];
	struct beater b;
	ssize_t length;
	pid_t child;

	/* Not /proc/self/exe: under valgrind that is valgrind. */
	length = readlink("/proc/self/exe", program, sizeof(program) - 1);
	must(length > 0, "readlink");
	program[length] = '\0';
	child = fork_or_end();
	if (!child) {
		open_or_end(&b, &plain);
		beater_beat(&b);
		execl(program, "beat_test", "once", NULL);
		_exit(3);
	}
	check(child_was_well(child) && counter("inserted") == inserted + 1,
	      BEATER ": nonces continue after exec");
}

static void *beat_in_thread(void *arg)
{
	long *done = arg;
	struct beater b;
	int i;

	if (!beater_open(&b, &acknowledged))
		return NULL;
	for (i = 0; i < 200; i++) {
		int outcome = beater_beat(&b);

		/* The thread that read the clock first may send second. */
		if (!outcome || (outcome == -ESTALE && beater_refused(&b)))
			++*done;
	}
	beater_close(&b);
	return NULL;
}

static void test_threads(void)
{
	long refreshed = counter("refreshed"), late = counter("out_of_order");
	long done[4] = { 0 };
	pthread_t threads[4];
	struct beater b;
	int i;

	open_or_end(&b, &plain);
	beater_beat(&b);
	for (i = 0; i < 4; i++)
		must(!pthread_create(&threads[i], NULL, beat_in_thread,
				     &done[i]), "pthread_create");
	for (i = 0; i < 4; i++)
		pthread_join(threads[i], NULL);
	check(done[0] + done[1] + done[2] + done[3] == 800,
	      BEATER ": four threads, each with its own handle");
	check(counter("refreshed") + counter("out_of_order") ==
	      refreshed + late + 801, BEATER ": each beat was counted once");
	check(!beater_beat(&b),
	      BEATER ": the first handle beats after the threads");
	beater_close(&b);
}

static bool beat_without_files(struct beater *b)
{
	struct rlimit none = { 0, 0 }, before;
	bool failed;

	if (getrlimit(RLIMIT_NOFILE, &before))
		return false;
	none.rlim_max = before.rlim_max;
	if (setrlimit(RLIMIT_NOFILE, &none))
		return false;
	failed = beater_beat(b) == -EMFILE && !beater_refused(b) &&
		 beater_beat(b) == -EMFILE;
	return !setrlimit(RLIMIT_NOFILE, &before) && failed &&
	       !beater_beat(b);
}

static void test_no_sockets(void)
{
	struct beater b;
	pid_t child;

	open_or_end(&b, &acknowledged);
	child = fork_or_end();
	if (!child)
		_exit(beat_without_files(&b) ? 0 : 1);
	check(child_was_well(child),
	      BEATER ": beats recover after running out of descriptors");
	beater_close(&b);
}

static bool outcome_within(struct beater *b, int wanted)
{
	const struct timespec a_while = { 0, 20000000 };
	time_t end = time(NULL) + PATIENCE_S;

	while (beater_beat(b) != wanted) {
		if (time(NULL) > end)
			return false;
		nanosleep(&a_while, NULL);
	}
	return true;
}

static void test_reload(void)
{
	struct beater b, late;
	int i, absent = 0;
	size_t before;

	open_or_end(&b, &acknowledged);
	check(!beater_beat(&b), BEATER ": a beat before the reload");
	must(!system("rmmod varta"), "rmmod");
	before = allocated();
	for (i = 0; i < 1000; i++)
		absent += beater_beat(&b) == -ENODEV;
	check(absent == 1000 && !beater_refused(&b),
	      BEATER ": a thousand beats to an unloaded module");
	check(allocated() == before, BEATER ": beats to an unloaded module allocate nothing");
	check(access("/sys/module/varta", F_OK),
	      BEATER ": beats do not load the module");
	must(!system("modprobe varta threshold_ms=60000"), "modprobe");
	check(outcome_within(&b, 0),
	      BEATER ": beats work again after the reload");
	check(counter("inserted") == 1, BEATER ": the agent is inserted again");

	/* Reload while beating as fast as possible. */
	must(!system("for i in 1 2 3 4 5; do rmmod varta && "
		     "modprobe varta threshold_ms=60000 || exit 1; done"),
	     "reload");
	open_or_end(&late, &acknowledged);
	check(!beater_beat(&late),
	      BEATER ": a handle opened after the reload");
	check(outcome_within(&b, 0),
	      BEATER ": beats work after five reloads");
	beater_close(&b);
	beater_close(&late);

	/* Without acknowledgement, a beat finds the new module by itself. */
	open_or_end(&b, &described);
	check(!beater_beat(&b) && !beater_beat(&b),
	      BEATER ": beats before a reload that nothing tells of");
	must(!system("rmmod varta && modprobe varta threshold_ms=60000"),
	     "reload");
	check(description_returns(&b),
	      BEATER ": name and threshold come back after a reload");
	beater_close(&b);
}

/* A process that beats while the module is reloaded. */
static void test_reload_under_load(void)
{
	struct beater b;
	int pipes[2], outcome;
	char byte = 'x';
	pid_t child;

	must(!pipe(pipes), "pipe");
	child = fork_or_end();
	if (!child) {
		close(pipes[1]);
		open_or_end(&b, &plain);
		fcntl(pipes[0], F_SETFL, O_NONBLOCK);
		do
			outcome = beater_beat(&b);
		while ((!outcome || outcome == -ENODEV) &&
		       read(pipes[0], &byte, 1) < 0);
		if (outcome && outcome != -ENODEV)
			_exit(10);
		_exit(!outcome_within(&b, 0));
	}
	close(pipes[0]);
	must(!system("for i in 1 2 3 4 5 6 7 8 9 10; do rmmod varta && "
		     "modprobe varta threshold_ms=60000 || exit 1; done"),
	     "reload");
	must(write(pipes[1], &byte, 1) == 1, "write");
	close(pipes[1]);
	check(child_was_well(child), BEATER ": beats while the module reloads");
}

/* The only slot serves a child while this process is silent. */
static void test_evicted(void)
{
	static const struct beater_options options = {
		.name = "beat_test",
		.threshold_ms = 20,
	};
	const struct timespec a_while = { 0, 20000000 };
	time_t end = time(NULL) + PATIENCE_S;
	struct beater patient, b, other;
	int pipes[2];
	pid_t child;
	char byte = 0;

	must(!system("rmmod varta && modprobe varta capacity=1 "
		     "min_threshold_ms=10 threshold_ms=60000"), "reload");
	must(!pipe(pipes), "pipe");
	open_or_end(&patient, &plain);
	beater_beat(&patient);
	child = fork_or_end();
	if (!child) {
		open_or_end(&other, &acknowledged);
		if (!beater_beat(&other) || write(pipes[1], &byte, 1) != 1)
			_exit(10);
		while (beater_beat(&other) && time(NULL) < end)
			nanosleep(&a_while, NULL);
		_exit(time(NULL) >= end);
	}
	close(pipes[1]);
	must(read(pipes[0], &byte, 1) == 1, "a beat that is refused");
	close(pipes[0]);
	open_or_end(&b, &options);
	beater_beat(&b);
	beater_close(&patient);
	check(child_was_well(child) && counter("evictions") == 1,
	      BEATER ": a silent agent is evicted");
	while (counter("exits") < 1 && time(NULL) < end)
		nanosleep(&a_while, NULL);
	check(!beater_beat(&b) && is_described(20),
	      BEATER ": its next beat carries name and threshold");
	beater_close(&b);
	must(!system("rmmod varta && modprobe varta threshold_ms=60000"),
	     "reload");
}

#ifndef HEADER_ONLY

static void test_reasons(void)
{
	struct varta_options options = VARTA_OPTIONS_INIT;
	struct varta_beat beat = { .status = 9, .nonce = 1 };
	struct varta_agent agent;
	struct varta *v;

	options.acknowledge = true;
	must(!varta_open(&v, &options), "open");
	check(varta_beat_send(v, &beat) < 0 && varta_refused(v) &&
	      varta_reason(v) == VARTA_REASON_BAD_STATUS,
	      BEATER ": the reason of a refused beat");
	check(varta_agent_get(v, 0, (uint32_t)getpid(), &agent) == -ENOENT ||
	      varta_bye(v, 0) == 0, BEATER ": bye removes the agent");
	check(varta_bye(v, 0) == -ENOENT && varta_refused(v) &&
	      varta_reason(v) == VARTA_REASON_UNKNOWN_AGENT,
	      BEATER ": the reason of a refused request");
	check(varta_beat(v, VARTA_STATUS_OK, 0) == 0 && !varta_refused(v) &&
	      varta_reason(v) == VARTA_REASON_NONE && !varta_errmsg(v)[0],
	      BEATER ": no reason after a success");
	varta_close(v);
}

static atomic_int asked;

/* Reports not alive until the flag is set. */
static bool say_if_told(enum varta_status *status, uint32_t *payload, void *arg)
{
	const atomic_bool *told = arg;

	atomic_fetch_add(&asked, 1);
	*status = VARTA_STATUS_DEGRADED;
	*payload = 5;
	return atomic_load(told);
}

static bool counts_to(const char *name, long wanted)
{
	const struct timespec a_while = { 0, 20000000 };
	time_t end = time(NULL) + PATIENCE_S;

	while (counter(name) < wanted) {
		if (time(NULL) > end)
			return false;
		nanosleep(&a_while, NULL);
	}
	return true;
}

/* A child has none of its parent's threads, and creates its own. */
static bool thread_in_child(struct varta_thread *parents,
			    const struct varta_options *how)
{
	long inserted = counter("inserted");
	struct varta_thread *thread;
	bool beats;

	varta_thread_stop(parents);
	if (varta_thread_start(&thread, how, NULL, NULL))
		return false;
	beats = counts_to("inserted", inserted + 1);
	varta_thread_stop(thread);
	return beats;
}

static void test_thread(void)
{
	struct varta_options how = VARTA_OPTIONS_INIT;
	struct varta_thread *thread;
	atomic_bool told = false;
	long refreshed;
	pid_t child;
	int before;

	how.interval_ms = 10;
	refreshed = counter("refreshed");
	must(!varta_thread_start(&thread, &how, say_if_told, &told), "thread");
	while (atomic_load(&asked) < 5)
		usleep(1000);
	check(counter("refreshed") == refreshed,
	      BEATER ": a thread that is not alive does not beat");
	atomic_store(&told, true);
	check(counts_to("refreshed", refreshed + 5),
	      BEATER ": a thread that is alive beats");
	child = fork_or_end();
	if (!child)
		_exit(!thread_in_child(thread, &how));
	check(child_was_well(child), BEATER ": a child starts its own thread");
	refreshed = counter("refreshed");
	check(counts_to("refreshed", refreshed + 5),
	      BEATER ": the child did not stop its parent's thread");
	varta_thread_stop(thread);
	before = atomic_load(&asked);
	usleep(50000);
	check(atomic_load(&asked) == before, BEATER ": stopped");
}

/* A missing module is an error, except on an optional handle. */
static void test_not_loaded(void)
{
	struct varta_options options = VARTA_OPTIONS_INIT;
	struct varta_beat beat = { .nonce = 1 };
	struct varta *required, *optional, *none;

	must(!varta_open(&required, &options), "open");
	options.optional = true;
	must(!varta_open(&optional, &options), "open");
	must(!system("rmmod varta"), "rmmod");
	check(varta_beat(required, VARTA_STATUS_OK, 0) == -ENODEV &&
	      varta_errmsg(required)[0] && !varta_refused(required),
	      BEATER ": a beat needs the module");
	check(varta_beat(optional, VARTA_STATUS_OK, 0) == VARTA_NOT_LOADED &&
	      !varta_errmsg(optional)[0],
	      BEATER ": a beat on an optional handle does not");
	check(varta_beat_send(optional, &beat) == VARTA_NOT_LOADED &&
	      varta_dispatch(optional, VARTA_STATUS_OK, 0) >= 0,
	      BEATER ": later beats on an optional handle do not");
	check(varta_bye(optional, 0) == -ENODEV,
	      BEATER ": a request on an optional handle fails");
	options.optional = false;
	check(access("/sys/module/varta", F_OK) &&
	      varta_stats_get(optional, &(struct varta_stats){ 0 }) == 0,
	      BEATER ": a request that may load the module does");
	must(!varta_open(&none, NULL), "open");
	varta_close(none);
	varta_close(required);
	varta_close(optional);
	must(!system("rmmod varta && modprobe varta threshold_ms=60000"),
	     "reload");
}

/* Beats when due, not before. */
static void test_dispatch(void)
{
	struct varta_options how = VARTA_OPTIONS_INIT;
	long refreshed = counter("refreshed");
	struct varta *v;

	how.interval_ms = 3600000;
	must(!varta_open(&v, &how), "open");
	check(varta_timeout(v) == 0, BEATER ": the first beat is due");
	check(varta_dispatch(v, VARTA_STATUS_OK, 0) == 0 &&
	      varta_dispatch(v, VARTA_STATUS_OK, 0) == 0 &&
	      counter("refreshed") == refreshed + 1,
	      BEATER ": it is sent once");
	check(varta_timeout(v) > 3000000 && varta_timeout(v) <= 3600000,
	      BEATER ": the next one is due in an hour");
	varta_close(v);
}

#endif

int main(int argc, char **argv)
{
	if (argc > 1 && !strcmp(argv[1], "once"))
		return beat_once();
	test_counting();
	test_acknowledged();
	test_late_refusals();
	test_lost_agent();
	test_two_at_once();
	test_fork();
	test_daemon();
	test_grandchild();
	test_exec();
	test_threads();
	test_no_sockets();
#ifndef HEADER_ONLY
	test_dispatch();
	test_thread();
	test_not_loaded();
	test_reasons();
#endif
	test_reload();
	test_reload_under_load();
	test_evicted();
	/* Last, as no beat can follow its nonce. */
	test_refusals();
	return tap_end();
}

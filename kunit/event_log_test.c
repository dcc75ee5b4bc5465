// SPDX-License-Identifier: GPL-2.0-only
/* Tests of the log of events, module/event_log.c, with fake network namespaces. */
#include <kunit/test.h>
#include <linux/completion.h>
#include <linux/err.h>
#include <linux/jiffies.h>
#include <linux/kthread.h>
#include <linux/pid_namespace.h>
#include <linux/string.h>

#include "event_log.h"
#include "netns_ref.h"

enum {
	HOST,
	CONTAINER,
	OTHER_CONTAINER,
	NAMESPACES,
};

/* References that the log holds. */
struct varta_netns {
	int refs;
};

static struct varta_netns namespaces[NAMESPACES];

void varta_netns_get(struct varta_netns *netns)
{
	if (netns)
		netns->refs++;
}

void varta_netns_put(struct varta_netns *netns)
{
	if (netns)
		netns->refs--;
}

bool varta_netns_is_init(const struct varta_netns *netns)
{
	return netns == &namespaces[HOST];
}

struct seen {
	u64 seq[3 * VARTA_EVENT_LOG_SIZE];
	u32 pid[3 * VARTA_EVENT_LOG_SIZE];
	u32 count;
	/* Events to take before one is refused. */
	u32 room;
};

static bool note(void *context, const struct varta_event *event)
{
	struct seen *seen = context;

	if (seen->count == seen->room)
		return false;
	seen->seq[seen->count] = event->seq;
	seen->pid[seen->count++] = event->pid;
	return true;
}

/* An exit, as the worker adds it: on the host, then in the agent's namespace. */
static void add(struct kunit *test, int netns, u32 pid, u64 host_seq, u64 seq)
{
	struct varta_event *event = kunit_kzalloc(test, sizeof(*event),
						  GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, event);
	event->info.agent.id.netns = &namespaces[netns];
	event->pid = pid;
	event->seq = host_seq;
	varta_event_log_add(event, true);
	if (netns != HOST) {
		event->seq = seq;
		varta_event_log_add(event, false);
	}
	kunit_kfree(test, event);
}

static struct seen *read_log(struct kunit *test, int netns, u64 since)
{
	struct seen *seen = kunit_kzalloc(test, sizeof(*seen), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, seen);
	seen->room = ARRAY_SIZE(seen->seq);
	KUNIT_EXPECT_FALSE(test,
			   varta_event_log_read(&namespaces[netns], &since,
						note, seen));
	return seen;
}

static int event_log_test_init(struct kunit *test)
{
	memset(namespaces, 0, sizeof(namespaces));
	return varta_event_log_init();
}

static void event_log_test_exit(struct kunit *test)
{
	int i;

	varta_event_log_exit();
	for (i = 0; i < NAMESPACES; i++)
		KUNIT_EXPECT_EQ(test, namespaces[i].refs, 0);
}

/* The host's reader sees all events by number, a container's only its own. */
static void readers_see_their_events_in_order(struct kunit *test)
{
	struct seen *seen;
	u32 i;

	add(test, CONTAINER, 10, 1, 1);
	add(test, HOST, 11, 2, 0);
	add(test, OTHER_CONTAINER, 12, 4, 1);
	add(test, HOST, 13, 5, 0);
	add(test, CONTAINER, 14, 6, 3);

	seen = read_log(test, HOST, 0);
	KUNIT_ASSERT_EQ(test, seen->count, 5u);
	for (i = 0; i < 5; i++)
		KUNIT_EXPECT_EQ(test, seen->pid[i], 10 + i);
	seen = read_log(test, CONTAINER, 0);
	KUNIT_ASSERT_EQ(test, seen->count, 2u);
	KUNIT_EXPECT_EQ(test, seen->seq[0], 1ull);
	KUNIT_EXPECT_EQ(test, seen->pid[0], 10u);
	KUNIT_EXPECT_EQ(test, seen->seq[1], 3ull);
	KUNIT_EXPECT_EQ(test, seen->pid[1], 14u);
	KUNIT_EXPECT_EQ(test, read_log(test, HOST, 4)->count, 2u);
	KUNIT_EXPECT_EQ(test, read_log(test, CONTAINER, 3)->count, 0u);
}

/* A full message is continued with the event that did not fit. */
static void refused_event_comes_first(struct kunit *test)
{
	struct seen *seen = kunit_kzalloc(test, sizeof(*seen), GFP_KERNEL);
	u64 since = 0;

	KUNIT_ASSERT_NOT_NULL(test, seen);
	add(test, CONTAINER, 10, 1, 1);
	add(test, HOST, 11, 2, 0);
	add(test, CONTAINER, 12, 3, 2);
	seen->room = 1;
	KUNIT_EXPECT_TRUE(test, varta_event_log_read(&namespaces[HOST], &since,
						     note, seen));
	seen->room = 3;
	KUNIT_EXPECT_FALSE(test, varta_event_log_read(&namespaces[HOST], &since,
						      note, seen));
	KUNIT_ASSERT_EQ(test, seen->count, 3u);
	KUNIT_EXPECT_EQ(test, seen->pid[1], 11u);
	KUNIT_EXPECT_EQ(test, seen->pid[2], 12u);
}

/* However many exits containers cause, the host's stay. */
static void containers_do_not_drive_out_the_host(struct kunit *test)
{
	const u32 flood = 2 * VARTA_EVENT_LOG_SIZE;
	struct seen *seen;
	u32 i;

	add(test, HOST, 11, 1, 0);
	for (i = 0; i < flood; i++)
		add(test, CONTAINER, 100, 2 + i, 1 + i);
	add(test, HOST, 12, 2 + flood, 0);

	seen = read_log(test, HOST, 0);
	KUNIT_ASSERT_EQ(test, seen->count, VARTA_EVENT_LOG_SIZE + 2u);
	KUNIT_EXPECT_EQ(test, seen->pid[0], 11u);
	KUNIT_EXPECT_EQ(test, seen->pid[seen->count - 1], 12u);
	for (i = 1; i < seen->count; i++)
		KUNIT_EXPECT_LT(test, seen->seq[i - 1], seen->seq[i]);
	/* The last ones of the container. */
	KUNIT_EXPECT_EQ(test, seen->seq[1], flood - VARTA_EVENT_LOG_SIZE + 2ull);
	KUNIT_EXPECT_EQ(test, read_log(test, CONTAINER, 0)->count,
			(u32)VARTA_EVENT_LOG_SIZE);
}

static void add_conflict(struct kunit *test, u64 seq, enum varta_origin origin,
			 u64 ns_inode)
{
	struct varta_event *event = kunit_kzalloc(test, sizeof(*event),
						  GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, event);
	event->info.agent.id.netns = &namespaces[HOST];
	event->info.kind = VARTA_EVENT_KIND_CONFLICT;
	event->info.sender.origin = origin;
	event->info.sender.ns_inode = ns_inode;
	event->seq = seq;
	varta_event_log_add(event, true);
	kunit_kfree(test, event);
}

/* A container's beats for the pid of an agent of the host are the container's. */
static void conflicts_count_as_the_senders(struct kunit *test)
{
	struct seen *seen;
	u32 i;

	add(test, HOST, 11, 1, 0);
	add_conflict(test, 2, VARTA_ORIGIN_KERNEL_ATTESTED,
		     init_pid_ns.ns.inum);
	add_conflict(test, 3, VARTA_ORIGIN_NETWORK_UNVERIFIED, 5);
	for (i = 0; i < VARTA_EVENT_LOG_SIZE; i++)
		add_conflict(test, 4 + i, VARTA_ORIGIN_KERNEL_ATTESTED, 5);
	seen = read_log(test, HOST, 0);
	KUNIT_EXPECT_EQ(test, seen->count, VARTA_EVENT_LOG_SIZE + 3u);
	KUNIT_EXPECT_EQ(test, seen->pid[0], 11u);
}

struct slow_reader {
	struct kunit *test;
	struct completion added;
	bool waited, late;
};

static int add_one(void *context)
{
	struct slow_reader *reader = context;

	add(reader->test, HOST, 12, 2, 0);
	complete(&reader->added);
	return 0;
}

/* Adds an event from another thread, in the middle of a read. */
static bool add_meanwhile(void *context, const struct varta_event *event)
{
	struct slow_reader *reader = context;
	struct task_struct *task;

	if (reader->waited)
		return true;
	reader->waited = true;
	task = kthread_run(add_one, reader, "varta-test");
	KUNIT_ASSERT_FALSE(reader->test, IS_ERR(task));
	reader->late = !wait_for_completion_timeout(&reader->added, 10 * HZ);
	return true;
}

/* The worker does not wait for a reader that has low priority or is throttled. */
static void adding_does_not_wait_for_readers(struct kunit *test)
{
	struct slow_reader reader = { .test = test };
	u64 since = 0;

	init_completion(&reader.added);
	add(test, HOST, 11, 1, 0);
	varta_event_log_read(&namespaces[HOST], &since, add_meanwhile, &reader);
	KUNIT_ASSERT_TRUE(test, reader.waited);
	KUNIT_EXPECT_FALSE(test, reader.late);
	if (reader.late)
		wait_for_completion(&reader.added);
	KUNIT_EXPECT_EQ(test, read_log(test, HOST, 0)->count, 2u);
}

static struct kunit_case event_log_test_cases[] = {
	KUNIT_CASE(readers_see_their_events_in_order),
	KUNIT_CASE(refused_event_comes_first),
	KUNIT_CASE(containers_do_not_drive_out_the_host),
	KUNIT_CASE(conflicts_count_as_the_senders),
	KUNIT_CASE(adding_does_not_wait_for_readers),
	{}
};

static struct kunit_suite event_log_test_suite = {
	.name = "varta-event-log",
	.init = event_log_test_init,
	.exit = event_log_test_exit,
	.test_cases = event_log_test_cases,
};

kunit_test_suite(event_log_test_suite);

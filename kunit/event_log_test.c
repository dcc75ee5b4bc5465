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
static void add_of_user(struct kunit *test, u32 user, int netns, u32 pid,
			u64 host_seq, u64 seq)
{
	struct varta_event *event = kunit_kzalloc(test, sizeof(*event),
						  GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, event);
	event->info.agent.id.netns = &namespaces[netns];
	event->info.agent.id.flow_key = user;
	event->pid = pid;
	event->seq = host_seq;
	varta_event_log_add(event, true);
	if (netns != HOST) {
		event->seq = seq;
		varta_event_log_add(event, false);
	}
	kunit_kfree(test, event);
}

static void add(struct kunit *test, int netns, u32 pid, u64 host_seq, u64 seq)
{
	add_of_user(test, 0, netns, pid, host_seq, seq);
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

/* How many of the events that were seen have a pid. */
static u32 count_of(const struct seen *seen, u32 pid)
{
	u32 i, count = 0;

	for (i = 0; i < seen->count; i++)
		count += seen->pid[i] == pid;
	return count;
}

static void expect_ordered(struct kunit *test, const struct seen *seen)
{
	u32 i;

	for (i = 1; i < seen->count; i++)
		KUNIT_EXPECT_LT(test, seen->seq[i - 1], seen->seq[i]);
}

/* In these, the pid is the number of the user. */
static void users_do_not_drive_out_others(struct kunit *test)
{
	struct seen *seen;
	u64 seq = 0;
	u32 i;

	for (i = 0; i < 10; i++)
		add_of_user(test, 1, HOST, 1, ++seq, 0);
	for (i = 0; i < 4 * VARTA_EVENT_LOG_SIZE; i++)
		add_of_user(test, 2, HOST, 2, ++seq, 0);
	seen = read_log(test, HOST, 0);
	KUNIT_EXPECT_EQ(test, seen->count, (u32)VARTA_EVENT_LOG_SIZE);
	KUNIT_EXPECT_EQ(test, count_of(seen, 1), 10u);
	expect_ordered(test, seen);
	/* The last ones of the flood. */
	KUNIT_EXPECT_EQ(test, seen->seq[10], seq - VARTA_EVENT_LOG_SIZE + 11);
	KUNIT_EXPECT_EQ(test, seen->seq[seen->count - 1], seq);

	/* One who floods later gets a share as well. */
	for (i = 0; i < 4 * VARTA_EVENT_LOG_SIZE; i++)
		add_of_user(test, 3, HOST, 3, ++seq, 0);
	seen = read_log(test, HOST, 0);
	KUNIT_EXPECT_EQ(test, count_of(seen, 1), 10u);
	KUNIT_EXPECT_EQ(test, count_of(seen, 2), 507u);
	KUNIT_EXPECT_EQ(test, count_of(seen, 3), 507u);
	expect_ordered(test, seen);
	/* And so does the first. */
	for (i = 0; i < 500; i++)
		add_of_user(test, 1, HOST, 1, ++seq, 0);
	seen = read_log(test, HOST, 0);
	KUNIT_EXPECT_GE(test, count_of(seen, 1), 341u);
	KUNIT_EXPECT_GE(test, count_of(seen, 2), 341u);
	KUNIT_EXPECT_GE(test, count_of(seen, 3), 341u);
	expect_ordered(test, seen);
}

/* With more users than events, the oldest goes. */
static void log_has_room_for_the_last_users(struct kunit *test)
{
	struct seen *seen;
	u32 i;

	for (i = 1; i <= 2 * VARTA_EVENT_LOG_SIZE; i++)
		add_of_user(test, i, HOST, i, i, 0);
	seen = read_log(test, HOST, 0);
	KUNIT_ASSERT_EQ(test, seen->count, (u32)VARTA_EVENT_LOG_SIZE);
	for (i = 0; i < seen->count; i++)
		KUNIT_EXPECT_EQ(test, seen->pid[i],
				VARTA_EVENT_LOG_SIZE + 1 + i);
	/* One who takes two takes them from itself or from one who has two. */
	for (i = 1; i <= 100; i++)
		add_of_user(test, 7, HOST, 7, 2 * VARTA_EVENT_LOG_SIZE + i, 0);
	seen = read_log(test, HOST, 0);
	KUNIT_EXPECT_EQ(test, count_of(seen, 7), 1u);
}

/* Users in containers have shares in all logs that have their events. */
static void users_in_containers_do_not_drive_out_others(struct kunit *test)
{
	struct seen *seen;
	u64 seq = 0;
	u32 i;

	add_of_user(test, 1, CONTAINER, 1, ++seq, 1);
	for (i = 0; i < 2 * VARTA_EVENT_LOG_SIZE; i++)
		add_of_user(test, 2, OTHER_CONTAINER, 2, ++seq, 1 + i);
	KUNIT_EXPECT_EQ(test, read_log(test, CONTAINER, 0)->count, 1u);
	KUNIT_EXPECT_EQ(test, read_log(test, OTHER_CONTAINER, 0)->count,
			VARTA_EVENT_LOG_SIZE - 1u);
	seen = read_log(test, HOST, 0);
	KUNIT_EXPECT_EQ(test, count_of(seen, 1), 1u);
	expect_ordered(test, seen);
}

static void add_conflict(struct kunit *test, u64 seq, enum varta_origin origin,
			 u64 ns_inode)
{
	struct varta_event *event = kunit_kzalloc(test, sizeof(*event),
						  GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, event);
	event->info.agent.id.netns = &namespaces[HOST];
	event->info.kind = VARTA_EVENT_KIND_CONFLICT;
	event->info.sender.flow_key = 9;
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
		add_conflict(test, 4 + i, i % 2 ? VARTA_ORIGIN_KERNEL_ATTESTED :
			     VARTA_ORIGIN_OPERATOR_ATTESTED, 5);
	seen = read_log(test, HOST, 0);
	KUNIT_EXPECT_EQ(test, seen->count, VARTA_EVENT_LOG_SIZE + 3u);
	KUNIT_EXPECT_EQ(test, seen->pid[0], 11u);
}

/* Of who sends the beats, and not of the agent for whose pid they are. */
static void conflicts_do_not_drive_out_the_agents_exits(struct kunit *test)
{
	struct seen *seen;
	u32 i;

	for (i = 1; i <= 100; i++)
		add(test, HOST, 11, i, 0);
	for (; i <= 2 * VARTA_EVENT_LOG_SIZE; i++)
		add_conflict(test, i, VARTA_ORIGIN_NETWORK_UNVERIFIED, 5);
	seen = read_log(test, HOST, 0);
	KUNIT_EXPECT_EQ(test, count_of(seen, 11), 100u);
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
	KUNIT_CASE(users_do_not_drive_out_others),
	KUNIT_CASE(log_has_room_for_the_last_users),
	KUNIT_CASE(users_in_containers_do_not_drive_out_others),
	KUNIT_CASE(conflicts_count_as_the_senders),
	KUNIT_CASE(conflicts_do_not_drive_out_the_agents_exits),
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

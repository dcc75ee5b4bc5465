// SPDX-License-Identifier: GPL-2.0-only
/*
 * varta monitor --exec: which program may start when.
 */
#include "exec_queue.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tap.h"

static struct exec_queue *new_queue(uint64_t debounce, uint32_t running_max)
{
	struct exec_queue *queue = calloc(1, sizeof(*queue));

	queue->debounce = debounce;
	queue->running_max = running_max;
	return queue;
}

static void end_queue(struct exec_queue *queue)
{
	exec_queue_free(queue);
	free(queue);
}

/* Of an agent by its pid, and its user; @title tells jobs apart. */
static bool add_of(struct exec_queue *queue, uint32_t uid, uint32_t pid,
		   const char *title)
{
	struct exec_job job = {
		.agent = { .ns_pid = pid, .start_time = 1 },
		.uid = uid,
		.variables = calloc(1, sizeof(char *)),
		.title = strdup(title), .pidfd = -1, .child = -1,
	};

	return exec_queue_add(queue, &job);
}

static bool add(struct exec_queue *queue, uint32_t pid, const char *title)
{
	return add_of(queue, 0, pid, title);
}

/* Whether the next job is this one; "" for none. */
static bool starts(struct exec_queue *queue, uint64_t now, const char *title)
{
	const struct exec_job *job = exec_queue_next(queue, now);

	return !strcmp(job ? job->title : "", title);
}

static void end(struct exec_queue *queue, const char *title)
{
	size_t i;

	for (i = 0; i < queue->running_count; i++)
		if (!strcmp(queue->running[i].title, title)) {
			exec_queue_end(queue, i);
			return;
		}
}

static void test_one_at_a_time(void)
{
	struct exec_queue *queue = new_queue(0, 4);

	add(queue, 1, "a1");
	add(queue, 1, "a2");
	add(queue, 2, "b1");
	check(starts(queue, 10, "a1") && starts(queue, 10, "b1") &&
	      starts(queue, 10, ""), "exec: one at a time for an agent");
	check(exec_queue_due(queue) == UINT64_MAX,
	      "exec: what waits for another has no time");
	end(queue, "b1");
	check(starts(queue, 10, ""), "exec: the end of another's is not enough");
	end(queue, "a1");
	check(!exec_queue_due(queue) && starts(queue, 10, "a2"),
	      "exec: in the order of the events");
	end_queue(queue);
}

static void test_later_process(void)
{
	struct exec_queue *queue = new_queue(0, 4);
	struct varta_agent agent = { .ns_pid = 1, .start_time = 1 };
	struct exec_agent first = exec_agent_of(&agent), second;

	agent.start_time = 2;
	second = exec_agent_of(&agent);
	check(memcmp(&first, &second, sizeof(first)),
	      "exec: a later process with the pid is another agent");
	end_queue(queue);
}

static void test_limits(void)
{
	struct exec_queue *queue = new_queue(0, 2);
	uint32_t i, taken = 0;

	for (i = 1; i <= EXEC_WAITING_MAX + 3; i++)
		taken += add(queue, i, "job");
	check(taken == EXEC_WAITING_MAX && queue->overflow == 3,
	      "exec: what does not fit is counted");
	check(exec_queue_next(queue, 1) && exec_queue_next(queue, 1) &&
	      !exec_queue_next(queue, 1), "exec: not more than may run");
	check(exec_queue_due(queue) == UINT64_MAX,
	      "exec: no time while the most run");
	exec_queue_end(queue, 0);
	check(exec_queue_next(queue, 1) && queue->running_count == 2,
	      "exec: the next one when one has ended");
	end_queue(queue);
}

static void test_users(void)
{
	struct exec_queue *queue = new_queue(0, 1);
	uint32_t i, kept = 0;

	for (i = 1; i <= EXEC_WAITING_MAX; i++)
		add_of(queue, 1000, i, i == EXEC_WAITING_MAX ? "last" : "user");
	check(starts(queue, 1, "user"), "exec: a user alone waits for nobody");
	end(queue, "user");
	check(add_of(queue, 1000, 1, "user") && add_of(queue, 0, 1, "root") &&
	      queue->overflow == 1 && add_of(queue, 1001, 1, "other") &&
	      queue->overflow == 2,
	      "exec: who has most in a full queue loses a program");
	for (i = 0; i < queue->waiting_count; i++)
		kept += !strcmp(queue->waiting[i].title, "last");
	check(!kept, "exec: which is the newest");
	check(!add_of(queue, 1000, 2, "user") && queue->overflow == 3,
	      "exec: the user who has most takes no place of others");
	check(starts(queue, 2, "user"), "exec: the first one of each, by time");
	end(queue, "user");
	check(starts(queue, 3, "root"), "exec: then that of root");
	end(queue, "root");
	check(starts(queue, 4, "other"), "exec: and of another user");
	end(queue, "other");
	add_of(queue, 0, 1, "root");
	check(starts(queue, 5, "user"), "exec: a new one has no precedence");
	end(queue, "user");
	check(starts(queue, 6, "root"), "exec: users take turns");
	end_queue(queue);
}

static void test_debounce(void)
{
	struct exec_queue *queue = new_queue(100, 4);

	add(queue, 1, "stall");
	check(starts(queue, 1000, "stall"), "exec: the first one at once");
	end(queue, "stall");
	add(queue, 1, "recover");
	add(queue, 2, "other");
	check(starts(queue, 1001, "other") && starts(queue, 1001, "") &&
	      exec_queue_due(queue) == 1100, "exec: the second one later");
	add(queue, 1, "stall again");
	check(starts(queue, 1099, ""), "exec: not before its time");
	check(starts(queue, 1100, "stall again") &&
	      queue->running[queue->running_count - 1].replaced == 1 &&
	      !queue->waiting_count, "exec: the newest event replaces others");
	end_queue(queue);
}

static void test_recent(void)
{
	struct exec_queue *queue = new_queue(1000000, 1);
	uint32_t i;

	for (i = 1; i <= EXEC_RECENT_MAX + 1; i++) {
		add(queue, i, "job");
		exec_queue_next(queue, i);
		exec_queue_end(queue, 0);
	}
	check(queue->recent_count == EXEC_RECENT_MAX,
	      "exec: bounded memory of what was run");
	add(queue, EXEC_RECENT_MAX + 1, "last");
	check(starts(queue, EXEC_RECENT_MAX + 2, ""),
	      "exec: the last ones are remembered");
	end_queue(queue);
}

static void test_descriptors(void)
{
	struct exec_queue *queue = new_queue(1, 1);
	struct exec_job job = {
		.agent = { .ns_pid = 1, .start_time = 1 },
		.pidfd = open("/dev/null", O_RDONLY),
		.child = -1,
	};
	int fd = job.pidfd;

	exec_queue_add(queue, &job);
	add(queue, 1, "newer");
	check(fcntl(fd, F_GETFD) < 0 && starts(queue, 1, "") == false,
	      "exec: the process of a replaced event is closed");
	end_queue(queue);
}

TEST_GROUP(exec_queue)
{
	test_one_at_a_time();
	test_later_process();
	test_limits();
	test_users();
	test_debounce();
	test_recent();
	test_descriptors();
}

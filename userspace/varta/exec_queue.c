// SPDX-License-Identifier: GPL-2.0-only
/*
 * Which program may start when. See exec_queue.h.
 */
#include "exec_queue.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "event_json.h"

struct exec_agent exec_agent_of(const struct varta_agent *agent)
{
	if (!agent)
		return (struct exec_agent){ 0 };
	return (struct exec_agent){
		.ns_inode = agent->ns_inode,
		.start_time = agent->start_time,
		.ns_pid = agent->ns_pid,
		.source = agent->source,
	};
}

static bool is_same(const struct exec_agent *a, const struct exec_agent *b)
{
	return a->ns_inode == b->ns_inode && a->start_time == b->start_time &&
	       a->ns_pid == b->ns_pid && a->source == b->source;
}

void exec_job_free(struct exec_job *job)
{
	json_variables_free(job->variables);
	free(job->title);
	if (job->pidfd >= 0)
		close(job->pidfd);
	if (job->child >= 0)
		close(job->child);
}

/* The newest event of an agent tells what is true now. */
static bool replace(struct exec_queue *queue, struct exec_job *job)
{
	struct exec_job *old;
	size_t i;

	for (i = 0; queue->debounce && i < queue->waiting_count; i++) {
		old = &queue->waiting[i];
		if (!is_same(&old->agent, &job->agent))
			continue;
		job->replaced = old->replaced + 1;
		job->turn = old->turn;
		exec_job_free(old);
		*old = *job;
		return true;
	}
	return false;
}

static size_t count_of_user(const struct exec_queue *queue, uint32_t uid)
{
	size_t i, count = 0;

	for (i = 0; i < queue->waiting_count; i++)
		count += queue->waiting[i].uid == uid;
	return count;
}

static void remove_waiting(struct exec_queue *queue, size_t index)
{
	queue->waiting_count--;
	memmove(&queue->waiting[index], &queue->waiting[index + 1],
		(queue->waiting_count - index) * sizeof(queue->waiting[0]));
}

/* The newest job of the user with most. False if no user has more than @uid. */
static bool make_room(struct exec_queue *queue, uint32_t uid)
{
	size_t i, count, most = count_of_user(queue, uid), victim = SIZE_MAX;

	for (i = queue->waiting_count; i-- > 0;) {
		count = count_of_user(queue, queue->waiting[i].uid);
		if (count > most) {
			most = count;
			victim = i;
		}
	}
	if (victim == SIZE_MAX)
		return false;
	exec_job_free(&queue->waiting[victim]);
	remove_waiting(queue, victim);
	return true;
}

/* One turn for each job, so that nobody waits for all jobs of another user. */
static uint64_t next_turn(const struct exec_queue *queue, uint32_t uid)
{
	uint64_t turn = queue->turn;
	size_t i;

	for (i = 0; i < queue->waiting_count; i++)
		if (queue->waiting[i].uid == uid &&
		    queue->waiting[i].turn >= turn)
			turn = queue->waiting[i].turn + 1;
	return turn;
}

bool exec_queue_add(struct exec_queue *queue, struct exec_job *job)
{
	if (replace(queue, job))
		return true;
	if (queue->waiting_count == EXEC_WAITING_MAX) {
		queue->overflow++;
		if (!make_room(queue, job->uid)) {
			exec_job_free(job);
			return false;
		}
	}
	job->turn = next_turn(queue, job->uid);
	queue->waiting[queue->waiting_count++] = *job;
	return true;
}

static bool is_running(const struct exec_queue *queue,
		       const struct exec_agent *agent)
{
	size_t i;

	for (i = 0; i < queue->running_count; i++)
		if (is_same(&queue->running[i].agent, agent))
			return true;
	return false;
}

/* When the debounce of an agent ends; 0 if it has none. */
static uint64_t quiet_until(const struct exec_queue *queue,
			    const struct exec_agent *agent)
{
	size_t i;

	for (i = 0; i < queue->recent_count; i++)
		if (is_same(&queue->recent[i].agent, agent))
			return queue->recent[i].time + queue->debounce;
	return 0;
}

static void forget(struct exec_queue *queue, size_t index)
{
	queue->recent_count--;
	memmove(&queue->recent[index], &queue->recent[index + 1],
		(queue->recent_count - index) * sizeof(queue->recent[0]));
}

/* Sorted by time. Those whose debounce has passed are the first. */
static void note_start(struct exec_queue *queue, const struct exec_agent *agent,
		       uint64_t now)
{
	size_t i;

	if (!queue->debounce)
		return;
	for (i = 0; i < queue->recent_count; i++)
		if (is_same(&queue->recent[i].agent, agent))
			break;
	if (i < queue->recent_count)
		forget(queue, i);
	while (queue->recent_count &&
	       queue->recent[0].time + queue->debounce <= now)
		forget(queue, 0);
	if (queue->recent_count == EXEC_RECENT_MAX)
		forget(queue, 0);
	queue->recent[queue->recent_count++] = (struct exec_recent){
		.agent = *agent, .time = now,
	};
}

/* An earlier job of the same agent comes first. */
static bool is_first(const struct exec_queue *queue, size_t index)
{
	size_t i;

	for (i = 0; i < index; i++)
		if (is_same(&queue->waiting[i].agent,
			    &queue->waiting[index].agent))
			return false;
	return true;
}

static struct exec_job *start(struct exec_queue *queue, size_t index,
			      uint64_t now)
{
	struct exec_job *job = &queue->running[queue->running_count++];

	*job = queue->waiting[index];
	job->started = now;
	remove_waiting(queue, index);
	if (queue->turn <= job->turn)
		queue->turn = job->turn + 1;
	note_start(queue, &job->agent, now);
	return job;
}

struct exec_job *exec_queue_next(struct exec_queue *queue, uint64_t now)
{
	const struct exec_job *waiting = queue->waiting;
	size_t i, next = SIZE_MAX;

	if (queue->running_count >= queue->running_max)
		return NULL;
	for (i = 0; i < queue->waiting_count; i++) {
		if (next != SIZE_MAX && waiting[i].turn >= waiting[next].turn)
			continue;
		if (is_first(queue, i) && !is_running(queue, &waiting[i].agent) &&
		    quiet_until(queue, &waiting[i].agent) <= now)
			next = i;
	}
	return next == SIZE_MAX ? NULL : start(queue, next, now);
}

void exec_queue_end(struct exec_queue *queue, size_t index)
{
	exec_job_free(&queue->running[index]);
	queue->running[index] = queue->running[--queue->running_count];
}

uint64_t exec_queue_due(const struct exec_queue *queue)
{
	uint64_t due = UINT64_MAX, time;
	size_t i;

	if (queue->running_count >= queue->running_max)
		return due;
	for (i = 0; i < queue->waiting_count; i++) {
		if (is_running(queue, &queue->waiting[i].agent))
			continue;
		time = quiet_until(queue, &queue->waiting[i].agent);
		if (time < due)
			due = time;
	}
	return due;
}

void exec_queue_free(struct exec_queue *queue)
{
	size_t i;

	for (i = 0; i < queue->waiting_count; i++)
		exec_job_free(&queue->waiting[i]);
	for (i = 0; i < queue->running_count; i++)
		exec_job_free(&queue->running[i]);
	queue->waiting_count = 0;
	queue->running_count = 0;
}

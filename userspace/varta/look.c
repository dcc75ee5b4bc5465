// SPDX-License-Identifier: GPL-2.0-only
/*
 * A look at a process. See look.h.
 */
#include "look.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "cgroup.h"
#include "procfs.h"

/* Holds any of the files of a thread, but for very long lists of groups. */
#define FILE_SIZE	16384

/**
 * struct looker - Looks at processes.
 * @procfs: The directory /proc.
 * @has_own_pids: @procfs has the pids of the caller's pid namespace.
 * @owners: Reads owners.
 * @own: Cgroups of this process.
 * @text: A file.
 */
struct looker {
	int procfs;
	bool has_own_pids;
	struct owner_reader *owners;
	char own[CGROUP_TEXT_SIZE];
	char text[CGROUP_TEXT_SIZE > FILE_SIZE ? CGROUP_TEXT_SIZE : FILE_SIZE];
};

/* A thread that may be looked at: the lowest classes are. */
struct candidate {
	uint32_t tid;
	unsigned int class;
};

void looker_close(struct looker *looker)
{
	if (!looker)
		return;
	if (looker->procfs >= 0)
		close(looker->procfs);
	owner_reader_close(looker->owners);
	free(looker);
}

int looker_procfs(const struct looker *looker)
{
	return looker->procfs;
}

/* Reads a file of a thread into looker->text. */
__attribute__((format(printf, 3, 4)))
static int read_file(struct looker *looker, int directory, const char *format,
		     ...)
{
	char path[64];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(path, sizeof(path), format, arguments);
	va_end(arguments);
	return read_text_at(directory, path, looker->text, FILE_SIZE);
}

/* The number in the line that begins with @key; 0 without one. */
static uint32_t status_number(const char *text, const char *key)
{
	const char *value = status_line(text, key);

	return value ? (uint32_t)strtoul(value, NULL, 10) : 0;
}

/* ---- Finding the process. */

static int open_pidfd(uint32_t pid)
{
	return (int)syscall(SYS_pidfd_open, (pid_t)pid, 0);
}

static bool has_ended(int pidfd)
{
	struct pollfd ended = { .fd = pidfd, .events = POLLIN };

	return pidfd >= 0 && poll(&ended, 1, 0) == 1;
}

/* The number that the process has in /proc, which may be of an outer namespace. */
static int number_in_procfs(struct looker *looker, int pidfd, uint32_t pid,
			    uint32_t *number)
{
	const char *line;

	*number = pid;
	if (pidfd < 0)
		return 0;
	if (read_file(looker, looker->procfs, "self/fdinfo/%d", pidfd) < 0)
		return 0;
	line = strstr(looker->text, "\nPid:");
	if (!line)
		return 0;
	if (strtol(line + strlen("\nPid:"), NULL, 10) <= 0)
		return has_ended(pidfd) ? -ESRCH : -EXDEV;
	*number = status_number(looker->text, "Pid:");
	return 0;
}

static bool has_own_pids(struct looker *looker)
{
	uint32_t own = (uint32_t)getpid(), number = 0;
	int pidfd = open_pidfd(own);
	bool same = !number_in_procfs(looker, pidfd, own, &number) &&
		    number == own;

	if (pidfd >= 0)
		close(pidfd);
	return same;
}

int looker_open(struct looker **opened)
{
	struct looker *looker = calloc(1, sizeof(*looker));
	int error;

	*opened = NULL;
	if (!looker)
		return -ENOMEM;
	looker->procfs = procfs_open();
	looker->owners = owner_reader_open();
	if (looker->procfs < 0 || !looker->owners) {
		error = looker->procfs < 0 ? looker->procfs : -ENOMEM;
		looker_close(looker);
		return error;
	}
	looker->has_own_pids = has_own_pids(looker);
	if (read_text_at(looker->procfs, "self/cgroup", looker->own,
			 sizeof(looker->own)) < 0)
		looker->own[0] = '\0';
	*opened = looker;
	return 0;
}

uint32_t looker_process_of(struct looker *looker, uint32_t pid)
{
	uint32_t process;

	if (!looker->has_own_pids ||
	    read_file(looker, looker->procfs, "%" PRIu32 "/status", pid) < 0)
		return pid;
	process = status_number(looker->text, "Tgid:");
	return process ? process : pid;
}

static int open_process(struct looker *looker, struct look *look)
{
	int error;

	look->pidfd = open_pidfd(look->pid);
	if (look->pidfd < 0 && errno == ESRCH)
		return -ESRCH;
	error = number_in_procfs(looker, look->pidfd, look->pid,
				 &look->number);
	if (error)
		return error;
	look->process = procfs_open_process(looker->procfs, look->number);
	if (look->process < 0)
		return look->process == -ENOENT ? -ESRCH : look->process;
	/* Otherwise the directory may be that of a later process. A zombie is one. */
	if (has_ended(look->pidfd) &&
	    read_file(looker, look->process, "stat") < 0)
		return -ESRCH;
	if (look->is_agent && look->agent.start_time &&
	    !owner_is_process_of(looker->owners, look->process, &look->agent))
		return -ESRCH;
	return 0;
}

/* ---- Choosing threads. */

/* What the kernel says is in the caller's pid namespace. */
static bool is_beating_thread(const struct look *look, uint32_t tid)
{
	return look->is_agent && look->number == look->pid &&
	       tid == look->agent.tid;
}

/*
 * The one that explains what is wrong: while the agent beats, that of a lane which
 * is overdue.
 */
static uint32_t explaining_tid(const struct look *look)
{
	return look_has_lane(look) ? look->agent.lane_tid : look->agent.tid;
}

static bool is_explaining_thread(const struct look *look, uint32_t tid)
{
	return look->is_agent && look->number == look->pid &&
	       tid == explaining_tid(look);
}

static unsigned int class_of(const struct look *look, uint32_t tid, char state)
{
	if (is_explaining_thread(look, tid))
		return 0;
	if (is_beating_thread(look, tid) || tid == look->number)
		return 1;
	switch (state) {
	case 'D':
		return 2;
	case 'R':
		return 3;
	case 'T':
	case 't':
		return 4;
	case 'Z':
	case 'X':
	case 'x':
		return 6;
	default:
		return 5;
	}
}

/* The order of the threads is kept within a class. */
static int compare_candidates(const void *left, const void *right)
{
	const struct candidate *a = left, *b = right;

	if (a->class != b->class)
		return a->class < b->class ? -1 : 1;
	return a->tid < b->tid ? -1 : a->tid > b->tid;
}

static void add_candidate(struct looker *looker, struct look *look,
			  struct candidate *candidates, size_t *count,
			  uint32_t tid)
{
	struct task_sample task = { 0 };
	bool wanted = tid == look->number || is_beating_thread(look, tid) ||
		      is_explaining_thread(look, tid);
	int length;

	/* The last place is for one of those. */
	if (*count == LOOK_LIST_MAX || (*count > LOOK_LIST_MAX - 4 && !wanted))
		return;
	length = read_file(looker, look->process, "task/%" PRIu32 "/stat", tid);
	if (length > 0)
		task_parse_stat(&task, looker->text, (size_t)length);
	candidates[*count].tid = tid;
	candidates[(*count)++].class = class_of(look, tid, task.state);
}

/* Returns the number of candidates, or a negative errno. */
static ssize_t list_threads(struct looker *looker, struct look *look,
			    struct candidate *candidates)
{
	int fd = openat(look->process, "task", O_RDONLY | O_DIRECTORY |
			O_CLOEXEC);
	DIR *directory = fd < 0 ? NULL : fdopendir(fd);
	const struct dirent *entry;
	size_t count = 0;

	if (!directory) {
		if (fd >= 0)
			close(fd);
		return -ESRCH;
	}
	while ((entry = readdir(directory))) {
		if (!isdigit((unsigned char)entry->d_name[0]))
			continue;
		look->threads++;
		add_candidate(looker, look, candidates, &count,
			      (uint32_t)strtoul(entry->d_name, NULL, 10));
	}
	closedir(directory);
	return (ssize_t)count;
}

static int choose_threads(struct looker *looker, struct look *look)
{
	struct candidate *candidates = calloc(LOOK_LIST_MAX,
					      sizeof(*candidates));
	ssize_t count;
	size_t i;

	if (!candidates)
		return -ENOMEM;
	count = list_threads(looker, look, candidates);
	if (count > 0) {
		qsort(candidates, (size_t)count, sizeof(*candidates),
		      compare_candidates);
		look->count = (size_t)count < LOOK_THREADS_MAX ?
			      (size_t)count : LOOK_THREADS_MAX;
		look->tasks = calloc(look->count, sizeof(*look->tasks));
	}
	for (i = 0; look->tasks && i < look->count; i++)
		look->tasks[i].tid = candidates[i].tid;
	free(candidates);
	if (count <= 0)
		return count ? (int)count : -ESRCH;
	return look->tasks ? 0 : -ENOMEM;
}

/* ---- Samples. */

/* Reads a part of a thread; the first error of a part is kept. */
static bool read_part(struct looker *looker, struct look *look, uint32_t tid,
		      const char *name, enum look_part part)
{
	int length = read_file(looker, look->process, "task/%" PRIu32 "/%s",
			       tid, name);

	/* A thread may end meanwhile. */
	if (length < 0 && length != -ESRCH && !look->unreadable[part])
		look->unreadable[part] = length;
	return length >= 0;
}

static void read_task(struct looker *looker, struct look *look, uint32_t tid,
		      struct task_sample *task)
{
	int length = read_file(looker, look->process, "task/%" PRIu32 "/stat",
			       tid);

	if (length <= 0 ||
	    !task_parse_stat(task, looker->text, (size_t)length))
		return;
	task->time = varta_monotonic_now();
	if (read_file(looker, look->process, "task/%" PRIu32 "/status", tid) > 0)
		task_parse_status(task, looker->text);
	if (read_part(looker, look, tid, "schedstat", LOOK_SCHEDSTAT))
		task_parse_schedstat(task, looker->text);
	if (read_part(looker, look, tid, "wchan", LOOK_WAIT))
		task_parse_wchan(task, looker->text);
	if (read_part(looker, look, tid, "syscall", LOOK_CALL))
		task_parse_syscall(task, looker->text);
	length = read_file(looker, look->process, "auxv");
	if (length > 0)
		task_parse_auxv(task, looker->text, (size_t)length);
	if (read_part(looker, look, tid, "stack", LOOK_STACK))
		task_parse_stack(task, looker->text);
	if (read_part(looker, look, tid, "io", LOOK_IO))
		task_parse_io(task, looker->text);
	/* Of a thread that sleeps, nothing else hides the function. */
	if ((task->state == 'S' || task->state == 'D') && !task->has_wait &&
	    !look->unreadable[LOOK_WAIT])
		look->unreadable[LOOK_WAIT] = -EACCES;
}

static void read_cgroup(struct looker *looker, struct look *look,
			struct cgroup_sample *sample)
{
	struct cgroup_paths paths;
	char below[PATH_MAX];
	int mount, frozen;

	*sample = (struct cgroup_sample){ 0 };
	if (read_file(looker, look->process, "cgroup") < 0)
		return;
	frozen = cgroup_is_frozen(looker->procfs, looker->text, looker->own);
	look->frozen = frozen > 0;
	cgroup_paths_parse(&paths, looker->text);
	if (!paths.unified[0])
		return;
	memcpy(look->cgroup, paths.unified, sizeof(look->cgroup));
	mount = cgroup_open(looker->procfs, paths.unified, below);
	if (mount < 0)
		return;
	cgroup_sample_read(sample, mount, below);
	close(mount);
}

static void read_samples(struct looker *looker, struct look *look, bool second)
{
	size_t i;

	read_cgroup(looker, look, second ? &look->cgroup_after :
					   &look->cgroup_before);
	for (i = 0; i < look->count; i++)
		read_task(looker, look, look->tasks[i].tid,
			  second ? &look->tasks[i].after :
				   &look->tasks[i].before);
}

/* A supervisor, as varta run, or varta beat beats for a process. */
static void find_sender(struct looker *looker, struct look *look)
{
	uint32_t tid = look->agent.tid;

	if (!look->is_agent || !tid || look->number != look->pid ||
	    look->process < 0 ||
	    read_file(looker, look->process, "task/%" PRIu32 "/stat", tid) > 0)
		return;
	/* The kernel knows whether a thread that has ended was one of the process. */
	if (look->agent.stalled &&
	    look->agent.reason_now == VARTA_STALL_REASON_THREAD_GONE)
		return;
	look->sent_by_other = true;
	if (read_file(looker, looker->procfs, "%" PRIu32 "/status", tid) > 0)
		look->sender = status_number(looker->text, "Tgid:");
}

static int begin(struct looker *looker, struct look *look)
{
	int error = open_process(looker, look);

	if (!error)
		error = choose_threads(looker, look);
	if (error)
		return error;
	look->owner = owner_read_process(looker->owners, look->process);
	if (!look->owner)
		return -ENOMEM;
	find_sender(looker, look);
	read_samples(looker, look, false);
	if (look->pidfd < 0 || !has_ended(look->pidfd))
		return 0;
	/* A zombie keeps its files. */
	return read_file(looker, look->process, "stat") > 0 ? 0 : -ESRCH;
}

/* What the kernel says of an agent whose process is not here is all there is. */
static int begin_without_process(struct looker *looker, struct look *look)
{
	look->owner = owner_read(looker->owners, &look->agent);
	return look->owner ? 0 : -ENOMEM;
}

int look_begin(struct looker *looker, uint32_t pid,
	       const struct varta_agent *agent, struct look **begun)
{
	struct look *look = calloc(1, sizeof(*look));
	int error;

	*begun = NULL;
	if (!look)
		return -ENOMEM;
	look->pid = pid;
	look->pidfd = -1;
	look->process = -1;
	look->chosen = -1;
	if (agent) {
		look->is_agent = true;
		look->agent = *agent;
	}
	error = pid ? begin(looker, look) : -ESRCH;
	if (error == -ESRCH && agent) {
		look->count = 0;
		free(look->owner);
		error = begin_without_process(looker, look);
	}
	if (error) {
		look_free(look);
		return error;
	}
	*begun = look;
	return 0;
}

/* ---- The judgement. */

/* Index of a thread that was looked at, or -1. */
static ssize_t find_task(const struct look *look, uint32_t tid)
{
	size_t i;

	for (i = 0; i < look->count; i++)
		if (look->tasks[i].tid == tid)
			return (ssize_t)i;
	return -1;
}

/* The thread whose reason is the best one; the first of those. */
static ssize_t best_task(const struct look *look)
{
	ssize_t best = -1;
	size_t i;

	for (i = 0; i < look->count; i++)
		if (best < 0 || stall_reason_rank(look->tasks[i].reason) <
				stall_reason_rank(look->tasks[best].reason))
			best = (ssize_t)i;
	return best;
}

void look_judge(struct look *look, bool is_gone)
{
	struct task_look *task;
	size_t i;

	for (i = 0; i < look->count; i++) {
		task = &look->tasks[i];
		task->change = task_change(&task->before, &task->after);
		task->reason = task_reason(&task->before, &task->after,
					   look->frozen);
	}
	look->chosen = -1;
	look->reason = STALL_GONE;
	if (is_gone)
		return;
	if (look->is_agent && explaining_tid(look) &&
	    (!look->sent_by_other || look_has_lane(look)) &&
	    look->number == look->pid) {
		look->chosen = find_task(look, explaining_tid(look));
		/* It is looked at if it is there at all. */
		look->reason = look->chosen < 0 ? STALL_THREAD_GONE :
			       look->tasks[look->chosen].reason;
		/* A thread that has ended, while others have not. */
		if (look->reason != STALL_EXITING)
			return;
	}
	i = (size_t)best_task(look);
	if (look->chosen >= 0 && look->tasks[i].reason != STALL_EXITING &&
	    look->tasks[i].reason != STALL_THREAD_GONE &&
	    look->tasks[i].reason != STALL_UNKNOWN) {
		look->reason = STALL_THREAD_GONE;
		return;
	}
	look->chosen = (ssize_t)i;
	look->reason = look->chosen < 0 ? STALL_UNKNOWN :
					  look->tasks[look->chosen].reason;
}

static bool is_still(const struct task_look *task)
{
	return task->change.interval && !task->change.voluntary &&
	       !task->change.involuntary && !task->change.run;
}

/* Whether a thread has not run either since the end of the look before. */
static bool was_still(const struct task_look *task,
		      const struct task_look *before)
{
	struct task_change change = task_change(&before->after, &task->before);

	return change.interval && !change.voluntary && !change.involuntary &&
	       !change.run && before->still_since;
}

static void note_still_threads(struct look *look, const struct look *previous)
{
	struct task_look *task;
	ssize_t before;
	size_t i;

	for (i = 0; i < look->count; i++) {
		task = &look->tasks[i];
		if (!is_still(task))
			continue;
		task->still_since = task->before.time;
		before = previous ? find_task(previous, task->tid) : -1;
		if (before >= 0 && was_still(task, &previous->tasks[before]))
			task->still_since = previous->tasks[before].still_since;
	}
}

/* Names of the process, its parent and its tracer. */
static void read_names(struct looker *looker, struct look *look)
{
	struct task_sample task = { 0 };
	uint64_t tracer = look->chosen < 0 ? 0 :
			  look->tasks[look->chosen].after.tracer;
	ssize_t first = find_task(look, look->number);
	int length;

	if (first >= 0)
		memcpy(look->name, look->tasks[first].before.name,
		       sizeof(look->name));
	if (read_file(looker, look->process, "status") > 0)
		look->parent = status_number(looker->text, "PPid:");
	if (!tracer)
		return;
	length = read_file(looker, looker->procfs, "%" PRIu64 "/stat", tracer);
	if (length > 0 && task_parse_stat(&task, looker->text, (size_t)length))
		memcpy(look->tracer_name, task.name, sizeof(task.name));
}

void look_end(struct looker *looker, struct look *look,
	      const struct look *previous)
{
	bool is_gone;

	if (look->process >= 0)
		read_samples(looker, look, true);
	is_gone = look->process < 0 ||
		  read_file(looker, look->process, "stat") <= 0;
	look_judge(look, is_gone);
	note_still_threads(look, previous);
	if (look->process >= 0)
		read_names(looker, look);
	pressures_read(&look->machine, looker->procfs);
	if (!look->machine.cpu.known)
		look->unreadable[LOOK_PRESSURE] = -ENOENT;
	if (look->process >= 0 && !look->cgroup_after.known)
		look->unreadable[LOOK_CGROUP] = -ENOENT;
}

void look_free(struct look *look)
{
	size_t i;

	if (!look)
		return;
	for (i = 0; look->tasks && i < look->count; i++)
		free(look->tasks[i].user_stack);
	free(look->tasks);
	free(look->owner);
	free(look->user_stack_text);
	if (look->process >= 0)
		close(look->process);
	if (look->pidfd >= 0)
		close(look->pidfd);
	free(look);
}

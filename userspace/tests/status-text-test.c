// SPDX-License-Identifier: GPL-2.0-only
/*
 * The status text of a program: written as the title of a process, and read from /proc.
 */
#include "status_text.h"

#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "process_title.h"
#include "tap.h"

static bool runs_under_valgrind(void)
{
	const char *libraries = getenv("LD_PRELOAD");

	return libraries && strstr(libraries, "vgpreload");
}

static void set(const char *text)
{
	process_title_set(STATUS_TEXT_TITLE, text, strlen(text));
}

/**
 * struct child - A process with titles.
 * @pid: It.
 * @orders: A byte is an order to go on.
 * @answers: A byte says that it has.
 */
struct child {
	pid_t pid;
	int orders[2], answers[2];
};

static const char *const titles[] = {
	"ready: 50%", "", "again \033[2J \xff",
	"a text that is longer than most: 0123456789012345678901234567890123456789"
	"01234567890123456789012345678901234567890123456789",
	"short",
};

static void answer(struct child *child)
{
	char byte = 0;

	if (write(child->answers[1], &byte, 1) != 1 ||
	    read(child->orders[0], &byte, 1) != 1)
		_exit(0);
}

static void be_child(struct child *child)
{
	const char *before = getenv("PATH");
	char *path = before ? strdup(before) : NULL;
	size_t i;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	answer(child);
	prctl(PR_SET_NAME, "varta-run");
	answer(child);
	for (i = 0; i < sizeof(titles) / sizeof(titles[0]); i++) {
		set(titles[i]);
		/* The title may have taken its place. */
		if (path && (!getenv("PATH") || strcmp(getenv("PATH"), path)))
			_exit(1);
		answer(child);
	}
	prctl(PR_SET_NAME, "other");
	answer(child);
	_exit(0);
}

static bool child_answers(struct child *child)
{
	char byte;

	return read(child->answers[0], &byte, 1) == 1;
}

static bool next(struct child *child)
{
	return write(child->orders[1], "", 1) == 1 && child_answers(child);
}

static bool start(struct child *child)
{
	if (pipe(child->orders) || pipe(child->answers))
		abort();
	fflush(stdout);
	child->pid = fork();
	if (!child->pid) {
		close(child->answers[0]);
		close(child->orders[1]);
		be_child(child);
	}
	close(child->answers[1]);
	close(child->orders[0]);
	return child->pid > 0 && child_answers(child);
}

static bool reads(int procfs, const struct varta_agent *agent, const char *text)
{
	char got[STATUS_TEXT_SIZE];

	memset(got, 'x', sizeof(got));
	status_text_read(procfs, agent, got);
	return !strcmp(got, text);
}

static void test_agents(int procfs, const struct varta_agent *agent)
{
	struct varta_agent other = *agent;

	other.pid = (uint32_t)getppid();
	check(reads(procfs, &other, ""), "status_text: of no child of the agent");
	other = *agent;
	other.tid = other.pid;
	check(reads(procfs, &other, ""), "status_text: of an agent that beats itself");
	other = *agent;
	other.source = 7;
	check(reads(procfs, &other, ""), "status_text: of a relayed agent");
	other = *agent;
	other.tid = 0;
	check(reads(procfs, &other, ""), "status_text: of an unknown sender");
	other.tid = 4194305;
	check(reads(procfs, &other, ""), "status_text: of a sender that is gone");
	check(reads(-1, agent, ""), "status_text: without /proc");
}

TEST_GROUP(status_text)
{
	struct varta_agent agent = { .pid = (uint32_t)getpid() };
	int procfs = open("/proc", O_PATH | O_DIRECTORY | O_CLOEXEC);
	char cut[PROCESS_TITLE_SIZE];
	struct child child;
	int status;
	size_t i;

	if (runs_under_valgrind()) {
		check(true, "status_text: /proc has valgrind's arguments # SKIP");
		return;
	}
	check(procfs >= 0 && start(&child), "status_text: child");
	agent.tid = (uint32_t)child.pid;
	check(next(&child) && reads(procfs, &agent, ""), "status_text: no text");
	for (i = 0; i < sizeof(titles) / sizeof(titles[0]); i++) {
		snprintf(cut, sizeof(cut) - strlen(STATUS_TEXT_TITLE), "%s",
			 titles[i]);
		check(next(&child) && reads(procfs, &agent, cut),
		      "status_text: text %zu", i);
	}
	test_agents(procfs, &agent);
	check(next(&child) && reads(procfs, &agent, ""),
	      "status_text: another program");
	close(child.orders[1]);
	check(waitpid(child.pid, &status, 0) == child.pid && !status,
	      "status_text: the environment is kept");
	close(child.answers[0]);
	close(procfs);
}

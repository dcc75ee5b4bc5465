/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Keeps what varta why sees at each stall, and when an agent is late. A child does
 * that, because a look takes longer than events may wait.
 */
#ifndef RECORDER_H
#define RECORDER_H

#include <argp.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include <varta.h>

/**
 * struct recorder_options - What to keep.
 * @directory: Where; NULL to keep nothing.
 * @keep: Number of stalls; 0 for the default.
 * @size: Number of bytes; 0 for the default.
 * @user_stack: Read user stacks, too.
 */
struct recorder_options {
	const char *directory;
	uint32_t keep;
	uint64_t size;
	bool user_stack;
};

/* A child of a command's parser; a struct recorder_options is its input. */
extern const struct argp recorder_args;

/**
 * struct recorder - The child.
 * @child: Its process id, 0 if there is none.
 * @socket: Takes stalled agents.
 * @skipped: Stalls that it had no room for since that was last said.
 * @said: When that was.
 */
struct recorder {
	pid_t child;
	int socket;
	uint64_t skipped, said;
};

/**
 * recorder_start() - Open the directory and start the child.
 * @recorder: Set.
 * @options: The options; without a directory, nothing is started.
 *
 * Return: 0 or a negative errno, which was reported.
 */
int recorder_start(struct recorder *recorder,
		   const struct recorder_options *options);

/**
 * recorder_note() - Keep what is to be seen of an agent now.
 * @recorder: The recorder.
 * @agent: The agent, which has just stalled or is late. A relayed one has no
 *   process here.
 *
 * Does not wait. If there are more stalls than can be looked at, some are left out,
 * which standard error says.
 */
void recorder_note(struct recorder *recorder, const struct varta_agent *agent);

/**
 * recorder_end() - Wait until what was noted is kept.
 * @recorder: The recorder.
 */
void recorder_end(struct recorder *recorder);

#endif /* RECORDER_H */

/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * varta monitor --exec: runs a program for each event.
 */
#ifndef EXEC_EVENTS_H
#define EXEC_EVENTS_H

#include <argp.h>
#include <json-c/json.h>
#include <poll.h>
#include <stdbool.h>
#include <stdint.h>

#include "agent_process.h"
#include "exec_queue.h"

/**
 * struct exec_options - What to run.
 * @argv: The program, an absolute path, its arguments, and NULL; or NULL for none.
 * @timeout_ms: Time limit of each; 0 for the default.
 * @running_max: Most at the same time; 0 for the default.
 * @debounce_ms: Least time between two starts for an agent.
 */
struct exec_options {
	char **argv;
	uint32_t timeout_ms, running_max, debounce_ms;
};

/* A child of a command's parser; a struct exec_options is its input. */
extern const struct argp exec_args;

/**
 * struct exec_result - How a program has ended.
 * @fields: Fields of the report.
 * @text: The report as text.
 * @failed: It did not exit with code 0.
 */
struct exec_result {
	struct json_object *fields;
	char *text;
	bool failed;
};

/**
 * typedef exec_result_fn - Receive a result.
 * @result: Valid during the call.
 * @arg: As given.
 */
typedef void (*exec_result_fn)(const struct exec_result *result, void *arg);

/**
 * struct exec_events - The programs.
 * @options: The options.
 * @queue: The programs; NULL for none.
 * @processes: Finds processes of agents.
 * @report: Called when one has ended.
 * @arg: For @report.
 * @said: When overflow was last said.
 */
struct exec_events {
	const struct exec_options *options;
	struct exec_queue *queue;
	const struct agent_processes *processes;
	exec_result_fn report;
	void *arg;
	uint64_t said;
};

/**
 * exec_events_open() - Prepare.
 * @exec: Set, but for its report. Release it with exec_events_close().
 * @options: The options.
 * @processes: Kept.
 *
 * Return: 0 or a negative errno, which was reported.
 */
int exec_events_open(struct exec_events *exec,
		     const struct exec_options *options,
		     const struct agent_processes *processes);

/**
 * exec_events_add() - Run the program for an event, now or later.
 * @exec: From exec_events_open().
 * @agent: Its agent; NULL if it has none.
 * @fields: Its fields.
 * @text: Its kind and text.
 *
 * Return: 0 or -ENOMEM.
 */
int exec_events_add(struct exec_events *exec, const struct varta_agent *agent,
		    struct json_object *fields, const char *text);

/**
 * exec_events_work() - Start what may start, and note what has ended.
 * @exec: From exec_events_open().
 */
void exec_events_work(struct exec_events *exec);

/**
 * exec_events_waits() - What to wait for.
 * @exec: From exec_events_open().
 * @waits: Receives at most EXEC_RUNNING_MAX descriptors.
 * @due: Lowered to the time at which exec_events_work() is to be called.
 *
 * Return: The number of descriptors.
 */
size_t exec_events_waits(const struct exec_events *exec, struct pollfd *waits,
			 uint64_t *due);

/**
 * exec_events_is_idle() - Whether no program runs or waits.
 * @exec: From exec_events_open().
 */
bool exec_events_is_idle(const struct exec_events *exec);

/**
 * exec_events_close() - Kill what runs, and report it.
 * @exec: From exec_events_open().
 */
void exec_events_close(struct exec_events *exec);

#endif /* EXEC_EVENTS_H */

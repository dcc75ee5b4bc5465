/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Options that repeat a command, shared by varta agents and varta why.
 */
#ifndef WATCH_ARGS_H
#define WATCH_ARGS_H

#include <argp.h>
#include <stdbool.h>
#include <stdint.h>

/**
 * struct watch - Whether and how to repeat.
 * @on: Repeat.
 * @interval_ms: Time between repetitions; 0 until it is known.
 * @count: Number of repetitions; 0 for no end.
 */
struct watch {
	bool on;
	uint32_t interval_ms;
	uint64_t count;
};

/* A child parser; its input is a struct watch, which begins as zeros. */
extern const struct argp watch_args;

/**
 * watch_parse_interval() - Take an argument that is an interval.
 * @watch: What was given so far.
 * @text: The argument. In "-w 5s" the interval is an argument: a number with a
 *   unit is no pid.
 *
 * Return: Whether it was one.
 */
bool watch_parse_interval(struct watch *watch, const char *text);

#endif /* WATCH_ARGS_H */

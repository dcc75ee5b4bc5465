/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a look at a process has found, as text and as JSON.
 */
#ifndef LOOK_TEXT_H
#define LOOK_TEXT_H

#include <json-c/json.h>
#include <stdio.h>

#include "look.h"

/**
 * look_write_sentence() - Write the reason as one sentence, without a newline.
 * @look: The look.
 * @out: Where to.
 */
void look_write_sentence(const struct look *look, FILE *out);

/**
 * look_write() - Write the sentence, the threads, and all else that was found.
 * @look: The look.
 * @out: Where to.
 */
void look_write(const struct look *look, FILE *out);

/**
 * look_json() - The same as JSON, with all threads.
 * @look: The look.
 *
 * Return: An object; NULL if there is no memory.
 */
struct json_object *look_json(const struct look *look);

#endif /* LOOK_TEXT_H */

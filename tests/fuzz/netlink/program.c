// SPDX-License-Identifier: GPL-2.0-only
/* Programs as text. See program.h. */
#include "program.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const personas[PERSONAS] = {
	[PERSONA_HOST]		= "host",
	[PERSONA_USER]		= "user",
	[PERSONA_CONTAINER]	= "container",
	[PERSONA_TENANT]	= "tenant",
	[PERSONA_TENANT_USER]	= "tenant-user",
};

static const char letters[OPERATION_KINDS + 1] = {
	[OP_SEND]	= 'm',
	[OP_TAKE]	= 'r',
	[OP_DRAIN]	= 'd',
	[OP_REOPEN]	= 'o',
	[OP_GROUP]	= 'g',
	[OP_CHILD]	= 'c',
	[OP_THREAD]	= 't',
	[OP_WRITE]	= 'w',
	[OP_READ]	= 'f',
	[OP_SLEEP]	= 's',
	[OP_NAME]	= 'n',
	[OP_STORE]	= 'p',
	[OP_END]	= 'x',
};

void program_print(const struct program *program, char *text)
{
	int i, j;

	text += sprintf(text, "%s", personas[program->persona % PERSONAS]);
	for (i = 0; i < program->count; i++) {
		const struct operation *o = &program->operations[i];

		text += sprintf(text, " %c%x", letters[o->kind], o->argument);
		if (o->len)
			*text++ = ':';
		for (j = 0; j < o->len; j++)
			text += sprintf(text, "%02x", o->data[j]);
	}
	*text = '\0';
}

static bool parse_data(struct operation *o, const char *text)
{
	unsigned int byte;

	for (o->len = 0; text[0]; text += 2) {
		if (o->len == DATA_MAX || sscanf(text, "%2x", &byte) != 1 ||
		    !text[1])
			return false;
		o->data[o->len++] = (uint8_t)byte;
	}
	return true;
}

static bool parse_operation(struct operation *o, const char *word)
{
	const char *letter = strchr(letters, word[0]);
	unsigned long argument;
	char *end;

	if (!letter || !*letter)
		return false;
	argument = strtoul(word + 1, &end, 16);
	if (end == word + 1 || argument > UINT8_MAX)
		return false;
	o->kind = (uint8_t)(letter - letters);
	o->argument = (uint8_t)argument;
	o->len = 0;
	if (!*end)
		return true;
	return *end == ':' && parse_data(o, end + 1);
}

static bool parse_persona(struct program *program, const char *word)
{
	int i;

	for (i = 0; i < PERSONAS; i++) {
		if (!strcmp(word, personas[i])) {
			program->persona = (uint8_t)i;
			return true;
		}
	}
	return false;
}

bool program_parse(struct program *program, const char *text)
{
	char *copy = strdup(text);
	char *word, *rest;
	bool good;

	if (!copy)
		return false;
	program->count = 0;
	word = strtok_r(copy, " \n", &rest);
	good = word && parse_persona(program, word);
	while (good && (word = strtok_r(NULL, " \n", &rest))) {
		good = program->count < OPERATIONS_MAX &&
		       parse_operation(&program->operations[program->count],
				       word);
		program->count++;
	}
	free(copy);
	return good && program->count;
}

size_t program_size(const struct program *program)
{
	size_t size = 0;
	int i;

	for (i = 0; i < program->count; i++)
		size += 8U + program->operations[i].len;
	return size;
}

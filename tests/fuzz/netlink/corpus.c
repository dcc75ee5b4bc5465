// SPDX-License-Identifier: GPL-2.0-only
/* The corpus, and the slots with the last operations. See shared.h. */
#include "shared.h"

#include <err.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>

_Static_assert(sizeof(struct slot) == SLOT_SIZE, "a slot is a page");

void slot_note(struct shared *shared, const struct program *program,
	       const char *load)
{
	uint64_t sequence = ++shared->sequence;
	struct slot *slot = &shared->slots[program ? sequence % SLOTS : SLOTS];

	slot->sequence = 0;
	memcpy(slot->magic, SLOT_MAGIC, sizeof(slot->magic));
	slot->is_load = !program;
	if (program)
		slot->program = *program;
	else
		snprintf(slot->load, sizeof(slot->load), "%s", load);
	slot->sequence = sequence;
}

static int by_sequence(const void *a, const void *b)
{
	const struct slot *const *x = a, *const *y = b;

	return (*x)->sequence < (*y)->sequence ? -1 :
	       (*x)->sequence > (*y)->sequence;
}

static void print_slot(const struct slot *slot)
{
	static char text[TEXT_MAX];

	if (slot->is_load) {
		printf("load %.*s\n", LOAD_MAX, slot->load);
		return;
	}
	program_print(&slot->program, text);
	printf("%s\n", text);
}

static bool is_slot(const struct slot *slot)
{
	if (memcmp(slot->magic, SLOT_MAGIC, sizeof(slot->magic)) ||
	    !slot->sequence)
		return false;
	return slot->is_load || (slot->program.persona < PERSONAS &&
				 slot->program.count <= OPERATIONS_MAX);
}

int slots_print(const char *path)
{
	const struct slot *found[2 * SLOTS];
	int fd = open(path, O_RDONLY);
	size_t i, pages, count = 0;
	const struct slot *memory;
	struct stat status;

	if (fd < 0 || fstat(fd, &status))
		err(1, "%s", path);
	memory = mmap(NULL, (size_t)status.st_size, PROT_READ, MAP_PRIVATE, fd,
		      0);
	if (memory == MAP_FAILED)
		err(1, "mmap of %s", path);
	pages = (size_t)status.st_size / SLOT_SIZE;
	for (i = 0; i < pages && count < 2 * SLOTS; i++)
		if (is_slot(&memory[i]))
			found[count++] = &memory[i];
	qsort(found, count, sizeof(found[0]), by_sequence);
	for (i = 0; i < count; i++)
		print_slot(found[i]);
	return count ? 0 : 1;
}

struct entry *corpus_add(struct shared *shared, const struct program *program)
{
	uint32_t at = shared->corpus_count++;

	if (at >= CORPUS_MAX) {
		shared->corpus_count = CORPUS_MAX;
		return NULL;
	}
	shared->corpus[at].program = *program;
	shared->corpus[at].ready = true;
	return &shared->corpus[at];
}

static int by_size(const void *a, const void *b)
{
	const struct entry *x = a, *y = b;
	size_t x_size = program_size(&x->program);
	size_t y_size = program_size(&y->program);

	return x_size < y_size ? -1 : x_size > y_size;
}

void corpus_read(struct shared *shared, const char *path, char *load)
{
	static char line[TEXT_MAX];
	struct program program;
	FILE *file = fopen(path, "r");
	int number = 0;

	if (!file)
		err(1, "%s", path);
	while (fgets(line, sizeof(line), file)) {
		number++;
		line[strcspn(line, "\n")] = '\0';
		if (!*line || *line == '#')
			continue;
		if (!strncmp(line, "load", 4)) {
			snprintf(load, LOAD_MAX, "%.*s", LOAD_MAX - 1,
				 line + 4);
			continue;
		}
		if (!program_parse(&program, line))
			errx(1, "%s:%d: not understood", path, number);
		if (!corpus_add(shared, &program))
			break;
	}
	fclose(file);
	shared->seeds = shared->corpus_count;
	/* A replay keeps the order of the file; see main.c. */
	if (!shared->only_seeds)
		qsort(shared->corpus, shared->seeds, sizeof(shared->corpus[0]),
		      by_size);
}

void corpus_print(const struct shared *shared)
{
	static char text[TEXT_MAX];
	uint32_t i;

	for (i = 0; i < shared->corpus_count; i++) {
		const struct entry *entry = &shared->corpus[i];

		if (!entry->ready || !entry->useful)
			continue;
		program_print(&entry->program, text);
		printf("corpus %s\n", text);
	}
}

/* SPDX-License-Identifier: GPL-2.0-only */
/* Replaces the placeholders of program.h when a message is sent. */
#ifndef FUZZ_FILL_H
#define FUZZ_FILL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* fill_find_family() - look up the id of the family and its multicast group */
bool fill_find_family(int fd, uint32_t *group);

/* fill_find_page() - whether a message is the answer to a map, with its page */
bool fill_find_page(const void *message, size_t len, uint64_t *address);

/* fill_in() - replace the placeholders *_HERE by current values */
void fill_in(uint8_t *data, size_t len);

#endif /* FUZZ_FILL_H */

/* SPDX-License-Identifier: GPL-2.0-only */
/* What a message can only be given when it is sent: see program.h. */
#ifndef FUZZ_FILL_H
#define FUZZ_FILL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* fill_find_family() - ask for the family's number and its group of events */
bool fill_find_family(int fd, uint32_t *group);

/* fill_in() - put what is so now in the place of *_HERE */
void fill_in(uint8_t *data, size_t len);

#endif /* FUZZ_FILL_H */

// SPDX-License-Identifier: GPL-2.0-only
/*
 * What agents say of themselves. See status.h.
 */
#include "status.h"

#include <string.h>

#include <varta.h>

#include "parse.h"

bool parse_status(const char *text, uint32_t *status)
{
	uint32_t i;

	for (i = VARTA_STATUS_OK; i <= VARTA_STATUS_STALL; i++) {
		if (!strcmp(text, varta_status_name(i))) {
			*status = i;
			return true;
		}
	}
	return parse_u32(text, status);
}

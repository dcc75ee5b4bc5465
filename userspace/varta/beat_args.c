// SPDX-License-Identifier: GPL-2.0-only
/*
 * The fields of a beat. See beat_args.h.
 */
#include "beat_args.h"

#include <stdint.h>

#include "parse.h"
#include "status.h"

bool take_field(enum field field, const char *text, struct varta_beat *beat)
{
	switch (field) {
	case FIELD_STATUS:
		return parse_status(text, &beat->status);
	case FIELD_NONCE:
		return parse_number(text, UINT64_MAX, &beat->nonce);
	case FIELD_PAYLOAD:
		return parse_u32(text, &beat->payload);
	case FIELD_PID:
		return parse_u32(text, &beat->pid);
	case FIELD_TIMESTAMP:
		return parse_number(text, UINT64_MAX, &beat->timestamp);
	case FIELD_THRESHOLD:
		return parse_threshold(text, &beat->threshold_ms);
	case FIELD_NAME:
		beat->name = text;
		return true;
	default:
		return false;
	}
}

// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Lanes.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "client.h"

struct varta_lane {
	struct varta_client_lane lane;
};

/* Not a call on the handle, which another thread may use. */
int varta_lane_open(struct varta *v, struct varta_lane **lane, const char *name,
		    uint32_t threshold_ms)
{
	struct varta_lane *new;
	int error;

	*lane = NULL;
	if (strlen(name) >= VARTA_NAME_SIZE)
		return -ENAMETOOLONG;
	new = malloc(sizeof(*new));
	if (!new)
		return -ENOMEM;
	error = varta_client_lane_open(&v->client, &new->lane, name,
				       threshold_ms);
	if (error) {
		free(new);
		return error;
	}
	*lane = new;
	return 0;
}

void varta_lane_beat(const struct varta_lane *lane)
{
	varta_client_lane_beat(&lane->lane);
}

void varta_scope_begin(const struct varta_lane *lane, uint32_t limit_ms)
{
	varta_client_scope_begin(&lane->lane, limit_ms);
}

void varta_scope_end(const struct varta_lane *lane)
{
	varta_client_scope_end(&lane->lane);
}

void varta_lane_close(struct varta_lane *lane)
{
	if (lane)
		varta_client_lane_close(&lane->lane);
	free(lane);
}

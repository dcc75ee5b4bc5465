/* SPDX-License-Identifier: GPL-2.0-only */
/* The last events that no dump of agents shows, for listeners that were away or too slow. */
#ifndef _VARTA_EVENT_LOG_H
#define _VARTA_EVENT_LOG_H

#include "flow.h"

enum varta_event_log_limits {
	/* Of the host, and as many of others; each user has a share. */
	VARTA_EVENT_LOG_SIZE = 1024,
};

/* False if it did not take the event. */
typedef bool (*varta_event_log_cb)(void *context,
				   const struct varta_event *event);

int varta_event_log_init(void);
void varta_event_log_exit(void);
void varta_event_log_add(const struct varta_event *event, bool host);
bool varta_event_log_read(const struct varta_netns *netns, u64 *since,
			  varta_event_log_cb show, void *context);

#endif /* _VARTA_EVENT_LOG_H */

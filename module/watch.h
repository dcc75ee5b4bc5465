/* SPDX-License-Identifier: GPL-2.0-only */
/* The watch: tells of stalls when they are due, and of exits. */
#ifndef _VARTA_WATCH_H
#define _VARTA_WATCH_H

int varta_watch_start(void);
void varta_watch_stop(void);
void varta_watch_sooner(void);
void varta_watch_exit(void);
void varta_watch_rearm(void);

#endif /* _VARTA_WATCH_H */

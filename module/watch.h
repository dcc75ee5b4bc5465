/* SPDX-License-Identifier: GPL-2.0-only */
/* The watch: finds stalls when they are due. */
#ifndef _VARTA_WATCH_H
#define _VARTA_WATCH_H

int varta_watch_start(void);
void varta_watch_stop(void);
void varta_watch_wake(void);
void varta_watch_again(void);

#endif /* _VARTA_WATCH_H */

/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _VARTA_STALL_THREAD_H
#define _VARTA_STALL_THREAD_H

int varta_stall_thread_start(void);
void varta_stall_thread_stop(void);
void varta_stall_thread_kick(void);
void varta_stall_thread_rescan(void);

#endif /* _VARTA_STALL_THREAD_H */

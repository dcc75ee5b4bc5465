/* SPDX-License-Identifier: GPL-2.0-only */
/* Notices exits of processes. */
#ifndef _VARTA_EXIT_PROBE_H
#define _VARTA_EXIT_PROBE_H

int varta_exit_probe_init(void);
void varta_exit_probe_exit(void);

#endif /* _VARTA_EXIT_PROBE_H */

/* SPDX-License-Identifier: GPL-2.0-only */
/* Seeing processes end. */
#ifndef _VARTA_EXITS_H
#define _VARTA_EXITS_H

int varta_exits_init(void);
void varta_exits_exit(void);

#endif /* _VARTA_EXITS_H */

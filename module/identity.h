/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Who is sending, as the kernel sees it, and what has become of a process
 * since. Never what a message says.
 */
#ifndef _VARTA_IDENTITY_H
#define _VARTA_IDENTITY_H

#include "tracker.h"

extern const struct varta_generation_ops varta_process_generations;

void varta_identify_current(struct varta_identity *id);

#endif /* _VARTA_IDENTITY_H */

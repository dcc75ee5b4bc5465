/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Pids chosen by where the index puts them. Found by asking an index, so that
 * nothing here knows the mixer.
 */
#ifndef _VARTA_KUNIT_HASH_COLLISIONS_H
#define _VARTA_KUNIT_HASH_COLLISIONS_H

#include <kunit/test.h>

#include "pid_index.h"

u32 colliding_place(const struct varta_pid_index *index, u32 pid);
u32 colliding_home(struct varta_pid_index *empty, u32 pid);
void colliding_pids(struct kunit *test, u32 capacity, u32 home, u32 *pids,
		    u32 count);

#endif /* _VARTA_KUNIT_HASH_COLLISIONS_H */

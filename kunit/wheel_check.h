/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Inspect a timing wheel that no other thread uses.
 */
#ifndef _VARTA_KUNIT_WHEEL_CHECK_H
#define _VARTA_KUNIT_WHEEL_CHECK_H

#include "wheel.h"

bool wheel_is_armed(const struct varta_wheel *wheel, u32 nr);
u64 wheel_expires(const struct varta_wheel *wheel, u32 nr);
bool wheel_any_group_is_armed(const struct varta_wheel *wheel);
const char *wheel_fault(const struct varta_wheel *wheel);

#endif /* _VARTA_KUNIT_WHEEL_CHECK_H */

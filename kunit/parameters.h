/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Module parameters of the random tests; see README.md.
 */
#ifndef _VARTA_KUNIT_PARAMETERS_H
#define _VARTA_KUNIT_PARAMETERS_H

enum {
	/* Used if varta_kunit_seed is 0. */
	DEFAULT_SEED	= 20231024,
};

extern unsigned long varta_kunit_seed;
extern unsigned long varta_kunit_steps;

#endif /* _VARTA_KUNIT_PARAMETERS_H */

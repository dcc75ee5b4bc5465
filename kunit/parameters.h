/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The parameters of the random tests.
 */
#ifndef _VARTA_KUNIT_PARAMETERS_H
#define _VARTA_KUNIT_PARAMETERS_H

enum {
	/* What varta_kunit_seed stands for if it is 0. */
	USUAL_SEED	= 20231024,
};

extern unsigned long varta_kunit_seed;
extern unsigned long varta_kunit_steps;

#endif /* _VARTA_KUNIT_PARAMETERS_H */

// SPDX-License-Identifier: GPL-2.0-only
/*
 * Resource limits. See rlimits.h.
 */
#include "rlimits.h"

void rlimits_raise(struct rlimits *before)
{
	struct rlimit limit;
	int i;

	for (i = 0; i < RLIM_NLIMITS; i++) {
		getrlimit(i, &before->of[i]);
		limit = before->of[i];
		limit.rlim_cur = limit.rlim_max;
		if (i != RLIMIT_CORE)
			setrlimit(i, &limit);
	}
}

void rlimits_lift(void)
{
	const struct rlimit none = { RLIM_INFINITY, RLIM_INFINITY };
	int i;

	for (i = 0; i < RLIM_NLIMITS; i++)
		if (i != RLIMIT_CORE)
			setrlimit(i, &none);
}

void rlimits_restore(const struct rlimits *limits)
{
	int i;

	for (i = 0; i < RLIM_NLIMITS; i++)
		setrlimit(i, &limits->of[i]);
}

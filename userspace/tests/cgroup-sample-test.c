// SPDX-License-Identifier: GPL-2.0-only
/*
 * Limits of cgroups and pressure, from the text of their files.
 */
#include "cgroup_sample.h"

#include "tap.h"

TEST_GROUP(cgroup_sample)
{
	struct cgroup_sample sample = { 0 };
	struct pressure some, full;

	cgroup_parse_events(&sample, "populated 1\nfrozen 1\n");
	check(sample.populated_frozen, "cgroup-sample: frozen");
	cgroup_parse_events(&sample, "populated 1\nfrozen 0\n");
	check(!sample.populated_frozen, "cgroup-sample: not frozen");
	cgroup_parse_cpu(&sample, "usage_usec 98402\nuser_usec 98402\n"
			 "system_usec 0\nnr_periods 12\nnr_throttled 10\n"
			 "throttled_usec 1046301\nnr_bursts 0\n");
	cgroup_parse_cpu(&sample, "nr_periods 3\nnr_throttled 2\n"
			 "throttled_usec 9\n");
	check(sample.periods == 15 && sample.throttled == 12 &&
	      sample.throttled_us == 1046310,
	      "cgroup-sample: limits of ancestors are added");
	cgroup_parse_memory(&sample, "low 1\nhigh 2\nmax 3\noom 4\noom_kill 5\n"
			    "oom_group_kill 6\n");
	check(sample.memory_high == 2 && sample.memory_max == 3 &&
	      sample.oom == 4 && sample.oom_kills == 5,
	      "cgroup-sample: memory");
	pressure_parse(&some, &full,
		       "some avg10=94.33 avg60=80.00 avg300=9.08 total=1234\n"
		       "full avg10=0.07 avg60=0.00 avg300=0.00 total=56\n");
	check(some.known && some.hundredths == 9433 && some.total_us == 1234,
	      "cgroup-sample: some");
	check(full.known && full.hundredths == 7 && full.total_us == 56,
	      "cgroup-sample: full");
	pressure_parse(&some, &full, "");
	check(!some.known && !full.known, "cgroup-sample: no pressure");
}

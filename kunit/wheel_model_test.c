// SPDX-License-Identifier: GPL-2.0-only
/*
 * The timing wheel against a plain array of expiry times: both are given the
 * same random steps and must agree after each. Parameters: see README.md.
 */
#include <kunit/test.h>
#include <linux/minmax.h>
#include <linux/prandom.h>

#include "parameters.h"
#include "wheel_check.h"

enum {
	CAPACITY_MAX	= 300,
	STEPS_PER_RUN	= 500,
	/* Steps between two checks of all lists. */
	STEPS_PER_CHECK	= 50,
	CALLS_MAX	= 10 * CAPACITY_MAX,
	/* Once per level for each timer, and some for timers beyond reach. */
	WAKE_UPS_MAX	= 32 * CAPACITY_MAX,
	/* Longest wait, in bits of nanoseconds. */
	WAIT_BITS	= 50,
};

struct wheel_run {
	struct kunit *test;
	struct rnd_state random;
	struct varta_wheel wheel;
	u32 capacity;
	u64 now;
	/* Longest distance of a time, in bits. */
	u32 bits;
	/* When each timer is due; U64_MAX if nobody waits for it. */
	u64 expires[CAPACITY_MAX];
	/* Expected &varta_wheel.next_event. */
	u64 next_event;
	/* Timers that expired in all runs, in time and early. */
	u64 expired;
	u64 early;
	/* Looks at groups, and timers that were not armed for these. */
	u64 looks;
	u64 covered;
};

static u32 random_below(struct wheel_run *run, u32 n)
{
	return prandom_u32_state(&run->random) % n;
}

static u64 random_distance(struct wheel_run *run)
{
	u64 bits = prandom_u32_state(&run->random);

	bits = bits << 32 | prandom_u32_state(&run->random);
	return bits >> (63 - random_below(run, run->bits));
}

static u64 random_time(struct wheel_run *run)
{
	u64 distance = random_distance(run);

	switch (random_below(run, 16)) {
	case 0:
		return run->now - min(run->now, distance);
	case 1:
		return random_below(run, 2) ? U64_MAX : U64_MAX - 1;
	case 2:
		return run->now;
	case 3:
	case 4:
		/* At or next to the edge of a bucket. */
		distance &= ~0ull << (VARTA_WHEEL_TICK_SHIFT +
				      VARTA_WHEEL_LEVEL_SHIFT *
				      random_below(run, 7));
		return run->now + min(distance, U64_MAX - run->now) -
		       (run->now > 1 ? random_below(run, 3) : 0);
	default:
		return run->now + min(distance, U64_MAX - run->now);
	}
}

static u64 earliest(const struct wheel_run *run)
{
	u64 time = U64_MAX;
	u32 i;

	for (i = 0; i < run->capacity; i++)
		time = min(time, run->expires[i]);
	return time;
}

/* Due, but only its group is armed. */
static bool is_covered(const struct wheel_run *run, u32 nr)
{
	return run->expires[nr] != U64_MAX && !wheel_is_armed(&run->wheel, nr);
}

static u32 group_end(const struct wheel_run *run, u32 group)
{
	return min(run->capacity, (group + 1) * VARTA_WHEEL_GROUP);
}

/* ---- Steps. Each returns false if wheel and array disagree. */

static bool arm(struct wheel_run *run, u32 nr, u64 expires)
{
	u64 *expected = &run->expires[nr];
	bool earlier = expires < *expected || is_covered(run, nr);

	earlier = earlier && expires != U64_MAX && expires < run->next_event;
	if (!is_covered(run, nr) || expires == U64_MAX)
		*expected = min(*expected, expires);
	else
		*expected = expires;
	if (earlier)
		run->next_event = expires;
	return varta_wheel_arm(&run->wheel, nr, expires) == earlier;
}

static bool step_arm(struct wheel_run *run)
{
	return arm(run, random_below(run, run->capacity), random_time(run));
}

/* Mostly into one bucket, and more than a batch. */
static bool step_arm_many(struct wheel_run *run)
{
	u64 base = random_time(run);
	u32 i;

	for (i = 0; i < run->capacity; i++) {
		if (random_below(run, 4) &&
		    !arm(run, i, base + min_t(u64, random_below(run, 1000),
					      U64_MAX - base)))
			return false;
	}
	return true;
}

static bool step_disarm(struct wheel_run *run)
{
	u32 nr = random_below(run, run->capacity);

	u32 group = nr / VARTA_WHEEL_GROUP;

	run->expires[nr] = U64_MAX;
	varta_wheel_disarm(&run->wheel, nr);
	for (nr = group * VARTA_WHEEL_GROUP; nr < group_end(run, group); nr++) {
		if (run->expires[nr] != U64_MAX)
			return true;
	}
	varta_wheel_disarm(&run->wheel, run->capacity + group);
	return true;
}

/* As the tracker does. Returns whether one is due. */
static bool look_at_group(struct wheel_run *run, u32 group, u64 now)
{
	u64 first = U64_MAX, last = 0, look;
	u32 nr;

	run->looks++;
	for (nr = group * VARTA_WHEEL_GROUP; nr < group_end(run, group); nr++) {
		if (run->expires[nr] == U64_MAX)
			continue;
		first = min(first, run->expires[nr]);
		last = max(last, run->expires[nr]);
	}
	if (first == U64_MAX)
		return false;
	look = varta_wheel_look_time(first, last, now);
	for (nr = group * VARTA_WHEEL_GROUP; nr < group_end(run, group); nr++) {
		if (run->expires[nr] == U64_MAX)
			continue;
		if (varta_wheel_is_covered(run->expires[nr], look, now))
			run->covered++;
		else
			varta_wheel_arm_idle(&run->wheel, nr, run->expires[nr]);
	}
	varta_wheel_arm(&run->wheel, run->capacity + group, look);
	return first <= now;
}

/* One call; timers that expire early are armed again, some for later. */
static bool expire_once(struct wheel_run *run, u64 now, u32 max, bool *more)
{
	u32 nrs[VARTA_WHEEL_BATCH];
	u64 deadlines[VARTA_WHEEL_BATCH];
	u32 count, i, later = 0;
	bool due = false;

	count = varta_wheel_expire(&run->wheel, now, nrs, max, more);
	if (count > max)
		return false;
	for (i = 0; i < count; i++) {
		u64 *expires = &run->expires[nrs[i]];

		if (nrs[i] >= run->capacity) {
			due |= look_at_group(run, nrs[i] - run->capacity, now);
			continue;
		}
		/* Must be armed. */
		if (*expires == U64_MAX)
			return false;
		if (*expires <= now) {
			*expires = U64_MAX;
			run->expired++;
			/* A look in this call may have armed it. */
			varta_wheel_disarm(&run->wheel, nrs[i]);
			continue;
		}
		/* A timer of a begun tick must not expire early. */
		if (*expires >> VARTA_WHEEL_TICK_SHIFT <=
		    now >> VARTA_WHEEL_TICK_SHIFT)
			return false;
		/* Unless a look in this call has armed it. */
		if (!random_below(run, 8) && is_covered(run, nrs[i]))
			*expires = max(*expires, random_time(run));
		nrs[later] = nrs[i];
		deadlines[later++] = *expires;
		run->early++;
	}
	varta_wheel_postpone(&run->wheel, nrs, deadlines, later, now);
	*more |= due;
	return true;
}

/* Up to @calls calls; may leave due timers. */
static bool expire(struct wheel_run *run, u64 now, u32 calls)
{
	u32 max = 1 + random_below(run, VARTA_WHEEL_BATCH);
	bool more = true;

	while (more && calls--) {
		if (!expire_once(run, now, max, &more))
			return false;
	}
	return more || earliest(run) > now || earliest(run) == U64_MAX;
}

static bool step_expire_some(struct wheel_run *run)
{
	return expire(run, run->now, 1 + random_below(run, 3));
}

static bool step_expire_all(struct wheel_run *run)
{
	if (!expire(run, run->now, CALLS_MAX))
		return false;
	return earliest(run) > run->now || earliest(run) == U64_MAX;
}

/* The caller read the clock some time ago. */
static bool step_expire_late(struct wheel_run *run)
{
	u64 back = random_distance(run) % (1 << 20);

	return expire(run, run->now - min(run->now, back), CALLS_MAX);
}

static bool step_next(struct wheel_run *run)
{
	run->next_event = varta_wheel_next(&run->wheel);
	if (earliest(run) == U64_MAX)
		return run->next_event == U64_MAX ||
		       wheel_any_group_is_armed(&run->wheel);
	return run->next_event <= earliest(run);
}

/* Wait like the stall thread, until the first timer is due. */
static bool step_wait(struct wheel_run *run)
{
	u64 first = earliest(run);
	u32 i;

	if (!step_expire_all(run))
		return false;
	first = earliest(run);
	if (first == U64_MAX || (first - run->now) >> WAIT_BITS)
		return step_next(run);
	for (i = 0; run->now < first; i++) {
		if (i > WAKE_UPS_MAX || !step_next(run) ||
		    run->next_event <= run->now)
			return false;
		run->now = run->next_event;
		if (!expire(run, run->now, CALLS_MAX))
			return false;
	}
	return earliest(run) > first;
}

static bool step_advance_time(struct wheel_run *run)
{
	u64 distance = random_distance(run);

	run->now += min(distance, U64_MAX - run->now);
	return true;
}

typedef bool (*step_fn)(struct wheel_run *run);

static const struct {
	const char *name;
	u32 weight;
	step_fn step;
} kinds[] = {
	{ "arm",		40,	step_arm },
	{ "arm many",		2,	step_arm_many },
	{ "disarm",		16,	step_disarm },
	{ "expire some",	10,	step_expire_some },
	{ "expire all",		8,	step_expire_all },
	{ "expire late",	4,	step_expire_late },
	{ "next",		6,	step_next },
	{ "wait",		4,	step_wait },
	{ "advance time",	10,	step_advance_time },
};

static u32 random_kind(struct wheel_run *run)
{
	u32 n = random_below(run, 100), i;

	for (i = 0; i < ARRAY_SIZE(kinds) - 1; i++) {
		if (n < kinds[i].weight)
			break;
		n -= kinds[i].weight;
	}
	return i;
}

static const char *find_difference(const struct wheel_run *run, u32 step)
{
	const struct varta_wheel *wheel = &run->wheel;
	u32 i;

	if (wheel->next_event != run->next_event)
		return "next event";
	for (i = 0; i < run->capacity; i++) {
		u64 expires = wheel_expires(wheel, i);

		if (is_covered(run, i))
			expires = wheel_expires(wheel,
						varta_wheel_group_timer(wheel, i));
		if (is_covered(run, i) ? expires >= run->expires[i] :
					 expires != run->expires[i])
			return "expiry of a timer";
	}
	return step % STEPS_PER_CHECK ? NULL : wheel_fault(wheel);
}

static void random_start(struct wheel_run *run)
{
	memset(run->expires, 0xff, sizeof(run->expires));
	run->next_event = U64_MAX;
	run->capacity = random_below(run, 4) ? 20 : CAPACITY_MAX;
	run->capacity = 1 + random_below(run, run->capacity);
	/* Each run covers a few levels. */
	run->bits = 1 + random_below(run, 64);
	switch (random_below(run, 4)) {
	case 0:
		run->now = 0;
		break;
	case 1:
		run->now = U64_MAX - random_distance(run);
		break;
	default:
		run->now = random_distance(run);
		break;
	}
}

static bool run_once(struct wheel_run *run, unsigned long run_nr)
{
	const char *what = NULL;
	u32 kind = 0, i;

	prandom_seed_state(&run->random, (varta_kunit_seed ?: DEFAULT_SEED) *
			   0x9e3779b1 + run_nr);
	random_start(run);
	if (varta_wheel_init(&run->wheel, run->capacity)) {
		KUNIT_FAIL(run->test, "no memory for a wheel");
		return false;
	}
	for (i = 1; i <= STEPS_PER_RUN && !what; i++) {
		kind = random_kind(run);
		what = "result";
		if (kinds[kind].step(run))
			what = find_difference(run, i);
	}
	if (what)
		KUNIT_FAIL(run->test,
			   "seed %lu, run %lu, step %u: %s differs after %s, capacity %u, now %llu",
			   varta_kunit_seed ?: DEFAULT_SEED, run_nr, i - 1,
			   what, kinds[kind].name, run->capacity, run->now);
	varta_wheel_destroy(&run->wheel);
	return !what;
}

static void wheel_matches_array_after_every_step(struct kunit *test)
{
	struct wheel_run *run = kunit_kzalloc(test, sizeof(*run), GFP_KERNEL);
	unsigned long runs = DIV_ROUND_UP(varta_kunit_steps, STEPS_PER_RUN);
	unsigned long run_nr;

	KUNIT_ASSERT_NOT_NULL(test, run);
	run->test = test;
	for (run_nr = 0; run_nr < runs; run_nr++) {
		if (!run_once(run, run_nr))
			return;
		cond_resched();
	}
	kunit_info(test,
		   "%llu expired in time, %llu early; %llu looks at groups left %llu to these\n",
		   run->expired, run->early, run->looks, run->covered);
	KUNIT_EXPECT_GT(test, run->early, varta_kunit_steps / 50);
	KUNIT_EXPECT_GT(test, run->expired, varta_kunit_steps / 10);
	KUNIT_EXPECT_GT(test, run->looks, varta_kunit_steps / 200);
	KUNIT_EXPECT_GT(test, run->covered, varta_kunit_steps / 200);
}

static struct kunit_case wheel_model_cases[] = {
	KUNIT_CASE(wheel_matches_array_after_every_step),
	{}
};

static struct kunit_suite wheel_model_suite = {
	.name = "varta-wheel-model",
	.test_cases = wheel_model_cases,
};

kunit_test_suite(wheel_model_suite);

// SPDX-License-Identifier: GPL-2.0-only
/*
 * The timing wheel against the simplest there is, an array of times: both are
 * given the same random steps, and must agree after each. Repeatable, as the
 * tests in model_test.c are, and with as many steps.
 */
#include <kunit/test.h>
#include <linux/minmax.h>
#include <linux/prandom.h>

#include "parameters.h"
#include "wheel_check.h"

enum {
	CAPACITY_MAX	= 300,
	STEPS_OF_A_RUN	= 500,
	/* So often all lists are looked at. */
	STEPS_OF_A_LOOK	= 50,
	CALLS_MAX	= 10 * CAPACITY_MAX,
	/* For each timer, once for each level, and for what is far ahead. */
	WAKE_UPS_MAX	= 32 * CAPACITY_MAX,
	/* How far ahead, in bits of nanoseconds, it is waited for. */
	WAIT_BITS	= 50,
};

struct duel {
	struct kunit *test;
	struct rnd_state random;
	struct varta_wheel wheel;
	u32 capacity;
	u64 now;
	/* No time is farther away than so many bits say. */
	u32 bits;
	/* What the wheel must know: U64_MAX if not armed. */
	u64 expires[CAPACITY_MAX];
	/* What was said to be next, or was sooner since. */
	u64 alarm;
	/* How many were handed out in all runs, when due and early. */
	u64 handed_out;
	u64 early;
};

static u32 below(struct duel *duel, u32 n)
{
	return prandom_u32_state(&duel->random) % n;
}

static u64 any_distance(struct duel *duel)
{
	u64 bits = prandom_u32_state(&duel->random);

	bits = bits << 32 | prandom_u32_state(&duel->random);
	return bits >> (63 - below(duel, duel->bits));
}

static u64 any_time(struct duel *duel)
{
	u64 distance = any_distance(duel);

	switch (below(duel, 16)) {
	case 0:
		return duel->now - min(duel->now, distance);
	case 1:
		return below(duel, 2) ? U64_MAX : U64_MAX - 1;
	case 2:
		return duel->now;
	case 3:
	case 4:
		/* The very edge of a bucket of some level, or next to it. */
		distance &= ~0ull << (VARTA_WHEEL_TICK_SHIFT +
				      VARTA_WHEEL_LEVEL_SHIFT * below(duel, 7));
		return duel->now + min(distance, U64_MAX - duel->now) -
		       (duel->now > 1 ? below(duel, 3) : 0);
	default:
		return duel->now + min(distance, U64_MAX - duel->now);
	}
}

static u64 earliest(const struct duel *duel)
{
	u64 time = U64_MAX;
	u32 i;

	for (i = 0; i < duel->capacity; i++)
		time = min(time, duel->expires[i]);
	return time;
}

/* ---- Each kind of step. False means that they disagree. */

static bool arm(struct duel *duel, u32 number, u64 expires)
{
	u64 *wanted = &duel->expires[number];
	bool sooner = expires < *wanted && expires < duel->alarm;

	*wanted = min(*wanted, expires);
	if (sooner)
		duel->alarm = expires;
	return varta_wheel_arm(&duel->wheel, number, expires) == sooner;
}

static bool arm_any(struct duel *duel)
{
	return arm(duel, below(duel, duel->capacity), any_time(duel));
}

/* Into one bucket, most likely, and more than a batch of them. */
static bool arm_many(struct duel *duel)
{
	u64 base = any_time(duel);
	u32 i;

	for (i = 0; i < duel->capacity; i++) {
		if (below(duel, 4) &&
		    !arm(duel, i, base + min_t(u64, below(duel, 1000),
					       U64_MAX - base)))
			return false;
	}
	return true;
}

static bool disarm_any(struct duel *duel)
{
	u32 number = below(duel, duel->capacity);

	duel->expires[number] = U64_MAX;
	varta_wheel_disarm(&duel->wheel, number);
	return true;
}

/*
 * One call, whatever it hands out early put off to when it is due, or to any
 * later time.
 */
static bool expire_once(struct duel *duel, u64 now, u32 room, bool *more)
{
	u32 numbers[VARTA_WHEEL_BATCH];
	u64 deadlines[VARTA_WHEEL_BATCH];
	u32 count, i, later = 0;

	count = varta_wheel_expire(&duel->wheel, now, numbers, room, more);
	if (count > room)
		return false;
	for (i = 0; i < count; i++) {
		u64 *expires = &duel->expires[numbers[i]];

		/* Not twice. */
		if (numbers[i] >= duel->capacity || *expires == U64_MAX)
			return false;
		if (*expires <= now) {
			*expires = U64_MAX;
			duel->handed_out++;
			continue;
		}
		/* What is that near must be exact. */
		if (*expires >> VARTA_WHEEL_TICK_SHIFT <=
		    now >> VARTA_WHEEL_TICK_SHIFT)
			return false;
		if (!below(duel, 8))
			*expires = max(*expires, any_time(duel));
		numbers[later] = numbers[i];
		deadlines[later++] = *expires;
		duel->early++;
	}
	varta_wheel_arm_batch(&duel->wheel, numbers, deadlines, later);
	return true;
}

/* A call or some, maybe not to the end; anything may come between them. */
static bool expire(struct duel *duel, u64 now, u32 calls)
{
	u32 room = 1 + below(duel, VARTA_WHEEL_BATCH);
	bool more = true;

	while (more && calls--) {
		if (!expire_once(duel, now, room, &more))
			return false;
	}
	return more || earliest(duel) > now || earliest(duel) == U64_MAX;
}

static bool expire_some(struct duel *duel)
{
	return expire(duel, duel->now, 1 + below(duel, 3));
}

static bool expire_all(struct duel *duel)
{
	if (!expire(duel, duel->now, CALLS_MAX))
		return false;
	return earliest(duel) > duel->now || earliest(duel) == U64_MAX;
}

/* The caller has read the clock a while ago. */
static bool expire_late(struct duel *duel)
{
	u64 back = any_distance(duel) % (1 << 20);

	return expire(duel, duel->now - min(duel->now, back), CALLS_MAX);
}

static bool next(struct duel *duel)
{
	duel->alarm = varta_wheel_next(&duel->wheel);
	if (earliest(duel) == U64_MAX)
		return duel->alarm == U64_MAX;
	return duel->alarm <= earliest(duel);
}

/* As whoever waits does it: to when the first is due, and not beyond. */
static bool wait_for_first(struct duel *duel)
{
	u64 first = earliest(duel);
	u32 i;

	if (!expire_all(duel))
		return false;
	first = earliest(duel);
	if (first == U64_MAX || (first - duel->now) >> WAIT_BITS)
		return next(duel);
	for (i = 0; duel->now < first; i++) {
		if (i > WAKE_UPS_MAX || !next(duel) ||
		    duel->alarm <= duel->now)
			return false;
		duel->now = duel->alarm;
		if (!expire(duel, duel->now, CALLS_MAX))
			return false;
	}
	return earliest(duel) > first;
}

static bool let_time_pass(struct duel *duel)
{
	u64 distance = any_distance(duel);

	duel->now += min(distance, U64_MAX - duel->now);
	return true;
}

typedef bool (*step_fn)(struct duel *duel);

static const struct {
	const char *name;
	u32 weight;
	step_fn step;
} kinds[] = {
	{ "arm",		40,	arm_any },
	{ "arm many",		2,	arm_many },
	{ "disarm",		16,	disarm_any },
	{ "expire some",	10,	expire_some },
	{ "expire all",		8,	expire_all },
	{ "expire late",	4,	expire_late },
	{ "next",		6,	next },
	{ "wait for first",	4,	wait_for_first },
	{ "time",		10,	let_time_pass },
};

static u32 any_kind(struct duel *duel)
{
	u32 n = below(duel, 100), i;

	for (i = 0; i < ARRAY_SIZE(kinds) - 1; i++) {
		if (n < kinds[i].weight)
			break;
		n -= kinds[i].weight;
	}
	return i;
}

static const char *difference(const struct duel *duel, u32 step)
{
	const struct varta_wheel *wheel = &duel->wheel;
	u32 i;

	if (wheel->next_event != duel->alarm)
		return "alarm";
	for (i = 0; i < duel->capacity; i++) {
		if (wheel_expires(wheel, i) != duel->expires[i])
			return "what is armed";
	}
	return step % STEPS_OF_A_LOOK ? NULL : wheel_fault(wheel);
}

static void any_start(struct duel *duel)
{
	memset(duel->expires, 0xff, sizeof(duel->expires));
	duel->alarm = U64_MAX;
	duel->capacity = 1 + below(duel, below(duel, 4) ? 20 : CAPACITY_MAX);
	/* A run is about a few levels. */
	duel->bits = 1 + below(duel, 64);
	switch (below(duel, 4)) {
	case 0:
		duel->now = 0;
		break;
	case 1:
		duel->now = U64_MAX - any_distance(duel);
		break;
	default:
		duel->now = any_distance(duel);
		break;
	}
}

static bool run_once(struct duel *duel, unsigned long run)
{
	const char *what = NULL;
	u32 kind = 0, i;

	prandom_seed_state(&duel->random,
			   (varta_kunit_seed ?: USUAL_SEED) * 0x9e3779b1 + run);
	any_start(duel);
	if (varta_wheel_init(&duel->wheel, duel->capacity)) {
		KUNIT_FAIL(duel->test, "no memory for a wheel");
		return false;
	}
	for (i = 1; i <= STEPS_OF_A_RUN && !what; i++) {
		kind = any_kind(duel);
		what = kinds[kind].step(duel) ? difference(duel, i) : "answer";
	}
	if (what)
		KUNIT_FAIL(duel->test,
			   "seed %lu, run %lu, step %u: %s differs after %s, capacity %u, now %llu",
			   varta_kunit_seed ?: USUAL_SEED, run, i - 1, what,
			   kinds[kind].name, duel->capacity, duel->now);
	varta_wheel_destroy(&duel->wheel);
	return !what;
}

static void wheel_and_array_agree_after_every_step(struct kunit *test)
{
	struct duel *duel = kunit_kzalloc(test, sizeof(*duel), GFP_KERNEL);
	unsigned long run;

	KUNIT_ASSERT_NOT_NULL(test, duel);
	duel->test = test;
	for (run = 0; run < DIV_ROUND_UP(varta_kunit_steps, STEPS_OF_A_RUN);
	     run++) {
		if (!run_once(duel, run))
			return;
		cond_resched();
	}
	kunit_info(test, "%llu handed out, and %llu early\n",
		   duel->handed_out, duel->early);
	KUNIT_EXPECT_GT(test, duel->early, varta_kunit_steps / 50);
	KUNIT_EXPECT_GT(test, duel->handed_out, varta_kunit_steps / 10);
}

static struct kunit_case wheel_model_cases[] = {
	KUNIT_CASE(wheel_and_array_agree_after_every_step),
	{}
};

static struct kunit_suite wheel_model_suite = {
	.name = "varta-wheel-model",
	.test_cases = wheel_model_cases,
};

kunit_test_suite(wheel_model_suite);

// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the gateway remembers of each sender. See senders.h.
 */
#include "senders.h"

#include <string.h>

#include "clock.h"

/* Places for a sender: as many are looked at, at most. */
#define WAYS	8

void senders_init(struct senders *senders, uint64_t seed, uint32_t rate)
{
	memset(senders, 0, sizeof(*senders));
	senders->seed = seed;
	senders->interval = rate ? NS_PER_S / rate : 0;
}

uint64_t sender_key(uint32_t source, uint32_t pid)
{
	return (uint64_t)source << 32 | pid;
}

/* The finalizer of MurmurHash3. */
static uint64_t hash(const struct senders *senders, uint64_t key)
{
	key ^= senders->seed;
	key = (key ^ key >> 33) * UINT64_C(0xff51afd7ed558ccd);
	key = (key ^ key >> 33) * UINT64_C(0xc4ceb9fe1a85ec53);
	return key ^ key >> 33;
}

static struct sender *places_of(struct senders *senders, uint64_t key)
{
	return &senders->senders[hash(senders, key) % (SENDERS_MAX / WAYS) *
				 WAYS];
}

struct sender *senders_find(struct senders *senders, uint64_t key)
{
	struct sender *place = places_of(senders, key);
	int i;

	for (i = 0; i < WAYS; i++)
		if (place[i].key == key)
			return &place[i];
	return NULL;
}

struct sender *senders_add(struct senders *senders, uint64_t key)
{
	struct sender *place = places_of(senders, key), *oldest = place;
	int i;

	for (i = 1; i < WAYS; i++)
		if (place[i].used < oldest->used)
			oldest = &place[i];
	*oldest = (struct sender){ .key = key };
	return oldest;
}

/* @due: until when the ones before it last. A second of them is allowed at once. */
static bool take(uint64_t *due, uint64_t interval, uint64_t now)
{
	uint64_t begin = *due > now ? *due : now;

	if (begin + interval > now + NS_PER_S)
		return false;
	*due = begin + interval;
	return true;
}

bool senders_may_add(struct senders *senders, uint64_t owner, uint64_t now)
{
	return take(&senders->new_due[hash(senders, owner) % SENDERS_OWNERS],
		    NS_PER_S / SENDERS_NEW_RATE, now);
}

bool senders_allow(const struct senders *senders, struct sender *sender,
		   bool is_terminal, uint64_t now)
{
	bool is_first = is_terminal && !sender->was_terminal;

	if (!is_first && !take(&sender->next_due, senders->interval, now))
		return false;
	sender->was_terminal = is_terminal;
	sender->used = now;
	return true;
}

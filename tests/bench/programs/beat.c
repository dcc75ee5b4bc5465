// SPDX-License-Identifier: GPL-2.0-only
/*
 * The cost of a beat for its sender: one send(), which does all the work.
 *
 * Usage: beat FAMILY NAME [single | bare | library | client | mapped |
 *                          mapped_client | stored]
 *
 * By itself, a message with all that describes a beat; "bare" is one of status
 * and nonce alone. "library" is varta_beat() of libvarta and "client"
 * varta_client_beat() of varta-client.h, with name and threshold. "mapped" and
 * "mapped_client" are these two with the option mapped, and "stored" the second
 * without the reading of the clock. Of these three, what the loop around the
 * beat takes is subtracted.
 *
 * Several processes, one after the other, beat without acknowledgement. The
 * result NAME is the mean of the best round of each, as the place of an agent
 * in the tracker's index depends on its pid. With "single" it is the whole cost
 * of a single beat now and then.
 */
#include <err.h>
#include <stdbool.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <varta-client.h>
#include <varta.h>

#include "common.h"

enum {
	PROCESSES	= 16,
	ROUNDS		= 8,
	BEATS		= 500,
};

/* Of the agents that the library's beats describe. */
#define AGENT_NAME		"bench"
#define AGENT_THRESHOLD_MS	60000

/* One way to beat. */
struct way {
	const char *name;
	void (*open)(const char *family);
	void (*beat)(void);
	void (*check)(void);
	/* The same without a beat, to be subtracted; or NULL. */
	void (*loop)(void);
};

static struct sender sender;
static struct varta *handle;
static struct varta_client client;

static void open_sender(const char *family)
{
	sender_open(&sender, family);
}

static void open_bare(const char *family)
{
	sender_open_bare(&sender, family);
}

static void beat_sender(void)
{
	sender_beat(&sender);
}

static void check_sender(void)
{
	sender_check(&sender);
}

static void open_handle(bool mapped)
{
	struct varta_options options = VARTA_OPTIONS_INIT;

	options.mapped = mapped;
	options.name = AGENT_NAME;
	options.threshold_ms = AGENT_THRESHOLD_MS;
	if (varta_open(&handle, &options))
		errx(1, "varta_open");
}

static void open_library(const char *family)
{
	(void)family;
	open_handle(false);
}

static void open_mapped(const char *family)
{
	(void)family;
	open_handle(true);
}

static void beat_library(void)
{
	if (varta_beat(handle, VARTA_STATUS_OK, 0))
		errx(1, "varta_beat");
}

/* Reads the answers to all beats. */
static void check_library(void)
{
	if (varta_dispatch(handle, VARTA_STATUS_OK, 0))
		errx(1, "a beat was refused");
}

static void open_client_with(bool mapped)
{
	const struct varta_client_options options = {
		.name = AGENT_NAME,
		.threshold_ms = AGENT_THRESHOLD_MS,
		.mapped = mapped,
	};

	if (varta_client_open(&client, &options))
		errx(1, "varta_client_open");
}

static void open_client(const char *family)
{
	(void)family;
	open_client_with(false);
}

static void open_mapped_client(const char *family)
{
	(void)family;
	open_client_with(true);
}

static uint64_t stored_at;
static uint32_t sent_before;

static void open_stored(const char *family)
{
	(void)family;
	open_client_with(true);
	sent_before = client.socket.sequence;
	stored_at = now_ns();
}

static void beat_stored(void)
{
	if (varta_client__beat_at(&client, VARTA_STATUS_OK, 0, ++stored_at))
		errx(1, "a stored beat failed");
}

static int no_beat(struct varta_client *c, uint64_t now)
{
	/* Not optimized away. */
	__asm__ volatile("" : : "r" (c), "r" (now) : "memory");
	return 0;
}

static void loop_stored(void)
{
	static uint64_t looped_at;

	if (no_beat(&client, ++looped_at))
		errx(1, "no beat failed");
}

static void loop_alone(void)
{
	if (no_beat(&client, 0))
		errx(1, "no beat failed");
}

static void check_stored(void)
{
	if (!client.mapped->page || client.mapped->page->nonce != stored_at ||
	    client.socket.sequence - sent_before > BEATS)
		errx(1, "no beat was stored");
}

static void beat_client(void)
{
	if (varta_client_beat(&client, VARTA_STATUS_OK, 0))
		errx(1, "varta_client_beat");
}

static void check_client(void)
{
	if (varta_client__read_answers(&client, false))
		errx(1, "a beat was refused");
}

static const struct way ways[] = {
	{ NULL, open_sender, beat_sender, check_sender, NULL },
	{ "bare", open_bare, beat_sender, check_sender, NULL },
	{ "library", open_library, beat_library, check_library, NULL },
	{ "client", open_client, beat_client, check_client, NULL },
	{ "mapped", open_mapped, beat_library, check_library, loop_alone },
	{ "mapped_client", open_mapped_client, beat_client, check_client,
	  loop_alone },
	{ "stored", open_stored, beat_stored, check_stored, loop_stored },
};

static uint64_t round_ns(void (*beat)(void))
{
	uint64_t begun = now_ns();
	int i;

	for (i = 0; i < BEATS; i++)
		beat();
	return now_ns() - begun;
}

static uint64_t best_round_ns(const struct way *way, const char *family)
{
	uint64_t best = UINT64_MAX, loop = UINT64_MAX;
	int i;

	way->open(family);
	/* The first beat inserts the agent. */
	way->beat();
	for (i = 0; i < ROUNDS; i++)
		best = smaller(best, round_ns(way->beat));
	for (i = 0; i < ROUNDS && way->loop; i++)
		loop = smaller(loop, round_ns(way->loop));
	way->check();
	return way->loop ? best - smaller(best, loop) : best;
}

/* In a new process. */
static uint64_t ask_process(const struct way *way, const char *family)
{
	uint64_t took;
	int ends[2];
	int status;
	pid_t pid;

	if (pipe(ends))
		err(1, "pipe");
	pid = fork();
	if (pid < 0)
		err(1, "fork");
	if (!pid) {
		took = best_round_ns(way, family);
		_exit(write(ends[1], &took, sizeof(took)) != sizeof(took));
	}
	close(ends[1]);
	if (read(ends[0], &took, sizeof(took)) != sizeof(took) ||
	    waitpid(pid, &status, 0) < 0 || status)
		errx(1, "a beating process failed");
	close(ends[0]);
	return took;
}

static void step(void *unused)
{
	(void)unused;
	beat_sender();
}

static double single(const char *family)
{
	double cost;

	open_sender(family);
	beat_sender();
	cost = single_ns(step, NULL);
	check_sender();
	return cost;
}

static const struct way *find_way(const char *name)
{
	size_t i;

	for (i = 1; i < sizeof(ways) / sizeof(ways[0]); i++)
		if (!strcmp(ways[i].name, name))
			return &ways[i];
	errx(2, "there is no way %s", name);
}

int main(int argc, char **argv)
{
	const struct way *way = &ways[0];
	double sum = 0;
	int i;

	if (argc != 3 && argc != 4)
		errx(2, "needs a family and a name for the result");
	if (argc == 4 && !strcmp(argv[3], "single")) {
		result(argv[2], single(argv[1]));
		return 0;
	}
	if (argc == 4)
		way = find_way(argv[3]);
	for (i = 0; i < PROCESSES; i++)
		sum += ask_process(way, argv[1]);
	result(argv[2], sum / PROCESSES / BEATS);
	return 0;
}

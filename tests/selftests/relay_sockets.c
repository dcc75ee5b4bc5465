// SPDX-License-Identifier: GPL-2.0-only
/*
 * Relays one beat by each of COUNT sockets, one after the other. With COUNT 0, by
 * one that stays open until a signal ends the program.
 *
 * Usage: relay_sockets COUNT
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <varta.h>

static void relay(struct varta *v)
{
	const struct varta_beat beat = {
		.pid = 1,
		.nonce = varta_monotonic_now(),
	};
	int error = varta_relay(v, 3, &beat, 1);

	if (error) {
		fprintf(stderr, "relay_sockets: relay: %s\n", strerror(-error));
		exit(1);
	}
}

static struct varta *open_and_relay(void)
{
	struct varta *v;
	int error = varta_open(&v, NULL);

	if (error) {
		fprintf(stderr, "relay_sockets: open: %s\n", strerror(-error));
		exit(1);
	}
	relay(v);
	return v;
}

int main(int argc, char **argv)
{
	unsigned long count = argc == 2 ? strtoul(argv[1], NULL, 10) : 1;
	unsigned long i;

	for (i = 0; i < count; i++)
		varta_close(open_and_relay());
	if (!count) {
		open_and_relay();
		pause();
	}
	return 0;
}

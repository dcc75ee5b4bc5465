// SPDX-License-Identifier: GPL-2.0-only
/*
 * Relays one beat each of many agents of another machine, so that many stalls
 * come at once without as many processes.
 *
 * Usage: mass_relay SOURCE COUNT THRESHOLD_MS [NAMES]
 *
 * With NAMES, the agents have so many names.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <varta.h>

static void fill(struct varta_beat *beats, uint32_t first, uint32_t count,
		 uint32_t threshold_ms, uint32_t name_count)
{
	static char names[VARTA_RELAY_MAX][VARTA_NAME_SIZE];
	uint32_t i;

	for (i = 0; i < count; i++) {
		if (name_count)
			snprintf(names[i], VARTA_NAME_SIZE, "relay%u",
				 (first + i) % name_count);
		else
			snprintf(names[i], VARTA_NAME_SIZE, "mass_relay");
		beats[i] = (struct varta_beat){
			.pid = first + i,
			.nonce = varta_monotonic_now(),
			.timestamp = varta_monotonic_now(),
			.threshold_ms = threshold_ms,
			.name = names[i],
		};
	}
}

int main(int argc, char **argv)
{
	struct varta_beat beats[VARTA_RELAY_MAX];
	uint32_t source, count, threshold_ms, names, done, some;
	struct varta *v;
	int error;

	if (argc != 4 && argc != 5)
		return 2;
	source = (uint32_t)strtoul(argv[1], NULL, 10);
	count = (uint32_t)strtoul(argv[2], NULL, 10);
	threshold_ms = (uint32_t)strtoul(argv[3], NULL, 10);
	names = argc == 5 ? (uint32_t)strtoul(argv[4], NULL, 10) : 0;
	error = varta_open(&v, NULL);
	for (done = 0; !error && done < count; done += some) {
		some = count - done < 100 ? count - done : 100;
		fill(beats, done + 2, some, threshold_ms, names);
		error = varta_relay(v, source, beats, some);
	}
	if (error) {
		fprintf(stderr, "mass_relay: %s\n",
			v ? varta_errmsg(v) : strerror(-error));
		return 1;
	}
	varta_close(v);
	return 0;
}

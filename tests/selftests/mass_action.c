// SPDX-License-Identifier: GPL-2.0-only
/*
 * Many processes that ask for a signal on a stall, beat once and wait.
 *
 * Usage: mass_action COUNT THRESHOLD_MS SIGNAL
 *
 * Prints "ready" when all have had their beats. Ends when all have ended.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <varta-client.h>

static void wait_to_be_ended(const struct varta_client_options *options,
			     int ready)
{
	static struct varta_client client;
	char result;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	result = varta_client_open(&client, options) ||
		 varta_client_beat(&client, VARTA_STATUS_OK, 0);
	if (write(ready, &result, 1) != 1)
		_exit(1);
	for (;;)
		pause();
}

int main(int argc, char **argv)
{
	struct varta_client_options options = { .acknowledge = true };
	int count = argc == 4 ? atoi(argv[1]) : 0;
	int ready[2], i;
	char result;

	if (count < 1 || pipe(ready))
		return 2;
	options.threshold_ms = (uint32_t)atoi(argv[2]);
	options.stall_signal = (uint32_t)atoi(argv[3]);
	for (i = 0; i < count; i++) {
		switch (fork()) {
		case -1:
			perror("mass_action: fork");
			return 1;
		case 0:
			wait_to_be_ended(&options, ready[1]);
		}
		if (read(ready[0], &result, 1) != 1 || result) {
			fprintf(stderr, "mass_action: no beat\n");
			return 1;
		}
	}
	puts("ready");
	fflush(stdout);
	while (wait(NULL) > 0)
		;
	return 0;
}

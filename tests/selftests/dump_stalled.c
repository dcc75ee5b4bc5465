// SPDX-License-Identifier: GPL-2.0-only
/*
 * Prints SOURCE and PID of the agents that the kernel's dump of stalled agents
 * returns.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include <varta.h>

static int print_agent(const struct varta_agent *agent, void *arg)
{
	(void)arg;
	printf("%" PRIu32 " %" PRIu32 "\n", agent->source, agent->pid);
	return agent->stalled ? 0 : -EPROTO;
}

int main(void)
{
	const struct varta_agent_filter filter = {
		.size = sizeof(filter),
		.stalled = true,
	};
	struct varta *v;
	int error = varta_open(&v, NULL);

	if (!error) {
		error = varta_agent_dump(v, &filter, print_agent, NULL);
		varta_close(v);
	}
	if (!error)
		return 0;
	fprintf(stderr, "dump_stalled: %s\n", strerror(-error));
	return 1;
}

// SPDX-License-Identifier: GPL-2.0-only

#include <linux/cred.h>
#include <linux/ctype.h>
#include <linux/pid_namespace.h>
#include <linux/sched.h>
#include <linux/string.h>
#include <linux/uidgid.h>

#include "attest.h"

static u32 host_pid(const struct varta_agent_info *agent)
{
	return varta_pid_in_ns(&agent->id, &init_pid_ns);
}

/* A name has any bytes, and must not make up lines of a trace. */
static void copy_name(char *to, const char *from)
{
	int i;

	for (i = 0; i < VARTA_NAME_SIZE - 1 && from[i]; i++)
		to[i] = isascii(from[i]) && isprint(from[i]) ? from[i] : '?';
	memset(&to[i], 0, VARTA_NAME_SIZE - i);
}

#define CREATE_TRACE_POINTS
#include "trace.h"

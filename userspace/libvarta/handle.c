// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Handles: making them, giving them back, and what went wrong with them.
 */
#include "handle.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include <netlink/msg.h>

#define FIRST_NONCE	1
#define TIMEOUT_MS	5000

const char *varta_version(void)
{
	return VARTA_VERSION;
}

static int timeout_of(const struct varta_options *options)
{
	if (!options->timeout_ms)
		return TIMEOUT_MS;
	if (options->timeout_ms > INT_MAX)
		return INT_MAX;
	return (int)options->timeout_ms;
}

static int open_handle(struct varta *v, const struct varta_options *options)
{
	int error;

	/* So that closing it is right from here on. */
	v->connection.fd = -1;
	if (options->name && strlen(options->name) >= sizeof(v->name))
		return -ENAMETOOLONG;
	error = varta_connection_open(&v->connection, timeout_of(options));
	if (error)
		return error;
	v->beat = varta_connection_request(&v->connection, VARTA_CMD_BEAT, 0);
	if (!v->beat)
		return -ENOMEM;
	v->nonce = options->first_nonce ? options->first_nonce : FIRST_NONCE;
	v->acknowledge = options->acknowledge;
	v->threshold_ms = options->threshold_ms;
	if (options->name)
		strcpy(v->name, options->name);
	v->relay_refused = SIZE_MAX;
	return 0;
}

int varta_open(struct varta **handle, const struct varta_options *options)
{
	static const struct varta_options defaults = VARTA_OPTIONS_INIT;
	struct varta *v;
	int error;

	*handle = NULL;
	if (!options)
		options = &defaults;
	if (options->size != sizeof(*options))
		return -EINVAL;

	v = calloc(1, sizeof(*v));
	if (!v)
		return -ENOMEM;
	error = open_handle(v, options);
	if (error) {
		varta_close(v);
		return error;
	}
	*handle = v;
	return 0;
}

void varta_close(struct varta *v)
{
	if (!v)
		return;
	nlmsg_free(v->beat);
	varta_connection_close(&v->connection);
	free(v);
}

void varta_call_begin(struct varta *v)
{
	v->error = 0;
	v->connection.refusal.error = 0;
}

int varta_call_end(struct varta *v, int error)
{
	v->error = varta_connection_outcome(&v->connection, error);
	return v->error;
}

bool varta_refused(const struct varta *v)
{
	return v->error < 0 && v->error == v->connection.refusal.error;
}

const char *varta_strerror(const struct varta *v)
{
	const char *words;

	if (v->error >= 0)
		return "";
	if (varta_refused(v) && v->connection.refusal.text[0])
		return v->connection.refusal.text;
	if (v->error == -ENODEV)
		return "the kernel has no varta: module not loaded";
	/* strerror() is not for threads. */
	words = strerrordesc_np(-v->error);
	return words ? words : "Unknown error";
}

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

#define TIMEOUT_MS	5000
#define INTERVAL_MS	1000
#define NS_PER_MS	1000000

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

/* Often enough that a beat or two may come late. */
static uint32_t interval_of(const struct varta_options *options)
{
	if (options->interval_ms)
		return options->interval_ms;
	if (options->threshold_ms)
		return options->threshold_ms / 3 ? : 1;
	return INTERVAL_MS;
}

static int open_client(struct varta *v, const struct varta_options *options)
{
	const struct varta_client_options how = {
		.name = options->name,
		.threshold_ms = options->threshold_ms,
		.acknowledge = options->acknowledge,
		.first_nonce = options->first_nonce,
	};

	if (varta_client_open(&v->client, &how) == VARTA_CLIENT_OK)
		return 0;
	/* Beats can do without all but memory. */
	if (options->optional && v->client.same_process)
		return 0;
	return v->client.error;
}

static int open_handle(struct varta *v, const struct varta_options *options)
{
	/* So that closing it is right from here on. */
	v->connection.fd = -1;
	if (options->name && strlen(options->name) >= sizeof(v->name))
		return -ENAMETOOLONG;
	v->message = nlmsg_alloc();
	if (!v->message)
		return -ENOMEM;
	v->connection.timeout_ms = timeout_of(options);
	v->interval = (uint64_t)interval_of(options) * NS_PER_MS;
	v->threshold_ms = options->threshold_ms;
	if (options->name)
		strcpy(v->name, options->name);
	v->relay_refused = SIZE_MAX;
	return open_client(v, options);
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
	nlmsg_free(v->message);
	varta_connection_close(&v->connection);
	varta_client_close(&v->client);
	free(v);
}

static int connect_handle(struct varta *v)
{
	struct varta_connection *c = &v->connection;

	varta_client_notice_fork(&v->client);
	if (v->forks != v->client.forks)
		varta_connection_close(c);
	if (c->fd >= 0)
		return 0;
	v->forks = v->client.forks;
	return varta_connection_open(c, c->timeout_ms);
}

int varta_call_begin(struct varta *v)
{
	v->error = 0;
	v->connection.refusal.error = 0;
	return connect_handle(v);
}

int varta_call_end(struct varta *v, int error)
{
	v->error = varta_connection_outcome(&v->connection, error);
	/* The next call looks for the module again. */
	if (v->error == -ENODEV)
		varta_connection_close(&v->connection);
	return v->error;
}

int varta_error(const struct varta *v)
{
	return v->error < 0 ? v->error : 0;
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

// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Opening and closing handles, and errors of calls on them.
 */
#include "client.h"
#include "vdso_clock.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include <netlink/msg.h>

enum {
	TIMEOUT_MS	= 5000,
	INTERVAL_MS	= 1000,
	NS_PER_MS	= 1000000,
	/* No struct of a caller gets this large. */
	STRUCT_SIZE_MAX	= 4096,
};

const char *varta_version(void)
{
	return VARTA_VERSION;
}

bool varta_is_zero(const void *bytes, size_t size)
{
	const unsigned char *byte = bytes;

	while (size--)
		if (*byte++)
			return false;
	return true;
}

int varta_copy_struct(void *to, size_t to_size, size_t first_size,
		      const void *from)
{
	size_t size;

	memcpy(&size, from, sizeof(size));
	if (!size)
		size = first_size;
	if (size < first_size || size > STRUCT_SIZE_MAX)
		return -EINVAL;
	if (size > to_size) {
		if (!varta_is_zero((const char *)from + to_size,
				   size - to_size))
			return -E2BIG;
		size = to_size;
	}
	memset(to, 0, to_size);
	memcpy(to, from, size);
	return 0;
}

static int copy_options(struct varta_options *to,
			const struct varta_options *from)
{
	int error;

	memset(to, 0, sizeof(*to));
	if (!from)
		return 0;
	error = varta_copy_struct(to, sizeof(*to),
				  VARTA_SIZE_UP_TO(struct varta_options,
						   reserved), from);
	if (!error && !varta_is_zero(to->reserved, sizeof(to->reserved)))
		error = -E2BIG;
	if (!error && (to->lanes > VARTA_LANES_MAX ||
		       to->more_lanes > (uint32_t)VARTA_AGENT_LANES_MAX - to->lanes))
		error = -EINVAL;
	if (!error && to->name && strlen(to->name) >= VARTA_NAME_SIZE)
		error = -ENAMETOOLONG;
	return error;
}

static int timeout_of(const struct varta_options *options)
{
	if (!options->timeout_ms)
		return TIMEOUT_MS;
	if (options->timeout_ms > INT_MAX)
		return INT_MAX;
	return (int)options->timeout_ms;
}

/* A third of the threshold allows for two late beats. */
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
	const struct varta_client_options client_options = {
		.name = options->name,
		.threshold_ms = options->threshold_ms,
		.acknowledge = options->acknowledge,
		.first_nonce = options->first_nonce,
		.stall_signal = options->stall_signal,
		.kill_after_ms = options->kill_after_ms,
		.even_if_starved = options->even_if_starved,
		.mapped = options->mapped,
		.lanes = options->lanes + options->more_lanes,
	};
	int error = varta_client_open(&v->client, &client_options);

	if (v->client.interval > v->interval)
		v->client.interval = v->interval;
	/* A later beat can open a socket, but not map the client's page. */
	if (options->optional && v->client.same_process)
		return 0;
	return error;
}

static int open_handle(struct varta *v, const struct varta_options *options)
{
	/* varta_close() may be called from here on. */
	v->connection.socket.fd = -1;
	v->refusal = &v->client.refusal;
	v->message = nlmsg_alloc();
	if (!v->message)
		return -ENOMEM;
	v->connection.timeout_ms = timeout_of(options);
	v->interval = (uint64_t)interval_of(options) * NS_PER_MS;
	v->threshold_ms = options->threshold_ms;
	v->optional = options->optional;
	if (options->name)
		strcpy(v->name, options->name);
	v->relay_refused = -ENODATA;
	return open_client(v, options);
}

int varta_open(struct varta **handle, const struct varta_options *options)
{
	struct varta_options copy;
	struct varta *v;
	int error;

	*handle = NULL;
	varta_clock_init();
	error = copy_options(&copy, options);
	if (error)
		return error;
	v = calloc(1, sizeof(*v));
	if (!v)
		return -ENOMEM;
	error = open_handle(v, &copy);
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

int varta_call_begin(struct varta *v)
{
	struct varta_connection *c = &v->connection;

	v->refusal = &c->refusal;
	c->refusal.error = 0;
	varta_client__notice_fork(&v->client);
	if (v->forks != v->client.forks)
		varta_connection_close(c);
	if (c->socket.fd >= 0)
		return 0;
	v->forks = v->client.forks;
	return varta_connection_open(c, c->timeout_ms);
}

int varta_call_end(struct varta *v, int result)
{
	result = varta_connection_result(&v->connection, result);
	/* The next call looks for the module again. */
	if (result == -ENODEV)
		varta_connection_close(&v->connection);
	v->error = result < 0 ? result : 0;
	return result;
}

bool varta_refused(const struct varta *v)
{
	return v->error && v->error == v->refusal->error;
}

enum varta_reason varta_reason(const struct varta *v)
{
	return varta_refused(v) ? varta_reason_of(v->refusal->text) :
				  VARTA_REASON_NONE;
}

const char *varta_errmsg(const struct varta *v)
{
	const char *text;

	if (!v->error)
		return "";
	if (varta_refused(v) && v->refusal->text[0])
		return v->refusal->text;
	if (v->error == -ENODEV)
		return "the kernel module varta is not loaded";
	/* strerror() is not thread-safe. */
	text = strerrordesc_np(-v->error);
	return text ? text : "unknown error";
}

/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * An agent with the same interface for the library and, with HEADER_ONLY, for
 * the header-only client.
 */
#ifndef BEATER_H
#define BEATER_H

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>

#include <varta-client.h>

struct beater_options {
	const char *name;
	uint32_t threshold_ms;
	bool acknowledge;
	uint64_t first_nonce;
};

#ifdef HEADER_ONLY

#define BEATER	"client"

struct beater {
	struct varta_client client;
};

static inline bool beater_open(struct beater *b,
			       const struct beater_options *options)
{
	const struct varta_client_options client_options = {
		options->name, options->threshold_ms, options->acknowledge,
		options->first_nonce, 0, 0, false, false, 0
	};

	varta_client_open(&b->client, &client_options);
	return b->client.same_process;
}

static inline int beater_beat(struct beater *b)
{
	return varta_client_beat(&b->client, VARTA_STATUS_OK, 0);
}

static inline bool beater_refused(const struct beater *b)
{
	return b->client.refusal.error;
}

static inline const char *beater_text(const struct beater *b)
{
	return b->client.refusal.text;
}

static inline bool beater_bye(struct beater *b)
{
	return !varta_client_bye(&b->client);
}

static inline int beater_fd(const struct beater *b)
{
	return b->client.socket.fd;
}

static inline void beater_close(struct beater *b)
{
	varta_client_close(&b->client);
}

#else

#include <varta.h>

#define BEATER	"library"

struct beater {
	struct varta *handle;
};

static inline bool beater_open(struct beater *b,
			       const struct beater_options *options)
{
	struct varta_options how = VARTA_OPTIONS_INIT;

	how.name = options->name;
	how.threshold_ms = options->threshold_ms;
	how.acknowledge = options->acknowledge;
	how.first_nonce = options->first_nonce;
	how.optional = true;
	return !varta_open(&b->handle, &how);
}

static inline int beater_beat(struct beater *b)
{
	int result = varta_beat(b->handle, VARTA_STATUS_OK, 0);

	return result == VARTA_NOT_LOADED ? -ENODEV : result;
}

static inline bool beater_refused(const struct beater *b)
{
	return varta_refused(b->handle);
}

static inline const char *beater_text(const struct beater *b)
{
	return varta_refused(b->handle) ? varta_errmsg(b->handle) : "";
}

static inline bool beater_bye(struct beater *b)
{
	return !varta_bye(b->handle, 0);
}

/* In a child, this creates its socket. */
static inline int beater_fd(const struct beater *b)
{
	return varta_fd(b->handle);
}

static inline void beater_close(struct beater *b)
{
	varta_close(b->handle);
}

#endif

#endif /* BEATER_H */

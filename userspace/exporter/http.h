/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The HTTP server. It has no thread of its own, and limits for connections,
 * times, requests and memory.
 */
#ifndef HTTP_H
#define HTTP_H

#include <stddef.h>
#include <stdint.h>

#include "basic_auth.h"
#include "feed.h"
#include "sockets.h"
#include "web_config.h"

struct MHD_Daemon;
struct MHD_Response;
struct http_client;

/* Number of formats of metrics. */
#define HTTP_FORMATS	2

/**
 * struct http - The server.
 * @feed: What it exports.
 * @config: TLS, users and headers.
 * @auth: Who may scrape.
 * @daemons: The server of each socket.
 * @count: Number of @daemons.
 * @clients: The connections.
 * @client_count: Number of @clients.
 * @answers: The last answers, by format; NULL for none.
 * @answered_at: When they were made.
 */
struct http {
	struct feed *feed;
	const struct web_config *config;
	struct basic_auth auth;
	struct MHD_Daemon *daemons[SOCKETS_MAX];
	size_t count;
	struct http_client *clients;
	size_t client_count;
	struct MHD_Response *answers[HTTP_FORMATS];
	uint64_t answered_at[HTTP_FORMATS];
};

/**
 * http_open() - Start the server.
 * @http: The server. Stop it with http_close().
 * @sockets: The sockets, which it takes over, also on failure.
 * @feed: What to export.
 * @config: TLS, users and headers; must stay.
 *
 * Return: 0 or a negative errno. -EINVAL: certificate or key is not valid.
 */
int http_open(struct http *http, struct sockets *sockets,
	      struct feed *feed, const struct web_config *config);

/**
 * http_close() - Stop the server.
 * @http: The server.
 */
void http_close(struct http *http);

/**
 * http_fds() - Descriptors to poll for reading.
 * @http: The server.
 * @fds: Receives @count of them, SOCKETS_MAX at most.
 */
void http_fds(const struct http *http, int *fds);

/**
 * http_due() - When http_work() has something to do besides.
 * @http: The server.
 *
 * Return: The time, as varta_monotonic_now().
 */
uint64_t http_due(const struct http *http);

/**
 * http_work() - Do what is to be done.
 * @http: The server.
 */
void http_work(struct http *http);

#endif /* HTTP_H */

// SPDX-License-Identifier: GPL-2.0-only
/*
 * The HTTP server. See http.h.
 */
#include "http.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <gnutls/gnutls.h>
#include <gnutls/x509.h>
#include <microhttpd.h>

#include "accept.h"
#include "scrape.h"

#define SECOND		1000000000ull

/* More connections at the same time close the oldest. */
#define CLIENTS_MAX	64

/* Request line and headers must fit in a part of it. */
#define CLIENT_MEMORY	(32 << 10)

/* Until a request has arrived, until it is answered, until the next begins. */
#define REQUEST_TIME	(10 * SECOND)
#define ANSWER_TIME	(30 * SECOND)
#define IDLE_TIME	(120 * SECOND)

/* Scrapes within this time receive the same text. */
#define ANSWER_AGE	(SECOND / 4)

/* Texts of slow clients are kept; no more are made then. */
#define TEXTS_MAX	8

/* There is one server in a process, and the library passes only the text. */
static unsigned int texts;

/**
 * struct http_client - A connection.
 * @fd: Its socket.
 * @deadline: When it is closed.
 * @next: The next one.
 * @previous: The pointer to this one.
 */
struct http_client {
	int fd;
	uint64_t deadline;
	struct http_client *next, **previous;
};

/* ---- Connections */

/* The library notices, and closes the socket. */
static void shut(struct http_client *client)
{
	shutdown(client->fd, SHUT_RDWR);
	client->deadline = UINT64_MAX;
}

static void shut_oldest(struct http *http)
{
	struct http_client *client, *oldest = http->clients;

	for (client = http->clients; client; client = client->next)
		if (client->deadline < oldest->deadline)
			oldest = client;
	if (oldest)
		shut(oldest);
}

static struct http_client *add_client(struct http *http, int fd)
{
	struct http_client *client = calloc(1, sizeof(*client));

	if (!client) {
		shutdown(fd, SHUT_RDWR);
		return NULL;
	}
	if (http->client_count >= CLIENTS_MAX)
		shut_oldest(http);
	client->fd = fd;
	client->deadline = varta_monotonic_now() + REQUEST_TIME;
	client->next = http->clients;
	client->previous = &http->clients;
	if (client->next)
		client->next->previous = &client->next;
	http->clients = client;
	http->client_count++;
	return client;
}

static void remove_client(struct http *http, struct http_client *client)
{
	if (!client)
		return;
	*client->previous = client->next;
	if (client->next)
		client->next->previous = client->previous;
	http->client_count--;
	free(client);
}

static void on_connection(void *arg, struct MHD_Connection *connection,
			  void **context,
			  enum MHD_ConnectionNotificationCode code)
{
	const union MHD_ConnectionInfo *info;

	if (code == MHD_CONNECTION_NOTIFY_CLOSED) {
		remove_client(arg, *context);
		return;
	}
	info = MHD_get_connection_info(connection,
				       MHD_CONNECTION_INFO_CONNECTION_FD);
	*context = info ? add_client(arg, info->connect_fd) : NULL;
}

static void set_deadline(struct MHD_Connection *connection, uint64_t time)
{
	const union MHD_ConnectionInfo *info;
	struct http_client *client;

	info = MHD_get_connection_info(connection,
				       MHD_CONNECTION_INFO_SOCKET_CONTEXT);
	client = info ? info->socket_context : NULL;
	if (client && client->deadline != UINT64_MAX)
		client->deadline = varta_monotonic_now() + time;
}

static void on_completed(void *arg, struct MHD_Connection *connection,
			 void **context, enum MHD_RequestTerminationCode code)
{
	(void)arg;
	(void)context;
	(void)code;
	set_deadline(connection, IDLE_TIME);
}

/* ---- Answers */

static void free_text(void *text)
{
	texts--;
	free(text);
}

static void add_headers(const struct http *http, struct MHD_Response *response)
{
	const struct web_pairs *headers = &http->config->headers;
	size_t i;

	for (i = 0; i < headers->count; i++)
		MHD_add_response_header(response, headers->items[i].name,
					headers->items[i].value);
}

static enum MHD_Result answer_text(struct http *http,
				   struct MHD_Connection *connection,
				   unsigned int status, const char *type,
				   const char *text, const char *header,
				   const char *value)
{
	struct MHD_Response *response;
	enum MHD_Result result;

	response = MHD_create_response_from_buffer(strlen(text), (void *)text,
						   MHD_RESPMEM_PERSISTENT);
	if (!response)
		return MHD_NO;
	add_headers(http, response);
	MHD_add_response_header(response, "Content-Type", type);
	if (header)
		MHD_add_response_header(response, header, value);
	result = MHD_queue_response(connection, status, response);
	MHD_destroy_response(response);
	return result;
}

static enum MHD_Result refuse(struct http *http,
			      struct MHD_Connection *connection,
			      unsigned int status, const char *text,
			      const char *header, const char *value)
{
	return answer_text(http, connection, status,
			   "text/plain; charset=utf-8", text, header, value);
}

static struct MHD_Response *make_metrics(struct http *http,
					 enum prometheus_format format)
{
	struct MHD_Response *response;
	size_t size;
	char *text;

	if (texts >= TEXTS_MAX)
		return NULL;
	text = scrape_render(http->feed, format, &size);
	if (!text)
		return NULL;
	response = MHD_create_response_from_buffer_with_free_callback(
		size, text, free_text);
	if (!response) {
		free(text);
		return NULL;
	}
	texts++;
	add_headers(http, response);
	MHD_add_response_header(response, "Content-Type",
				accept_content_type(format));
	return response;
}

static void forget_answer(struct http *http, unsigned int format)
{
	if (http->answers[format])
		MHD_destroy_response(http->answers[format]);
	http->answers[format] = NULL;
}

static enum MHD_Result answer_metrics(struct http *http,
				      struct MHD_Connection *connection)
{
	enum prometheus_format format;
	uint64_t now = varta_monotonic_now();

	format = accept_format(MHD_lookup_connection_value(
		connection, MHD_HEADER_KIND, "Accept"));
	if (http->answers[format] &&
	    now - http->answered_at[format] >= ANSWER_AGE)
		forget_answer(http, format);
	if (!http->answers[format]) {
		http->answers[format] = make_metrics(http, format);
		http->answered_at[format] = now;
	}
	if (!http->answers[format])
		return refuse(http, connection, MHD_HTTP_SERVICE_UNAVAILABLE,
			      "Too many slow clients, or no memory.\n",
			      "Retry-After", "10");
	return MHD_queue_response(connection, MHD_HTTP_OK,
				  http->answers[format]);
}

/* ---- Who asks */

/* Whether its certificate is as configured. */
static bool client_is_trusted(const struct http *http,
			      struct MHD_Connection *connection)
{
	const union MHD_ConnectionInfo *info;
	unsigned int status = 0, certificates = 0;
	gnutls_session_t session;

	if (http->config->client_auth == CLIENT_AUTH_NONE)
		return true;
	info = MHD_get_connection_info(connection,
				       MHD_CONNECTION_INFO_GNUTLS_SESSION);
	if (!info)
		return false;
	session = info->tls_session;
	if (!gnutls_certificate_get_peers(session, &certificates) ||
	    !certificates)
		return http->config->client_auth == CLIENT_AUTH_IF_GIVEN;
	return !gnutls_certificate_verify_peers2(session, &status) && !status;
}

static enum auth_result check_password(struct http *http,
				       struct MHD_Connection *connection)
{
	enum auth_result result;
	char *password = NULL, *user = NULL;

	if (!http->config->users.count)
		return AUTH_OK;
	user = MHD_basic_auth_get_username_password(connection, &password);
	result = basic_auth_check(&http->auth, user, password);
	if (password)
		explicit_bzero(password, strlen(password));
	MHD_free(user);
	MHD_free(password);
	return result;
}

static enum MHD_Result answer_path(struct http *http,
				   struct MHD_Connection *connection,
				   const char *path)
{
	if (!strcmp(path, "/metrics"))
		return answer_metrics(http, connection);
	if (!strcmp(path, "/-/healthy"))
		return refuse(http, connection, MHD_HTTP_OK, "OK\n", NULL,
			      NULL);
	if (!strcmp(path, "/"))
		return answer_text(http, connection, MHD_HTTP_OK,
				   "text/html; charset=utf-8",
				   "<!DOCTYPE html>\n"
				   "<title>varta exporter</title>\n"
				   "<h1>varta exporter</h1>\n"
				   "<p><a href=\"/metrics\">Metrics</a></p>\n",
				   NULL, NULL);
	return refuse(http, connection, MHD_HTTP_NOT_FOUND,
		      "Not found. Metrics are at /metrics.\n", NULL, NULL);
}

static enum MHD_Result answer(void *arg, struct MHD_Connection *connection,
			      const char *path, const char *method,
			      const char *version, const char *data,
			      size_t *data_size, void **context)
{
	struct http *http = arg;

	(void)version;
	(void)data;
	set_deadline(connection, ANSWER_TIME);
	/* Answered before its body is read, which closes the connection. */
	if (strcmp(method, MHD_HTTP_METHOD_GET) &&
	    strcmp(method, MHD_HTTP_METHOD_HEAD))
		return refuse(http, connection, MHD_HTTP_METHOD_NOT_ALLOWED,
			      "Only GET and HEAD.\n", "Allow", "GET, HEAD");
	if (!*context) {
		*context = http;
		return MHD_YES;
	}
	/* The body of a GET is ignored. */
	if (*data_size) {
		*data_size = 0;
		return MHD_YES;
	}
	if (!client_is_trusted(http, connection))
		return refuse(http, connection, MHD_HTTP_FORBIDDEN,
			      "The certificate is not accepted.\n", NULL,
			      NULL);
	switch (check_password(http, connection)) {
	case AUTH_OK:
		return answer_path(http, connection, path);
	case AUTH_BUSY:
		return refuse(http, connection, MHD_HTTP_SERVICE_UNAVAILABLE,
			      "Too many wrong passwords.\n", "Retry-After",
			      "2");
	default:
		return refuse(http, connection, MHD_HTTP_UNAUTHORIZED,
			      "Unauthorized\n", "WWW-Authenticate", "Basic");
	}
}

/* ---- The server */

/* Its messages name clients, who could fill the journal. */
static void log_nothing(void *arg, const char *format, va_list args)
{
	(void)arg;
	(void)format;
	(void)args;
}

static struct MHD_Daemon *start(struct http *http, int fd)
{
	const struct web_config *config = http->config;
	unsigned int flags = MHD_USE_EPOLL | MHD_USE_ERROR_LOG;
	struct MHD_OptionItem options[8] = { { 0 } };
	char priorities[128];
	size_t i = 0;

	web_config_priorities(config, priorities, sizeof(priorities));
	if (config->certificate) {
		flags |= MHD_USE_TLS;
		options[i++] = (struct MHD_OptionItem){
			MHD_OPTION_HTTPS_MEM_CERT, 0, config->certificate };
		options[i++] = (struct MHD_OptionItem){
			MHD_OPTION_HTTPS_MEM_KEY, 0, config->key };
		options[i++] = (struct MHD_OptionItem){
			MHD_OPTION_HTTPS_PRIORITIES, 0, priorities };
		if (config->client_ca)
			options[i++] = (struct MHD_OptionItem){
				MHD_OPTION_HTTPS_MEM_TRUST, 0,
				config->client_ca };
	}
	options[i] = (struct MHD_OptionItem){ MHD_OPTION_END, 0, NULL };
	return MHD_start_daemon(
		flags, 0, NULL, NULL, answer, http,
		MHD_OPTION_EXTERNAL_LOGGER, log_nothing, NULL,
		MHD_OPTION_LISTEN_SOCKET, fd,
		MHD_OPTION_CONNECTION_LIMIT, (unsigned int)CLIENTS_MAX + 16,
		MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)CLIENT_MEMORY,
		MHD_OPTION_NOTIFY_CONNECTION, on_connection, http,
		MHD_OPTION_NOTIFY_COMPLETED, on_completed, http,
		MHD_OPTION_ARRAY, options, MHD_OPTION_END);
}

/* The library starts with a key that does not fit, and fails each client. */
static bool key_fits(const struct web_config *config)
{
	gnutls_certificate_credentials_t credentials;
	gnutls_datum_t certificate, key;
	int error;

	if (!config->certificate)
		return true;
	certificate = (gnutls_datum_t){ (unsigned char *)config->certificate,
					(unsigned int)strlen(
						config->certificate) };
	key = (gnutls_datum_t){ (unsigned char *)config->key,
				(unsigned int)strlen(config->key) };
	if (gnutls_certificate_allocate_credentials(&credentials))
		return false;
	error = gnutls_certificate_set_x509_key_mem(credentials, &certificate,
						    &key, GNUTLS_X509_FMT_PEM);
	gnutls_certificate_free_credentials(credentials);
	return !error;
}

int http_open(struct http *http, struct sockets *sockets,
	      struct feed *feed, const struct web_config *config)
{
	struct MHD_Daemon *daemon;
	int error;

	*http = (struct http){ .feed = feed, .config = config };
	error = basic_auth_init(&http->auth, &config->users);
	if (!error && !key_fits(config))
		error = -EINVAL;
	if (error) {
		sockets_close(sockets);
		return error;
	}
	while (sockets->count) {
		daemon = start(http, sockets->fds[sockets->count - 1]);
		if (!daemon) {
			sockets_close(sockets);
			http_close(http);
			return -EINVAL;
		}
		sockets->count--;
		http->daemons[http->count++] = daemon;
	}
	return 0;
}

void http_close(struct http *http)
{
	while (http->count)
		MHD_stop_daemon(http->daemons[--http->count]);
	forget_answer(http, PROMETHEUS_TEXT);
	forget_answer(http, PROMETHEUS_OPENMETRICS);
	basic_auth_free(&http->auth);
}

void http_fds(const struct http *http, int *fds)
{
	const union MHD_DaemonInfo *info;
	size_t i;

	for (i = 0; i < http->count; i++) {
		info = MHD_get_daemon_info(http->daemons[i],
					   MHD_DAEMON_INFO_EPOLL_FD);
		fds[i] = info ? info->epoll_fd : -1;
	}
}

uint64_t http_due(const struct http *http)
{
	uint64_t due = varta_monotonic_now() + SECOND;
	const struct http_client *client;
	MHD_UNSIGNED_LONG_LONG timeout;
	size_t i;

	for (client = http->clients; client; client = client->next)
		if (client->deadline < due)
			due = client->deadline;
	for (i = 0; i < http->count; i++)
		if (MHD_get_timeout(http->daemons[i], &timeout) == MHD_YES &&
		    varta_monotonic_now() + timeout * 1000000 < due)
			due = varta_monotonic_now() + timeout * 1000000;
	return due;
}

void http_work(struct http *http)
{
	uint64_t now = varta_monotonic_now();
	struct http_client *client;
	size_t i;

	for (client = http->clients; client; client = client->next)
		if (client->deadline <= now)
			shut(client);
	for (i = 0; i < http->count; i++)
		MHD_run(http->daemons[i]);
}

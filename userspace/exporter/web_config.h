/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * TLS and basic authentication, by a file in the form of the Prometheus exporter
 * toolkit's "web configuration".
 */
#ifndef WEB_CONFIG_H
#define WEB_CONFIG_H

#include <stdbool.h>
#include <stddef.h>

/**
 * struct web_pair - A user with the hash of the password, or a header.
 * @name: The name.
 * @value: Hash or value.
 */
struct web_pair {
	char *name, *value;
};

/**
 * struct web_pairs - A list.
 * @items: Its items.
 * @count: Number of them.
 */
struct web_pairs {
	struct web_pair *items;
	size_t count;
};

/**
 * enum client_auth - Whether clients show a certificate.
 * @CLIENT_AUTH_NONE: They need not.
 * @CLIENT_AUTH_IF_GIVEN: If one does, the certificate must be valid.
 * @CLIENT_AUTH_REQUIRED: Each must show a valid one.
 */
enum client_auth {
	CLIENT_AUTH_NONE,
	CLIENT_AUTH_IF_GIVEN,
	CLIENT_AUTH_REQUIRED,
};

/**
 * struct web_config - The configuration. Zeros: neither TLS nor users.
 * @certificate: In PEM; NULL without TLS.
 * @key: Likewise.
 * @client_ca: Likewise; NULL if clients need no certificate.
 * @client_auth: Whether clients show a certificate.
 * @min_version: Lowest version of TLS, as "TLS12".
 * @max_version: Highest version of TLS; NULL for the highest there is.
 * @users: Users who may scrape. Without any, all may.
 * @headers: Added to each answer.
 */
struct web_config {
	char *certificate, *key, *client_ca;
	enum client_auth client_auth;
	const char *min_version, *max_version;
	struct web_pairs users, headers;
};

/**
 * web_config_read() - Read the file.
 * @config: Receives what it says. Release it with web_config_free().
 * @path: The file. Names of files in it are relative to its directory.
 *
 * Return: Whether it is valid; what is wrong was printed.
 */
bool web_config_read(struct web_config *config, const char *path);

/**
 * web_config_free() - Release a configuration.
 * @config: The configuration.
 */
void web_config_free(struct web_config *config);

/**
 * web_config_priorities() - The versions of TLS, for GnuTLS.
 * @config: The configuration.
 * @text: Receives them.
 * @size: Size of @text.
 */
void web_config_priorities(const struct web_config *config, char *text,
			   size_t size);

#endif /* WEB_CONFIG_H */

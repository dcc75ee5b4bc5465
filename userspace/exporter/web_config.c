// SPDX-License-Identifier: GPL-2.0-only
/*
 * The web configuration. See web_config.h.
 */
#include "web_config.h"

#include <crypt.h>
#include <errno.h>
#include <libgen.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <yaml.h>

/* Certificates and keys are shorter. */
#define FILE_MAX	(1 << 20)

/**
 * struct reader - A file that is being read.
 * @path: Its name.
 * @document: Its content.
 * @config: Receives what it says.
 * @valid: Nothing wrong was found so far.
 */
struct reader {
	const char *path;
	yaml_document_t document;
	struct web_config *config;
	bool valid;
};

__attribute__((format(printf, 3, 4)))
static void complain(struct reader *reader, const yaml_node_t *node,
		     const char *format, ...)
{
	va_list args;

	fprintf(stderr, "varta exporter: %s", reader->path);
	if (node)
		fprintf(stderr, ":%zu", node->start_mark.line + 1);
	fputs(": ", stderr);
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fputc('\n', stderr);
	reader->valid = false;
}

/* The text of a scalar; "" after a complaint. */
static const char *text_of(struct reader *reader, const yaml_node_t *node,
			   const char *what)
{
	if (node->type == YAML_SCALAR_NODE &&
	    strlen((const char *)node->data.scalar.value) ==
		    node->data.scalar.length)
		return (const char *)node->data.scalar.value;
	complain(reader, node, "%s is not a text", what);
	return "";
}

/* ---- Files */

static char *path_beside(const char *path, const char *name)
{
	char *copy, *joined = NULL;

	if (name[0] == '/')
		return strdup(name);
	copy = strdup(path);
	if (copy && asprintf(&joined, "%s/%s", dirname(copy), name) < 0)
		joined = NULL;
	free(copy);
	return joined;
}

/* The content with a NUL after it; NULL with errno set on failure. */
static char *read_file(const char *path)
{
	char *text = malloc(FILE_MAX);
	FILE *file = fopen(path, "re");
	size_t length;

	if (!text || !file) {
		if (file)
			fclose(file);
		free(text);
		return NULL;
	}
	length = fread(text, 1, FILE_MAX, file);
	if (ferror(file) || length == FILE_MAX) {
		errno = length == FILE_MAX ? EFBIG : EIO;
		fclose(file);
		free(text);
		return NULL;
	}
	fclose(file);
	text[length] = '\0';
	return text;
}

static void read_named_file(struct reader *reader, const yaml_node_t *node,
			    char **content)
{
	char *path = path_beside(reader->path,
				 text_of(reader, node, "the name of a file"));

	if (*content)
		complain(reader, node, "it names this file twice");
	free(*content);
	*content = path ? read_file(path) : NULL;
	if (!*content)
		complain(reader, node, "cannot read %s: %s", path,
			 strerror(errno));
	free(path);
}

/* ---- Maps */

typedef void (*key_fn)(struct reader *reader, const char *key,
		       const yaml_node_t *key_node, const yaml_node_t *value);

static void for_each_key(struct reader *reader, const yaml_node_t *map,
			 key_fn fn)
{
	const yaml_node_pair_t *pair;
	const yaml_node_t *key;

	if (map->type != YAML_MAPPING_NODE) {
		complain(reader, map, "is not a map");
		return;
	}
	for (pair = map->data.mapping.pairs.start;
	     pair < map->data.mapping.pairs.top; pair++) {
		key = yaml_document_get_node(&reader->document, pair->key);
		fn(reader, text_of(reader, key, "a key"), key,
		   yaml_document_get_node(&reader->document, pair->value));
	}
}

static bool add_pair(struct web_pairs *pairs, const char *name,
		     const char *value)
{
	struct web_pair *grown = reallocarray(pairs->items, pairs->count + 1,
					      sizeof(*grown));

	if (!grown)
		return false;
	pairs->items = grown;
	grown[pairs->count] = (struct web_pair){ strdup(name), strdup(value) };
	pairs->count++;
	return grown[pairs->count - 1].name && grown[pairs->count - 1].value;
}

static void read_user(struct reader *reader, const char *key,
		      const yaml_node_t *key_node, const yaml_node_t *value)
{
	const char *hash = text_of(reader, value, "the hash of a password");

	if (!key[0] || strchr(key, ':'))
		complain(reader, key_node, "'%s' is not the name of a user",
			 key);
	if (strncmp(hash, "$2", 2) || strlen(hash) != 60 ||
	    crypt_checksalt(hash) != CRYPT_SALT_OK)
		complain(reader, value,
			 "the password of '%s' is not a bcrypt hash, as "
			 "'htpasswd -nBC 10 \"\"' prints it", key);
	else if (!add_pair(&reader->config->users, key, hash))
		complain(reader, value, "%s", strerror(ENOMEM));
}

/* Those that the exporter toolkit allows. */
static void read_header(struct reader *reader, const char *key,
			const yaml_node_t *key_node, const yaml_node_t *value)
{
	static const char *const allowed[] = {
		"Strict-Transport-Security", "X-Content-Type-Options",
		"X-Frame-Options", "X-XSS-Protection",
		"Content-Security-Policy",
	};
	const char *text = text_of(reader, value, "a header");
	size_t i;

	for (i = 0; i < sizeof(allowed) / sizeof(allowed[0]); i++)
		if (!strcasecmp(key, allowed[i]))
			break;
	if (i == sizeof(allowed) / sizeof(allowed[0]))
		complain(reader, key_node, "header '%s' is not allowed", key);
	else if (strpbrk(text, "\r\n"))
		complain(reader, value, "a header has more than one line");
	else if (text[0] && !add_pair(&reader->config->headers, allowed[i], text))
		complain(reader, value, "%s", strerror(ENOMEM));
}

static const char *const versions[] = { "TLS10", "TLS11", "TLS12", "TLS13" };

#define VERSIONS	(sizeof(versions) / sizeof(versions[0]))

static const char *read_version(struct reader *reader, const yaml_node_t *node)
{
	const char *text = text_of(reader, node, "a version of TLS");
	size_t i;

	for (i = 0; i < VERSIONS; i++)
		if (!strcmp(text, versions[i]))
			return versions[i];
	complain(reader, node, "'%s' is not TLS10, TLS11, TLS12 or TLS13",
		 text);
	return NULL;
}

static void read_client_auth(struct reader *reader, const yaml_node_t *node)
{
	const char *text = text_of(reader, node, "client_auth_type");

	if (!text[0] || !strcmp(text, "NoClientCert"))
		reader->config->client_auth = CLIENT_AUTH_NONE;
	else if (!strcmp(text, "VerifyClientCertIfGiven"))
		reader->config->client_auth = CLIENT_AUTH_IF_GIVEN;
	else if (!strcmp(text, "RequireAndVerifyClientCert"))
		reader->config->client_auth = CLIENT_AUTH_REQUIRED;
	else
		complain(reader, node,
			 "client_auth_type '%s' is not NoClientCert, "
			 "VerifyClientCertIfGiven or "
			 "RequireAndVerifyClientCert", text);
}

static void read_tls(struct reader *reader, const char *key,
		     const yaml_node_t *key_node, const yaml_node_t *value)
{
	struct web_config *config = reader->config;

	if (!strcmp(key, "cert_file"))
		read_named_file(reader, value, &config->certificate);
	else if (!strcmp(key, "key_file"))
		read_named_file(reader, value, &config->key);
	else if (!strcmp(key, "client_ca_file"))
		read_named_file(reader, value, &config->client_ca);
	else if (!strcmp(key, "client_auth_type"))
		read_client_auth(reader, value);
	else if (!strcmp(key, "min_version"))
		config->min_version = read_version(reader, value);
	else if (!strcmp(key, "max_version"))
		config->max_version = read_version(reader, value);
	else
		complain(reader, key_node,
			 "tls_server_config has no '%s' here, but cert_file, "
			 "key_file, client_ca_file, client_auth_type, "
			 "min_version and max_version", key);
}

/* HTTP/2 is an offer that a server need not make. */
static void read_http(struct reader *reader, const char *key,
		      const yaml_node_t *key_node, const yaml_node_t *value)
{
	if (!strcmp(key, "headers"))
		for_each_key(reader, value, read_header);
	else if (strcmp(key, "http2"))
		complain(reader, key_node,
			 "http_server_config has no '%s' here, but http2 and "
			 "headers", key);
}

static void read_section(struct reader *reader, const char *key,
			 const yaml_node_t *key_node, const yaml_node_t *value)
{
	if (!strcmp(key, "tls_server_config"))
		for_each_key(reader, value, read_tls);
	else if (!strcmp(key, "http_server_config"))
		for_each_key(reader, value, read_http);
	else if (!strcmp(key, "basic_auth_users"))
		for_each_key(reader, value, read_user);
	else
		complain(reader, key_node,
			 "there is no '%s' here, but tls_server_config, "
			 "http_server_config and basic_auth_users", key);
}

/* ---- All of it */

static void check_whole(struct reader *reader)
{
	const struct web_config *config = reader->config;

	if (!config->certificate != !config->key)
		complain(reader, NULL,
			 "cert_file and key_file need each other");
	if (config->client_auth != CLIENT_AUTH_NONE && !config->client_ca)
		complain(reader, NULL,
			 "client_auth_type needs client_ca_file");
	if (config->client_ca && config->client_auth == CLIENT_AUTH_NONE)
		complain(reader, NULL,
			 "client_ca_file needs client_auth_type");
	if (config->client_ca && !config->certificate)
		complain(reader, NULL, "client_ca_file needs cert_file");
	if (config->max_version && config->min_version &&
	    strcmp(config->max_version, config->min_version) < 0)
		complain(reader, NULL,
			 "max_version is lower than min_version");
}

/* An empty file is valid. */
static void read_document(struct reader *reader)
{
	const yaml_node_t *root;

	root = yaml_document_get_root_node(&reader->document);
	if (root)
		for_each_key(reader, root, read_section);
	check_whole(reader);
}

static void parse(struct reader *reader, FILE *file)
{
	yaml_parser_t parser;

	if (!yaml_parser_initialize(&parser)) {
		complain(reader, NULL, "%s", strerror(ENOMEM));
		return;
	}
	yaml_parser_set_input_file(&parser, file);
	if (yaml_parser_load(&parser, &reader->document)) {
		read_document(reader);
		yaml_document_delete(&reader->document);
	} else {
		complain(reader, NULL, "line %zu: %s",
			 parser.problem_mark.line + 1,
			 parser.problem ? parser.problem : "no valid YAML");
	}
	yaml_parser_delete(&parser);
}

bool web_config_read(struct web_config *config, const char *path)
{
	struct reader reader = {
		.path = path,
		.config = config,
		.valid = true,
	};
	FILE *file = fopen(path, "re");

	*config = (struct web_config){ .min_version = "TLS12" };
	if (!file) {
		complain(&reader, NULL, "%s", strerror(errno));
		return false;
	}
	parse(&reader, file);
	fclose(file);
	if (!reader.valid)
		web_config_free(config);
	return reader.valid;
}

static void free_pairs(struct web_pairs *pairs)
{
	size_t i;

	for (i = 0; i < pairs->count; i++) {
		free(pairs->items[i].name);
		free(pairs->items[i].value);
	}
	free(pairs->items);
}

void web_config_free(struct web_config *config)
{
	free(config->certificate);
	free(config->key);
	free(config->client_ca);
	free_pairs(&config->users);
	free_pairs(&config->headers);
	*config = (struct web_config){ 0 };
}

void web_config_priorities(const struct web_config *config, char *text,
			   size_t size)
{
	static const char *const names[VERSIONS] = {
		"VERS-TLS1.0", "VERS-TLS1.1", "VERS-TLS1.2", "VERS-TLS1.3",
	};
	int length = snprintf(text, size, "NORMAL:-VERS-ALL");
	size_t i;

	for (i = 0; i < VERSIONS && length > 0 && (size_t)length < size; i++)
		if ((!config->min_version ||
		     strcmp(versions[i], config->min_version) >= 0) &&
		    (!config->max_version ||
		     strcmp(versions[i], config->max_version) <= 0))
			length += snprintf(text + length, size - (size_t)length,
					   ":+%s", names[i]);
}

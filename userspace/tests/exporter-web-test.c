// SPDX-License-Identifier: GPL-2.0-only
/*
 * The exporter's web configuration, passwords, sockets and formats.
 */
#include <crypt.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "accept.h"
#include "basic_auth.h"
#include "sockets.h"
#include "tap.h"
#include "web_config.h"

/* Of "secret", with the lowest cost. */
#define HASH	"$2b$04$abcdefghijklmnopqrstuu"

static char directory[] = "/tmp/varta-web-XXXXXX";

static void write_file(const char *name, const char *text)
{
	char path[64];
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", directory, name);
	file = fopen(path, "w");
	fputs(text, file);
	fclose(file);
}

/* The complaint goes to a file. */
static bool read_text(struct web_config *config, const char *text,
		      char *complaint, size_t size)
{
	char path[64];
	int saved = dup(STDERR_FILENO), fd;
	bool valid;
	ssize_t length;

	write_file("web.yml", text);
	snprintf(path, sizeof(path), "%s/stderr", directory);
	fd = open(path, O_RDWR | O_CREAT | O_TRUNC, 0600);
	fflush(stderr);
	dup2(fd, STDERR_FILENO);
	snprintf(path, sizeof(path), "%s/web.yml", directory);
	valid = web_config_read(config, path);
	fflush(stderr);
	dup2(saved, STDERR_FILENO);
	close(saved);
	length = pread(fd, complaint, size - 1, 0);
	complaint[length > 0 ? length : 0] = '\0';
	close(fd);
	return valid;
}

static void expect_complaint(const char *text, const char *expected)
{
	struct web_config config;
	char complaint[1024];
	bool valid = read_text(&config, text, complaint, sizeof(complaint));

	check(!valid && strstr(complaint, expected) &&
	      !strchr(complaint, '\n')[1],
	      "web_config: one complaint with '%s'", expected);
	if (valid)
		web_config_free(&config);
}

static void test_config(void)
{
	struct web_config config;
	char complaint[1024], priorities[128];
	char *hash = strdup(crypt("secret", HASH));
	char text[1024];

	check(read_text(&config, "", complaint, sizeof(complaint)) &&
	      !config.users.count && !config.certificate,
	      "web_config: an empty file");
	web_config_free(&config);
	write_file("cert.pem", "certificate");
	write_file("key.pem", "key");
	snprintf(text, sizeof(text),
		 "tls_server_config:\n  cert_file: cert.pem\n"
		 "  key_file: key.pem\n  min_version: TLS13\n"
		 "http_server_config:\n  http2: true\n  headers:\n"
		 "    x-frame-options: deny\n"
		 "basic_auth_users:\n  alice: %s\n  bob: %s\n", hash, hash);
	check(read_text(&config, text, complaint, sizeof(complaint)) &&
	      !strcmp(config.certificate, "certificate") &&
	      !strcmp(config.key, "key") && config.users.count == 2 &&
	      !strcmp(config.users.items[1].name, "bob") &&
	      config.headers.count == 1 &&
	      !strcmp(config.headers.items[0].name, "X-Frame-Options"),
	      "web_config: TLS, users and headers");
	web_config_priorities(&config, priorities, sizeof(priorities));
	check(!strcmp(priorities, "NORMAL:-VERS-ALL:+VERS-TLS1.3"),
	      "web_config: versions of TLS");
	web_config_free(&config);
	expect_complaint("basic_auth_user: {}\n", ":1: there is no 'basic_auth_user'");
	expect_complaint("basic_auth_users:\n  a: secret\n", ":2: the password of 'a' is not a bcrypt hash");
	expect_complaint("basic_auth_users: [a]\n", ":1: is not a map");
	expect_complaint("tls_server_config:\n  cert_file: cert.pem\n", "cert_file and key_file need each other");
	expect_complaint("tls_server_config:\n  cipher_suites: []\n", ":2: tls_server_config has no 'cipher_suites' here");
	expect_complaint("tls_server_config:\n  min_version: SSL3\n", ":2: 'SSL3' is not TLS10");
	expect_complaint("tls_server_config:\n  min_version: TLS13\n  max_version: TLS12\n", "max_version is lower");
	expect_complaint("tls_server_config:\n  client_auth_type: RequireAnyClientCert\n", ":2: client_auth_type 'RequireAnyClientCert'");
	expect_complaint("tls_server_config:\n  client_auth_type: RequireAndVerifyClientCert\n", "client_auth_type needs client_ca_file");
	expect_complaint("http_server_config:\n  headers:\n    Set-Cookie: a\n", ":3: header 'Set-Cookie' is not allowed");
	expect_complaint("a: [\n", "line 2: ");
	free(hash);
}

static void test_auth(void)
{
	struct web_pair alice = { strdup("alice"), strdup(crypt("secret", HASH)) };
	const struct web_pairs none = { 0 }, users = { &alice, 1 };
	struct basic_auth auth;

	basic_auth_init(&auth, &none);
	check(basic_auth_check(&auth, NULL, NULL) == AUTH_OK,
	      "basic_auth: without users, all may");
	basic_auth_free(&auth);
	basic_auth_init(&auth, &users);
	check(basic_auth_check(&auth, NULL, NULL) == AUTH_WRONG,
	      "basic_auth: no name");
	check(basic_auth_check(&auth, "alice", "secre") == AUTH_WRONG &&
	      auth.allowed_at, "basic_auth: a wrong password");
	auth.allowed_at = UINT64_MAX;
	check(basic_auth_check(&auth, "alice", "secret") == AUTH_BUSY,
	      "basic_auth: no check soon after another");
	auth.allowed_at = 0;
	check(basic_auth_check(&auth, "bob", "secret") == AUTH_WRONG &&
	      auth.allowed_at, "basic_auth: an unknown name is checked as well");
	auth.allowed_at = 0;
	check(basic_auth_check(&auth, "alice", "secret") == AUTH_OK,
	      "basic_auth: the right password");
	auth.allowed_at = UINT64_MAX;
	check(basic_auth_check(&auth, "alice", "secret") == AUTH_OK,
	      "basic_auth: it is not checked again");
	check(basic_auth_check(&auth, "alice", "secret2") == AUTH_BUSY,
	      "basic_auth: another one is");
	basic_auth_free(&auth);
	free(alice.name);
	free(alice.value);
}

static void test_formats(void)
{
	static const struct {
		const char *accept;
		enum prometheus_format format;
	} cases[] = {
		{ NULL, PROMETHEUS_TEXT },
		{ "*/*", PROMETHEUS_TEXT },
		{ "text/plain;version=0.0.4", PROMETHEUS_TEXT },
		{ "application/openmetrics-text", PROMETHEUS_OPENMETRICS },
		{ "Application/OpenMetrics-Text; version=1.0.0; charset=utf-8",
		  PROMETHEUS_OPENMETRICS },
		{ "application/openmetrics-text;version=1.0.0,"
		  "application/openmetrics-text;version=0.0.1;q=0.75,"
		  "text/plain;version=0.0.4;q=0.5,*/*;q=0.1",
		  PROMETHEUS_OPENMETRICS },
		{ "application/openmetrics-text;q=0.4, text/plain;q=0.5",
		  PROMETHEUS_TEXT },
		{ "application/openmetrics-text;q=0", PROMETHEUS_TEXT },
		{ "application/openmetrics-text;q=7", PROMETHEUS_TEXT },
		{ "application/openmetrics-texts", PROMETHEUS_TEXT },
	};
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		check(accept_format(cases[i].accept) == cases[i].format,
		      "accept: %s", cases[i].accept ? cases[i].accept : "none");
}

static void test_sockets(void)
{
	static const char *const wrong[] = {
		"8278", "127.0.0.1", "127.0.0.1:", "::1:8278", "127.0.0.1:x",
	};
	struct sockets sockets = { .count = 0 };
	size_t i;

	for (i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		check(sockets_add(&sockets, wrong[i]) && !sockets.count,
		      "sockets: '%s' is wrong", wrong[i]);
	check(!sockets_add(&sockets, "127.0.0.1:0") &&
	      sockets.count == 1, "sockets: an address");
	sockets_close(&sockets);
	check(!sockets.count, "sockets: closed");
}

static void test_activation(void)
{
	struct sockets sockets = { .count = 0 };
	char pid[16];

	setenv("LISTEN_PID", "1", 1);
	setenv("LISTEN_FDS", "1", 1);
	check(!sockets_from_systemd(&sockets) && !sockets.count &&
	      !getenv("LISTEN_FDS"), "sockets: another process's sockets");
	snprintf(pid, sizeof(pid), "%d", getpid());
	setenv("LISTEN_PID", pid, 1);
	setenv("LISTEN_FDS", "9", 1);
	check(sockets_from_systemd(&sockets) == -E2BIG,
	      "sockets: too many sockets");
}

TEST_GROUP(exporter_web)
{
	char command[64];

	if (!mkdtemp(directory)) {
		check(false, "web_config: a directory");
		return;
	}
	test_config();
	test_auth();
	test_formats();
	test_sockets();
	test_activation();
	snprintf(command, sizeof(command), "rm -r %s", directory);
	check(!system(command), "web_config: the directory is removed");
}

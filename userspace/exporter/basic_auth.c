// SPDX-License-Identifier: GPL-2.0-only
/*
 * Passwords by bcrypt. See basic_auth.h.
 */
#include "basic_auth.h"

#include <crypt.h>
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <gnutls/gnutls.h>
#include <varta.h>

/* Checks take at most one part of so many of the time. */
#define SHARE	5

/* bcrypt ignores the rest. */
#define PASSWORD_MAX	72

/* Takes as long for every password of the same length. */
static bool is_same(const char *one, const char *other)
{
	size_t length = strlen(one);

	return length == strlen(other) &&
	       !gnutls_memcmp(one, other, length);
}

static bool bcrypt_matches(const char *password, const char *hash)
{
	struct crypt_data *data = calloc(1, sizeof(*data));
	const char *computed;
	bool same;

	if (!data)
		return false;
	computed = crypt_r(password, hash, data);
	same = computed && is_same(computed, hash);
	explicit_bzero(data, sizeof(*data));
	free(data);
	return same;
}

static bool limited_matches(struct basic_auth *auth, const char *password,
			    const char *hash)
{
	uint64_t begun = varta_monotonic_now(), now;
	bool matches = bcrypt_matches(password, hash);

	now = varta_monotonic_now();
	auth->allowed_at = now + (SHARE - 1) * (now - begun);
	return matches;
}

static void forget(char **password)
{
	if (*password)
		explicit_bzero(*password, strlen(*password));
	free(*password);
	*password = NULL;
}

enum auth_result basic_auth_check(struct basic_auth *auth, const char *user,
				  const char *password)
{
	const struct web_pairs *users = auth->users;
	size_t i;

	if (!users->count)
		return AUTH_OK;
	if (!user || !password || strlen(password) > PASSWORD_MAX)
		return AUTH_WRONG;
	for (i = 0; i < users->count; i++)
		if (!strcmp(users->items[i].name, user))
			break;
	if (i < users->count && auth->accepted[i] &&
	    is_same(auth->accepted[i], password))
		return AUTH_OK;
	if (varta_monotonic_now() < auth->allowed_at)
		return AUTH_BUSY;
	/* The time does not tell whether there is such a user. */
	if (i == users->count) {
		limited_matches(auth, password, users->items[0].value);
		return AUTH_WRONG;
	}
	if (!limited_matches(auth, password, users->items[i].value))
		return AUTH_WRONG;
	forget(&auth->accepted[i]);
	auth->accepted[i] = strdup(password);
	return AUTH_OK;
}

int basic_auth_init(struct basic_auth *auth, const struct web_pairs *users)
{
	*auth = (struct basic_auth){ .users = users };
	auth->accepted = calloc(users->count + 1, sizeof(*auth->accepted));
	return auth->accepted ? 0 : -ENOMEM;
}

void basic_auth_free(struct basic_auth *auth)
{
	size_t i;

	for (i = 0; auth->accepted && i < auth->users->count; i++)
		forget(&auth->accepted[i]);
	free(auth->accepted);
}

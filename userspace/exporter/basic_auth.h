/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Passwords by bcrypt. A check takes long on purpose, so that checks of wrong
 * passwords are limited to a part of the time.
 */
#ifndef BASIC_AUTH_H
#define BASIC_AUTH_H

#include <stdint.h>

#include "web_config.h"

/**
 * struct basic_auth - Who may scrape.
 * @users: The users.
 * @accepted: By user: the password that was right last, or NULL.
 * @allowed_at: When the next check with bcrypt may begin.
 */
struct basic_auth {
	const struct web_pairs *users;
	char **accepted;
	uint64_t allowed_at;
};

/**
 * enum auth_result - Result of a check.
 * @AUTH_OK: The password is right, or no users were configured.
 * @AUTH_WRONG: Name or password is wrong, or there is none.
 * @AUTH_BUSY: It cannot be checked now.
 */
enum auth_result {
	AUTH_OK,
	AUTH_WRONG,
	AUTH_BUSY,
};

/**
 * basic_auth_init() - Start.
 * @auth: The object. Release it with basic_auth_free().
 * @users: The users, which must stay.
 *
 * Return: 0 or -ENOMEM.
 */
int basic_auth_init(struct basic_auth *auth, const struct web_pairs *users);

/**
 * basic_auth_free() - Release it.
 * @auth: The object.
 */
void basic_auth_free(struct basic_auth *auth);

/**
 * basic_auth_check() - Check a password.
 * @auth: The object.
 * @user: Name of the user, or NULL.
 * @password: The password, or NULL.
 */
enum auth_result basic_auth_check(struct basic_auth *auth, const char *user,
				  const char *password);

#endif /* BASIC_AUTH_H */

// SPDX-License-Identifier: GPL-2.0-only
/*
 * Messages about failures. See error.h.
 */
#include "error.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "command.h"

static const char *errno_name(int error)
{
	const char *name = strerrorname_np(-error);

	return name ? name : "unknown error";
}

int fail_system(const char *what, int error)
{
	fprintf(stderr, "varta: cannot %s: %s: %s\n", what, errno_name(error),
		strerror(-error));
	return EXIT_SYSTEM;
}

int fail_open(int error)
{
	if (error != -ENODEV)
		return fail_system("reach the kernel", error);
	fputs("varta: module not loaded: modprobe varta\n", stderr);
	return EXIT_NO_MODULE;
}

static int exit_code_of(const struct varta *v, int error)
{
	if (varta_refused(v))
		return EXIT_REFUSED;
	switch (error) {
	case -ENODEV:
		return EXIT_NO_MODULE;
	case -ETIMEDOUT:
		return EXIT_TIMEOUT;
	default:
		return EXIT_SYSTEM;
	}
}

int fail_call(const struct varta *v, const char *what, int error)
{
	/* It was there when the handle was opened. */
	if (error == -ENODEV && !varta_refused(v))
		return fail_open(error);
	fprintf(stderr, "varta: cannot %s: %s: %s\n", what, errno_name(error),
		varta_errmsg(v));
	return exit_code_of(v, error);
}

int fail_privileged(const struct varta *v, const char *what, int error)
{
	int code = fail_call(v, what, error);

	/* The netlink core refuses that without a text. */
	if (error == -EPERM && varta_refused(v))
		fputs("varta: it takes CAP_NET_ADMIN in the initial user "
		      "namespace\n", stderr);
	return code;
}

// SPDX-License-Identifier: GPL-2.0-only
/*
 * varta exporter: runs the program varta-exporter. It is a package of its own, as it
 * needs an HTTP server.
 */
#include "command.h"
#include "sibling.h"

int cmd_exporter(int argc, char **argv)
{
	(void)argc;
	return run_sibling("varta-exporter", argv);
}

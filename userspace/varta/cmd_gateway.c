// SPDX-License-Identifier: GPL-2.0-only
/*
 * varta gateway: runs the program varta-gateway. It is a package of its own, as few
 * machines need it, and it is reached by all processes.
 */
#include "command.h"
#include "sibling.h"

int cmd_gateway(int argc, char **argv)
{
	(void)argc;
	return run_sibling("varta-gateway", argv);
}

/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Queries about generic netlink families.
 */
#ifndef GENL_H
#define GENL_H

#include <stdbool.h>

/**
 * genl_family_version() - The version of a family.
 * @name: Name of the family.
 *
 * Return: The version, or a negative errno: -ENOENT if there is no such family.
 */
int genl_family_version(const char *name);

/**
 * genl_module_is_loaded() - Whether the module is loaded, which this does not do.
 *
 * A request for a family that does not exist would load its module. Where /sys does not
 * say it, the list of families does.
 */
bool genl_module_is_loaded(void);

#endif /* GENL_H */

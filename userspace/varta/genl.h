/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Queries about generic netlink families.
 */
#ifndef GENL_H
#define GENL_H

/**
 * genl_family_version() - The version of a family.
 * @name: Name of the family.
 *
 * Return: The version, or a negative errno: -ENOENT if there is no such family.
 */
int genl_family_version(const char *name);

#endif /* GENL_H */

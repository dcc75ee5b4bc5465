/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Finding the varta family: generic netlink numbers families as they come.
 */
#ifndef VARTA_FAMILY_H
#define VARTA_FAMILY_H

#include "connection.h"

/**
 * varta_family_find() - Ask for the family's id and its events group.
 * @c: An open connection; both numbers are put into it.
 *
 * The asking makes the kernel load the module, where it can.
 *
 * Return: 0; -ENOENT if there is no such family; or another negative errno.
 */
int varta_family_find(struct varta_connection *c);

#endif /* VARTA_FAMILY_H */

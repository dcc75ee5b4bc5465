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

/**
 * enum varta_family_news - What generic netlink tells of families.
 * @VARTA_FAMILY_SAME: Nothing about this one.
 * @VARTA_FAMILY_LOADED: It is there, under a new id.
 * @VARTA_FAMILY_UNLOADED: It is there no more.
 */
enum varta_family_news {
	VARTA_FAMILY_SAME,
	VARTA_FAMILY_LOADED,
	VARTA_FAMILY_UNLOADED,
};

/**
 * varta_family_follow() - Have the comings and goings of families told.
 * @c: An open connection, which receives them among its other messages.
 *
 * Return: 0 or a negative errno.
 */
int varta_family_follow(const struct varta_connection *c);

/**
 * varta_family_notice() - Read a message, if it is one of those.
 * @c: The connection. Its family and its group change with the news.
 * @message: With a whole generic netlink header.
 *
 * Return: The news.
 */
enum varta_family_news varta_family_notice(struct varta_connection *c,
					   const struct nlmsghdr *message);

#endif /* VARTA_FAMILY_H */

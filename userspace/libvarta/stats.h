/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Reading counters out of the kernel's message.
 */
#ifndef VARTA_STATS_H
#define VARTA_STATS_H

#include <netlink/msg.h>

/**
 * varta_stats_read() - Read a message of the attribute set "stats".
 * @message: The message.
 * @stats: A struct varta_stats; values are added to what is in it.
 *
 * Return: 0, always: what is not understood is left out.
 */
int varta_stats_read(const struct nlmsghdr *message, void *stats);

#endif /* VARTA_STATS_H */

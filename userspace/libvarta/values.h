/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Messages of counters and settings: each attribute is one number.
 */
#ifndef VARTA_VALUES_H
#define VARTA_VALUES_H

#include <netlink/msg.h>

/**
 * varta_stats_read() - Read a message of the attribute set "stats".
 * @message: The message.
 * @stats: A struct varta_stats; receives the values of the message.
 *
 * Unknown attributes are ignored.
 *
 * Return: 0.
 */
int varta_stats_read(const struct nlmsghdr *message, void *stats);

/**
 * varta_config_read() - Read a message of the attribute set "config".
 * @message: The message.
 * @config: A struct varta_config; receives the values of the message.
 *
 * Unknown attributes are ignored.
 *
 * Return: 0.
 */
int varta_config_read(const struct nlmsghdr *message, void *config);

#endif /* VARTA_VALUES_H */

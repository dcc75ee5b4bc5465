/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Reading settings out of the kernel's message.
 */
#ifndef VARTA_CONFIG_H
#define VARTA_CONFIG_H

#include <netlink/msg.h>

/**
 * varta_config_read() - Read a message of the attribute set "config".
 * @message: The message.
 * @config: A struct varta_config; values are added to what is in it.
 *
 * Return: 0, always: what is not understood is left out.
 */
int varta_config_read(const struct nlmsghdr *message, void *config);

#endif /* VARTA_CONFIG_H */

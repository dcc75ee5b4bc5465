/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Messages of relays.
 */
#ifndef VARTA_RELAY_H
#define VARTA_RELAY_H

#include <netlink/msg.h>

#include "varta.h"

/**
 * varta_relay_write() - Write the attribute set "relay".
 * @message: Begins with a generic netlink header; incomplete on failure.
 * @source: As for varta_relay().
 * @beats: As for varta_relay().
 * @count: As for varta_relay().
 *
 * Return: 0; -EMSGSIZE if the beats do not fit; -E2BIG if a reserved member is
 * not 0.
 */
int varta_relay_write(struct nl_msg *message, uint32_t source,
		      const struct varta_beat *beats, size_t count);

/**
 * varta_relay_find() - Find the beat that the kernel refused.
 * @message: As varta_relay_write() wrote it.
 * @offset: Offset of an attribute, from the kernel's answer.
 *
 * Return: Index of the beat, or -ENODATA if the attribute is none.
 */
int varta_relay_find(struct nl_msg *message, uint32_t offset);

#endif /* VARTA_RELAY_H */

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Writing the messages of relays, and finding a beat in them again.
 */
#ifndef VARTA_RELAY_H
#define VARTA_RELAY_H

#include <netlink/msg.h>

#include "varta.h"

/**
 * varta_relay_write() - Write the attribute set "relay".
 * @message: Begins with a generic netlink header; half written on failure.
 * @source: As in varta_relay().
 * @beats: Likewise.
 * @count: Likewise.
 *
 * Return: 0, or -EMSGSIZE if they do not fit.
 */
int varta_relay_write(struct nl_msg *message, uint32_t source,
		      const struct varta_beat *beats, size_t count);

/**
 * varta_relay_find() - Which beat an answer is about.
 * @message: As varta_relay_write() wrote it.
 * @offset: From the answer.
 *
 * Return: The index of the beat, or SIZE_MAX if there is none.
 */
size_t varta_relay_find(struct nl_msg *message, uint32_t offset);

#endif /* VARTA_RELAY_H */

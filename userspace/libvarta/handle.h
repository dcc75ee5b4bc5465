/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What a handle holds.
 */
#ifndef VARTA_HANDLE_H
#define VARTA_HANDLE_H

#include "connection.h"
#include "varta-client.h"
#include "varta.h"

/**
 * struct varta - See varta.h.
 * @client: What varta_beat() beats with.
 * @interval: From beat to beat, in nanoseconds.
 * @due: When the next beat is.
 * @connection: To the kernel, for all else; its @fd is -1 until it is needed.
 * @forks: Of the client, when the connection was opened.
 * @message: What every varta_beat_send() is written into, so that beating never
 *   allocates.
 * @relay_refused: See varta_relay_refused().
 * @threshold_ms: Of the agent's own; 0 for none.
 * @name: Of the agent's own; "" for none.
 * @error: What the last call returned.
 */
struct varta {
	struct varta_client client;
	uint64_t interval, due;
	struct varta_connection connection;
	uint32_t forks;
	struct nl_msg *message;
	size_t relay_refused;
	uint32_t threshold_ms;
	char name[VARTA_NAME_SIZE];
	int error;
};

/**
 * varta_call_begin() - Forget what varta_strerror() had to tell, and connect.
 * @v: The handle; each public function that asks the kernel, other than to
 *   beat, begins with this...
 *
 * Opens the connection if there is none, if it is the parent's, or if the
 * module was gone when it was last used.
 *
 * Return: 0 or a negative errno, for varta_call_end().
 */
int varta_call_begin(struct varta *v);

/**
 * varta_call_end() - Remember how a call ended, for varta_strerror().
 * @v: The handle; ...and returns with this.
 * @error: 0 or a negative errno.
 *
 * Return: @error, or -ENODEV if it says that the module is gone.
 */
int varta_call_end(struct varta *v, int error);

#endif /* VARTA_HANDLE_H */

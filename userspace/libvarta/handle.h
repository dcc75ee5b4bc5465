/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What a handle holds.
 */
#ifndef VARTA_HANDLE_H
#define VARTA_HANDLE_H

#include "connection.h"
#include "varta.h"

/**
 * struct varta - See varta.h.
 * @connection: To the kernel.
 * @beat: The message that every beat is written into, so that beating never
 *   allocates.
 * @nonce: Of the next varta_beat().
 * @acknowledge: Beats ask for an answer.
 * @introduced: The kernel has taken in the name and the threshold.
 * @threshold_ms: Of the agent's own; 0 for none.
 * @name: Of the agent's own; "" for none.
 * @relay_refused: See varta_relay_refused().
 * @error: What the last call returned.
 */
struct varta {
	struct varta_connection connection;
	struct nl_msg *beat;
	uint64_t nonce;
	bool acknowledge;
	bool introduced;
	uint32_t threshold_ms;
	char name[VARTA_NAME_SIZE];
	size_t relay_refused;
	int error;
};

/**
 * varta_call_begin() - Forget what varta_strerror() had to tell.
 * @v: The handle; each public function that can fail begins with this...
 */
void varta_call_begin(struct varta *v);

/**
 * varta_call_end() - Remember how a call ended, for varta_strerror().
 * @v: The handle; ...and returns with this.
 * @error: 0 or a negative errno.
 *
 * Return: @error, or -ENODEV if it says that the module is gone.
 */
int varta_call_end(struct varta *v, int error);

#endif /* VARTA_HANDLE_H */

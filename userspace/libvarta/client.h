/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Handles.
 */
#ifndef VARTA_CLIENT_HANDLE_H
#define VARTA_CLIENT_HANDLE_H

#include "connection.h"
#include "varta-client.h"
#include "varta.h"

/**
 * struct varta - See varta.h.
 * @client: For beats.
 * @connection: For all other requests; its socket is opened when needed.
 * @message: Buffer of varta_beat_send(), so that beats do not allocate.
 * @refusal: Of @client or @connection, whichever the last call used.
 * @error: Negative errno of the last call, or 0.
 * @relay_refused: See varta_relay_refused().
 * @forks: Value of @client.forks when @connection was opened.
 * @interval: Nanoseconds between beats.
 * @due: Time of the next beat, unless a later one was only stored.
 * @threshold_ms: The agent's own threshold; 0 for none.
 * @optional: See struct varta_options.
 * @name: The agent's own name; "" for none.
 */
struct varta {
	struct varta_client client;
	struct varta_connection connection;
	struct nl_msg *message;
	const struct varta_client_refusal *refusal;
	int error;
	int relay_refused;
	uint32_t forks;
	uint64_t interval, due;
	uint32_t threshold_ms;
	bool optional;
	char name[VARTA_NAME_SIZE];
};

/* Size of a struct up to the last member that it had in version 0.1. */
#define VARTA_SIZE_UP_TO(type, member) \
	(offsetof(type, member) + sizeof(((type *)NULL)->member))

/**
 * varta_copy_struct() - Copy a struct of the caller that begins with its size.
 * @to: Receives it; members that the caller's version lacks are 0.
 * @to_size: Size in this library.
 * @first_size: Size in version 0.1, which a size of 0 stands for.
 * @from: The caller's.
 *
 * Return: 0; -EINVAL for an impossible size; -E2BIG if a member that this
 * library does not know is not 0.
 */
int varta_copy_struct(void *to, size_t to_size, size_t first_size,
		      const void *from);

/**
 * varta_is_zero() - Whether reserved members are all 0.
 * @bytes: The members.
 * @size: Their size.
 *
 * Return: true if they are.
 */
bool varta_is_zero(const void *bytes, size_t size);

/**
 * varta_call_begin() - Begin a call that uses the connection.
 * @v: The handle.
 *
 * Opens the connection if there is none, if it is the parent's, or if the
 * module was unloaded.
 *
 * Return: 0 or a negative errno, for varta_call_end().
 */
int varta_call_begin(struct varta *v);

/**
 * varta_call_end() - End a call that uses the connection.
 * @v: The handle.
 * @result: A negative errno, or what the call returns on success.
 *
 * Return: @result, or -ENODEV if it means that the module is not loaded.
 */
int varta_call_end(struct varta *v, int result);

/**
 * struct varta_beat_attributes - Numbers of the attributes of a beat.
 * @status: Of the member of struct varta_beat with this name; so the others.
 * @nonce: Likewise.
 * @timestamp: Likewise.
 * @payload: Likewise.
 * @pid: Likewise.
 * @frame: Likewise.
 * @threshold_ms: Likewise.
 * @name: Likewise.
 * @stall_signal: Likewise; 0 if the request has none, nor the next two.
 * @kill_after_ms: Likewise.
 * @even_if_starved: Likewise.
 * @always_pid: The pid is sent whether or not it is claimed.
 */
struct varta_beat_attributes {
	int status, nonce, timestamp, payload, pid, frame, threshold_ms, name;
	int stall_signal, kill_after_ms, even_if_starved;
	bool always_pid;
};

/**
 * varta_beat_write() - Add a beat to a message.
 * @message: The message.
 * @beat: The beat.
 * @attribute: The numbers of its attributes.
 *
 * Return: 0; -E2BIG if a reserved member is not 0; -EINVAL if the request
 * cannot have a stall signal; -EMSGSIZE if there is no room, or the frame is too
 * long.
 */
int varta_beat_write(struct nl_msg *message, const struct varta_beat *beat,
		     const struct varta_beat_attributes *attribute);

/**
 * varta_reason_of() - Parse the reason at the start of a refusal's text.
 * @text: The text.
 *
 * Return: The reason, or VARTA_REASON_NONE if it does not start with one.
 */
enum varta_reason varta_reason_of(const char *text);

#endif /* VARTA_CLIENT_HANDLE_H */

// SPDX-License-Identifier: LGPL-2.1-or-later OR BSD-3-Clause
/*
 * The part of the Node package that needs sockets: beats by varta-client.h, and whole datagrams
 * of events and answers, which index.js reads.
 */
#include "varta-client.h"

#include <stdlib.h>

#define NAPI_VERSION 8
#include <node_api.h>
#include <uv.h>

#define DATAGRAM_SIZE	65536
#define EVENT_BUFFER	(1 << 20)
/* Datagrams to read before other callbacks run. */
#define BATCH		64

static napi_value number(napi_env env, int value)
{
	napi_value made = NULL;

	napi_create_int32(env, value, &made);
	return made;
}

static napi_value text(napi_env env, const char *value)
{
	napi_value made = NULL;

	napi_create_string_utf8(env, value, NAPI_AUTO_LENGTH, &made);
	return made;
}

#define ARGUMENTS_MAX	4

/* Returns how many there are. */
static size_t arguments(napi_env env, napi_callback_info info,
			napi_value values[ARGUMENTS_MAX])
{
	size_t count = ARGUMENTS_MAX;

	napi_get_cb_info(env, info, &count, values, NULL, NULL);
	return count;
}

static uint32_t to_u32(napi_env env, napi_value value)
{
	uint32_t got = 0;

	napi_get_value_uint32(env, value, &got);
	return got;
}

static void *to_pointer(napi_env env, napi_value value)
{
	void *pointer = NULL;

	if (napi_get_value_external(env, value, &pointer) != napi_ok || !pointer)
		napi_throw_type_error(env, NULL, "not a handle");
	return pointer;
}

/* ---- Beats */

static void free_client(napi_env env, void *data, void *hint)
{
	(void)env;
	(void)hint;
	varta_client_close(data);
	free(data);
}

/* open(name or undefined, threshold in ms or 0, mapped 0 or 1, lanes): [handle, error] */
static napi_value open_client(napi_env env, napi_callback_info info)
{
	struct varta_client_options options = { 0 };
	napi_value values[ARGUMENTS_MAX], made, result = NULL;
	char name[VARTA_NAME_SIZE];
	struct varta_client *client;
	napi_valuetype type;
	size_t length;
	int error;

	arguments(env, info, values);
	napi_typeof(env, values[0], &type);
	if (type == napi_string) {
		napi_get_value_string_utf8(env, values[0], name, sizeof(name),
					   &length);
		options.name = name;
	}
	options.threshold_ms = to_u32(env, values[1]);
	options.mapped = to_u32(env, values[2]);
	options.lanes = to_u32(env, values[3]);
	client = malloc(sizeof(*client));
	if (!client) {
		napi_throw_error(env, "ENOMEM", "out of memory");
		return NULL;
	}
	error = varta_client_open(client, &options);
	if (napi_create_external(env, client, free_client, NULL, &made) != napi_ok) {
		free_client(env, client, NULL);
		return NULL;
	}
	napi_create_array_with_length(env, 2, &result);
	napi_set_element(env, result, 0, made);
	napi_set_element(env, result, 1, number(env, error));
	return result;
}

/* beat(handle, status, payload): 0 or a negative errno */
static napi_value beat(napi_env env, napi_callback_info info)
{
	napi_value values[ARGUMENTS_MAX];
	struct varta_client *client;

	arguments(env, info, values);
	client = to_pointer(env, values[0]);
	if (!client)
		return NULL;
	return number(env, varta_client_beat(client, to_u32(env, values[1]),
					     to_u32(env, values[2])));
}

/* terminal(handle, payload) */
static napi_value terminal(napi_env env, napi_callback_info info)
{
	napi_value values[ARGUMENTS_MAX];
	struct varta_client *client;

	arguments(env, info, values);
	client = to_pointer(env, values[0]);
	if (!client)
		return NULL;
	return number(env, varta_client_terminal(client, to_u32(env, values[1])));
}

/* bye(handle) */
static napi_value bye(napi_env env, napi_callback_info info)
{
	napi_value values[ARGUMENTS_MAX];
	struct varta_client *client;

	arguments(env, info, values);
	client = to_pointer(env, values[0]);
	return client ? number(env, varta_client_bye(client)) : NULL;
}

/* refusal(handle): the kernel's text of the last call, or null if it did not refuse */
static napi_value refusal(napi_env env, napi_callback_info info)
{
	napi_value values[ARGUMENTS_MAX], null = NULL;
	struct varta_client *client;

	arguments(env, info, values);
	client = to_pointer(env, values[0]);
	if (!client)
		return NULL;
	if (client->refusal.error)
		return text(env, client->refusal.text);
	napi_get_null(env, &null);
	return null;
}

/* ---- Lanes */

/* Lanes of a closed client are not used: their objects refer to its handle. */
static void free_lane(napi_env env, void *data, void *hint)
{
	(void)env;
	(void)hint;
	free(data);
}

/* openLane(handle, name, threshold in ms): a lane or a negative errno */
static napi_value open_lane(napi_env env, napi_callback_info info)
{
	napi_value values[ARGUMENTS_MAX], made = NULL;
	struct varta_client_lane *lane;
	char name[VARTA_NAME_SIZE] = "";
	struct varta_client *client;
	size_t length;
	int error;

	arguments(env, info, values);
	client = to_pointer(env, values[0]);
	if (!client)
		return NULL;
	napi_get_value_string_utf8(env, values[1], name, sizeof(name), &length);
	lane = malloc(sizeof(*lane));
	if (!lane)
		return number(env, -ENOMEM);
	error = varta_client_lane_open(client, lane, name, to_u32(env, values[2]));
	if (error) {
		free(lane);
		return number(env, error);
	}
	if (napi_create_external(env, lane, free_lane, NULL, &made) != napi_ok) {
		varta_client_lane_close(lane);
		free(lane);
	}
	return made;
}

/* The lane that is the first argument, and the second as a number */
static const struct varta_client_lane *to_lane(napi_env env, napi_callback_info info,
					       uint32_t *limit_ms)
{
	napi_value values[ARGUMENTS_MAX];
	const struct varta_client_lane *lane;

	arguments(env, info, values);
	lane = to_pointer(env, values[0]);
	*limit_ms = lane ? to_u32(env, values[1]) : 0;
	return lane;
}

/* beatLane(lane) */
static napi_value beat_lane(napi_env env, napi_callback_info info)
{
	uint32_t unused;
	const struct varta_client_lane *lane = to_lane(env, info, &unused);

	if (lane)
		varta_client_lane_beat(lane);
	return NULL;
}

/* beginScope(lane, limit in ms) */
static napi_value begin_scope(napi_env env, napi_callback_info info)
{
	uint32_t limit_ms;
	const struct varta_client_lane *lane = to_lane(env, info, &limit_ms);

	if (lane)
		varta_client_scope_begin(lane, limit_ms);
	return NULL;
}

/* endScope(lane) */
static napi_value end_scope(napi_env env, napi_callback_info info)
{
	uint32_t unused;
	const struct varta_client_lane *lane = to_lane(env, info, &unused);

	if (lane)
		varta_client_scope_end(lane);
	return NULL;
}

/* beatOfMain(lane, limit in ms): as a scope, but the thread is the main one */
static napi_value beat_of_main(napi_env env, napi_callback_info info)
{
	uint32_t limit_ms;
	const struct varta_client_lane *lane = to_lane(env, info, &limit_ms);

	if (lane)
		varta_client__store_deadline(lane, varta_client__now() +
						   (uint64_t)limit_ms * 1000000,
					     (uint32_t)getpid());
	return NULL;
}

/* closeLane(lane), which is not used afterwards */
static napi_value close_lane(napi_env env, napi_callback_info info)
{
	uint32_t unused;
	const struct varta_client_lane *lane = to_lane(env, info, &unused);

	if (lane)
		varta_client_lane_close(lane);
	return NULL;
}

/* ---- Requests with an answer */

static napi_value copied(napi_env env, const void *bytes, size_t length)
{
	napi_value made = NULL;

	napi_create_buffer_copy(env, length, bytes, NULL, &made);
	return made;
}

/* Reads the answer to its end. Returns 0 or a negative errno. */
static int read_answers(napi_env env, struct varta_client__socket *s, void *buffer,
			napi_value list, struct varta_client_refusal *refusal)
{
	const struct nlmsghdr *message;
	uint32_t count = 0;
	int at, length;

	for (;;) {
		length = varta_client__receive(s, buffer, DATAGRAM_SIZE);
		if (length < 0)
			return length;
		for (at = 0; (message = varta_client__message_at(buffer, at, length));
		     at += (int)NLMSG_ALIGN(message->nlmsg_len)) {
			if (message->nlmsg_seq != s->sequence)
				continue;
			if (message->nlmsg_type == NLMSG_DONE ||
			    message->nlmsg_type == NLMSG_ERROR) {
				if (message->nlmsg_flags & NLM_F_DUMP_INTR)
					return -EINTR;
				return varta_client__verdict(message, refusal);
			}
			napi_set_element(env, list, count++,
					 copied(env, message, message->nlmsg_len));
		}
	}
}

/* The messages, or [a negative errno, the kernel's text]. */
static napi_value answer(napi_env env, napi_value list, int error,
			 const struct varta_client_refusal *refusal)
{
	napi_value failure = NULL;

	if (!error)
		return list;
	napi_create_array_with_length(env, 2, &failure);
	napi_set_element(env, failure, 0, number(env, error));
	napi_set_element(env, failure, 1, text(env, refusal->error ? refusal->text : ""));
	return failure;
}

/* query(command, flags, attributes): see answer() */
static napi_value query(napi_env env, napi_callback_info info)
{
	struct varta_client *client = calloc(1, sizeof(*client));
	struct nlmsghdr *message = calloc(1, DATAGRAM_SIZE);
	struct varta_client_refusal refusal = { 0, 0, "" };
	napi_value values[ARGUMENTS_MAX], list = NULL;
	struct genlmsghdr *genl;
	size_t length = 0;
	void *content = NULL;
	int error = -ENOMEM;

	arguments(env, info, values);
	napi_create_array(env, &list);
	napi_get_buffer_info(env, values[2], &content, &length);
	if (length > DATAGRAM_SIZE / 2)
		error = -EMSGSIZE;
	else if (client && message)
		error = varta_client_open(client, NULL);
	if (!error) {
		message->nlmsg_len = (uint32_t)(NLMSG_HDRLEN + GENL_HDRLEN + length);
		message->nlmsg_type = client->socket.family;
		message->nlmsg_flags = (uint16_t)(NLM_F_REQUEST | to_u32(env, values[1]));
		genl = NLMSG_DATA(message);
		genl->cmd = (uint8_t)to_u32(env, values[0]);
		genl->version = VARTA_FAMILY_VERSION;
		if (length)
			memcpy((char *)genl + GENL_HDRLEN, content, length);
		error = varta_client__send(&client->socket, message);
	}
	if (!error)
		error = read_answers(env, &client->socket, message, list, &refusal);
	if (client)
		varta_client_close(client);
	free(client);
	free(message);
	return answer(env, list, error, &refusal);
}

/* ---- Events */

struct listener {
	uv_poll_t poll;
	napi_env env;
	napi_ref callback;
	napi_async_context context;
	napi_async_cleanup_hook_handle hook;
	struct varta_client__socket socket;
	bool closing;
	unsigned char buffer[DATAGRAM_SIZE];
};

static void call(struct listener *l, int error, int length)
{
	napi_value values[2], receiver, callback;
	napi_handle_scope scope;

	napi_open_handle_scope(l->env, &scope);
	values[0] = number(l->env, error);
	values[1] = copied(l->env, l->buffer, (size_t)length);
	napi_get_global(l->env, &receiver);
	napi_get_reference_value(l->env, l->callback, &callback);
	napi_make_callback(l->env, l->context, receiver, callback, 2, values, NULL);
	napi_close_handle_scope(l->env, scope);
}

static void on_readable(uv_poll_t *poll, int status, int events)
{
	struct listener *l = poll->data;
	int i, length;

	(void)events;
	/* libuv stops at any error of the socket. That of lost events is read here. */
	if (status < 0)
		uv_poll_start(poll, UV_READABLE, on_readable);
	for (i = 0; i < BATCH && !l->closing; i++) {
		length = varta_client__receive(&l->socket, l->buffer, sizeof(l->buffer));
		if (length == -EAGAIN)
			return;
		call(l, length < 0 ? length : 0, length < 0 ? 0 : length);
		if (length < 0 && length != -ENOBUFS)
			return;
	}
}

static void on_closed(uv_handle_t *handle)
{
	struct listener *l = handle->data;

	varta_client__disconnect(&l->socket);
	napi_delete_reference(l->env, l->callback);
	napi_async_destroy(l->env, l->context);
	napi_remove_async_cleanup_hook(l->hook);
	free(l);
}

static void close_listener(struct listener *l)
{
	if (l->closing)
		return;
	l->closing = true;
	uv_close((uv_handle_t *)&l->poll, on_closed);
}

/* A worker may end while it listens. */
static void on_exit_of_env(napi_async_cleanup_hook_handle handle, void *data)
{
	(void)handle;
	close_listener(data);
}

static int join(const struct varta_client__socket *s, uint32_t group)
{
	return setsockopt(s->fd, SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, &group,
			  sizeof(group)) ? -errno : 0;
}

static int prepare(struct varta_client__socket *s)
{
	struct sockaddr_nl any_port = { AF_NETLINK, 0, 0, 0 };
	const int on = 1, size = EVENT_BUFFER;
	int error = varta_client__connect(s);

	if (error)
		return error;
	if (bind(s->fd, (struct sockaddr *)&any_port, sizeof(any_port)))
		return -errno;
	if (setsockopt(s->fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size)))
		setsockopt(s->fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size));
	/* Before Linux 6.8, only the lost events of these sockets are counted. */
	setsockopt(s->fd, SOL_NETLINK, NETLINK_BROADCAST_ERROR, &on, sizeof(on));
	return join(s, GENL_ID_CTRL);
}

/*
 * listen(callback): a handle or a negative errno. callback(error, datagram). The socket is in the
 * group of the controller; join() adds the family's.
 */
static napi_value listen_events(napi_env env, napi_callback_info info)
{
	napi_value values[ARGUMENTS_MAX], made = NULL;
	struct listener *l = calloc(1, sizeof(*l));
	uv_loop_t *loop;
	int error;

	arguments(env, info, values);
	if (!l)
		return number(env, -ENOMEM);
	l->socket.fd = -1;
	error = prepare(&l->socket);
	if (!error) {
		napi_get_uv_event_loop(env, &loop);
		error = uv_poll_init(loop, &l->poll, l->socket.fd);
	}
	if (error) {
		varta_client__disconnect(&l->socket);
		free(l);
		return number(env, error);
	}
	l->env = env;
	l->poll.data = l;
	napi_create_reference(env, values[0], 1, &l->callback);
	napi_async_init(env, NULL, text(env, "varta"), &l->context);
	napi_add_async_cleanup_hook(env, on_exit_of_env, l, &l->hook);
	uv_poll_start(&l->poll, UV_READABLE, on_readable);
	napi_create_external(env, l, NULL, NULL, &made);
	return made;
}

/* join(handle, group): 0 or a negative errno */
static napi_value join_group(napi_env env, napi_callback_info info)
{
	napi_value values[ARGUMENTS_MAX];
	struct listener *l;

	arguments(env, info, values);
	l = to_pointer(env, values[0]);
	return l ? number(env, join(&l->socket, to_u32(env, values[1]))) : NULL;
}

/* closeListener(handle), which is not used afterwards */
static napi_value end_listener(napi_env env, napi_callback_info info)
{
	napi_value values[ARGUMENTS_MAX];
	struct listener *l;

	arguments(env, info, values);
	l = to_pointer(env, values[0]);
	if (l)
		close_listener(l);
	return NULL;
}

/* family(): the controller's message about the family; see answer() */
static napi_value family(napi_env env, napi_callback_info info)
{
	struct varta_client__socket s = { -1, 0, 0, 0 };
	struct varta_client_refusal refusal = { 0, 0, "" };
	union varta_client__message message;
	unsigned char *buffer = malloc(DATAGRAM_SIZE);
	napi_value list = NULL;
	int error = buffer ? varta_client__connect(&s) : -ENOMEM;

	(void)info;
	napi_create_array(env, &list);
	varta_client__begin(&message, CTRL_CMD_GETFAMILY, true);
	message.header.nlmsg_type = GENL_ID_CTRL;
	varta_client__put(&message, CTRL_ATTR_FAMILY_NAME, VARTA_FAMILY_NAME,
			  sizeof(VARTA_FAMILY_NAME));
	if (!error)
		error = varta_client__send(&s, &message.header);
	if (!error)
		error = read_answers(env, &s, buffer, list, &refusal);
	varta_client__disconnect(&s);
	free(buffer);
	return answer(env, list, error, &refusal);
}

static void add(napi_env env, napi_value exports, const char *name, napi_callback function)
{
	napi_value made = NULL;

	napi_create_function(env, name, NAPI_AUTO_LENGTH, function, NULL, &made);
	napi_set_named_property(env, exports, name, made);
}

NAPI_MODULE_INIT()
{
	add(env, exports, "open", open_client);
	add(env, exports, "beat", beat);
	add(env, exports, "terminal", terminal);
	add(env, exports, "bye", bye);
	add(env, exports, "refusal", refusal);
	add(env, exports, "openLane", open_lane);
	add(env, exports, "beatLane", beat_lane);
	add(env, exports, "beginScope", begin_scope);
	add(env, exports, "endScope", end_scope);
	add(env, exports, "beatOfMain", beat_of_main);
	add(env, exports, "closeLane", close_lane);
	add(env, exports, "query", query);
	add(env, exports, "family", family);
	add(env, exports, "listen", listen_events);
	add(env, exports, "join", join_group);
	add(env, exports, "closeListener", end_listener);
	return exports;
}

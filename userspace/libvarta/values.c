// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Counters, current values and settings.
 */
#include "values.h"

#include <errno.h>

#include <netlink/attr.h>
#include <netlink/genl/genl.h>

#include "client.h"

_Static_assert(VARTA_A_STATS_MAX < VARTA_STATS_ROOM,
	       "struct varta_stats is too small");
_Static_assert(VARTA_A_CONFIG_MAX < VARTA_CONFIG_ROOM,
	       "struct varta_config is too small");

/**
 * struct values - Values by attribute.
 * @max: Highest attribute that this library knows.
 * @value: The values.
 * @present: Which of them the message had.
 */
struct values {
	unsigned int max;
	uint64_t *value;
	bool *present;
};

static void read_value(struct nlattr *attribute, const struct values *values)
{
	unsigned int type = (unsigned int)nla_type(attribute);

	if (type > values->max)
		return;
	if (nla_len(attribute) == sizeof(uint64_t))
		values->value[type] = nla_get_u64(attribute);
	else if (nla_len(attribute) == sizeof(uint32_t))
		values->value[type] = nla_get_u32(attribute);
	else
		return;
	values->present[type] = true;
}

static void read_values(const struct nlmsghdr *message,
			const struct values *values)
{
	struct nlattr *attribute;
	int left;

	nlmsg_for_each_attr(attribute, (struct nlmsghdr *)message,
			    GENL_HDRLEN, left)
		read_value(attribute, values);
}

int varta_stats_read(const struct nlmsghdr *message, void *stats)
{
	struct varta_stats *s = stats;
	const struct values values = {
		.max = VARTA_A_STATS_MAX,
		.value = s->value,
		.present = s->present,
	};

	read_values(message, &values);
	return 0;
}

int varta_config_read(const struct nlmsghdr *message, void *config)
{
	struct varta_config *c = config;
	const struct values values = {
		.max = VARTA_A_CONFIG_MAX,
		.value = c->value,
		.present = c->present,
	};

	read_values(message, &values);
	return 0;
}

static int query(struct varta *v, uint8_t command, varta_message_fn fn,
		 void *arg)
{
	struct varta_connection *c = &v->connection;
	int error = varta_call_begin(v);

	if (!error)
		error = varta_connection_query(
			c, varta_connection_request(c, command, NLM_F_ACK),
			fn, arg);
	return varta_call_end(v, error);
}

int varta_gap_reset(struct varta *v)
{
	return query(v, VARTA_CMD_GAP_RESET, NULL, NULL);
}

static struct nl_msg *take_request(struct varta_connection *c,
				   const uint32_t *counters, size_t count)
{
	struct nl_msg *request =
		varta_connection_request(c, VARTA_CMD_STATS_TAKE, NLM_F_ACK);
	size_t i;

	for (i = 0; i < count && request; i++) {
		if (!nla_put_u32(request, VARTA_A_STATS_COUNTER, counters[i]))
			continue;
		nlmsg_free(request);
		request = NULL;
	}
	return request;
}

static int query_stats(struct varta *v, uint8_t command,
		       struct varta_stats *stats)
{
	struct varta_stats answer = { 0 };
	int error = query(v, command, varta_stats_read, &answer);

	if (!error)
		*stats = answer;
	return error;
}

int varta_stats_get(struct varta *v, struct varta_stats *stats)
{
	return query_stats(v, VARTA_CMD_STATS_GET, stats);
}

int varta_stats_take(struct varta *v, struct varta_stats *stats)
{
	return query_stats(v, VARTA_CMD_STATS_TAKE, stats);
}

int varta_stats_take_some(struct varta *v, const uint32_t *counters,
			  size_t count, struct varta_stats *stats)
{
	struct varta_connection *c = &v->connection;
	struct varta_stats answer = { 0 };
	int error = varta_call_begin(v);

	if (!error && count > VARTA_STATS_ROOM)
		error = -EINVAL;
	if (!error)
		error = varta_connection_query(c, take_request(c, counters,
							       count),
					       varta_stats_read, &answer);
	if (!error)
		*stats = answer;
	return varta_call_end(v, error);
}

int varta_config_get(struct varta *v, struct varta_config *config)
{
	struct varta_config answer = { 0 };
	int error = query(v, VARTA_CMD_CONFIG_GET, varta_config_read, &answer);

	if (!error)
		*config = answer;
	return error;
}

static int set_value(struct varta *v, unsigned int attribute, uint64_t value)
{
	struct nl_msg *request;

	if (!attribute || attribute > VARTA_A_CONFIG_MAX)
		return -EINVAL;
	/* All settings have 32 bits. */
	if (value > UINT32_MAX)
		return -ERANGE;
	request = varta_connection_request(&v->connection,
					   VARTA_CMD_CONFIG_SET, NLM_F_ACK);
	if (request && nla_put_u32(request, (int)attribute, (uint32_t)value)) {
		nlmsg_free(request);
		return -ENOMEM;
	}
	return varta_connection_query(&v->connection, request, NULL, NULL);
}

int varta_config_set(struct varta *v, unsigned int attribute, uint64_t value)
{
	int error = varta_call_begin(v);

	if (!error)
		error = set_value(v, attribute, value);
	return varta_call_end(v, error);
}

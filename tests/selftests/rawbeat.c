// SPDX-License-Identifier: GPL-2.0-only
/*
 * Sends a beat with chosen errors and prints the kernel's reply.
 *
 * It can send what the library cannot, and uses plain sockets without libnl, so
 * that each byte of the message is written here.
 */
#include <errno.h>
#include <limits.h>
#include <linux/genetlink.h>
#include <linux/netlink.h>
#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <linux/varta.h>
#include <varta.h>

#define MESSAGE_MAX	2048
#define FRAME_MAX	256
#define COMPACT_MAX	32
#define NUMBERS_MAX	4
#define REPEAT_MAX	1000
#define ANSWER_MS	1000

enum exit_code {
	EXIT_ANSWERED	= 0,
	EXIT_SILENCE	= 1,
	EXIT_USAGE	= 2,
	EXIT_NO_MODULE	= 3,
	EXIT_SYSTEM	= 5,
};

/* The typed attributes; each can be missing or have a wrong size. */
enum field {
	STATUS, NONCE, TIMESTAMP, PAYLOAD, PID, THRESHOLD, NS_INODE, START_TIME,
	STALL_SIGNAL, KILL_AFTER, FIELDS
};

static const struct {
	const char *name;
	uint16_t attribute;
	int size;
} fields[FIELDS] = {
	[STATUS] = { "status", VARTA_A_BEAT_STATUS, 4 },
	[NONCE] = { "nonce", VARTA_A_BEAT_NONCE, 8 },
	[TIMESTAMP] = { "timestamp", VARTA_A_BEAT_TIMESTAMP, 8 },
	[PAYLOAD] = { "payload", VARTA_A_BEAT_PAYLOAD, 4 },
	[PID] = { "pid", VARTA_A_BEAT_PID, 4 },
	[THRESHOLD] = { "threshold", VARTA_A_BEAT_THRESHOLD_MS, 4 },
	[NS_INODE] = { "ns-inode", VARTA_A_RELAYED_BEAT_NS_INODE, 8 },
	[START_TIME] = { "start-time", VARTA_A_RELAYED_BEAT_START_TIME, 8 },
	[STALL_SIGNAL] = { "stall-signal", VARTA_A_BEAT_STALL_SIGNAL, 4 },
	[KILL_AFTER] = { "kill-after", VARTA_A_BEAT_KILL_AFTER_MS, 4 },
};

/* The message to send. */
struct request {
	uint64_t value[FIELDS];
	bool present[FIELDS];
	int size[FIELDS];
	const char *name;

	unsigned char frame[FRAME_MAX];
	int frame_len;
	bool frame_present;
	/* The three values in one attribute, and its size. */
	bool compact_present;
	int compact_len;

	/* For other commands: before the beat, which may be nested. */
	struct {
		uint16_t attribute;
		uint32_t value;
	} numbers[NUMBERS_MAX];
	int numbers_count;
	uint16_t nest;

	uint8_t command, version;
	uint16_t family;
	bool header_only;
	bool no_header;
	bool unknown_attribute;
	bool cut_attribute;
	bool cut_message;
	int trailing;
	int repeat;
	int step;
	/* Of the last of several beats. */
	bool last_status_present;
	uint32_t last_status;
	bool no_ack;
};

static const char usage_head[] =
	"Usage: rawbeat [EDIT [VALUE]]...\n"
	"Sends a beat of this process with status 0, nonce 1, timestamp now and\n"
	"payload 0, and asks for a reply. Each EDIT changes the message:\n"
	"\n";

static const char usage_tail[] =
	"\n"
	"Numbers are as in C; 'max' is 2^64-1, 'self' this process's id.\n"
	"Prints a line for each reply: 'ok' or 'ERRNO: text'.\n"
	"Exit status: 0 reply, 1 no reply (prints 'no answer'), 2 wrong usage,\n"
	"3 module not loaded, 5 other error.\n";

_Noreturn static void wrong_usage(const char *what, const char *text)
{
	fprintf(stderr, "rawbeat: %s '%s'\nTry 'rawbeat --help'.\n", what,
		text);
	exit(EXIT_USAGE);
}

_Noreturn static void fail(const char *what)
{
	fprintf(stderr, "rawbeat: %s: %s\n", what, strerror(errno));
	exit(EXIT_SYSTEM);
}

static uint64_t number(const char *text)
{
	uint64_t value;
	char *end;

	if (!strcmp(text, "max"))
		return UINT64_MAX;
	if (!strcmp(text, "self"))
		return (uint64_t)getpid();
	errno = 0;
	value = strtoull(text, &end, 0);
	if (end == text || *end || errno)
		wrong_usage("not a number:", text);
	return value;
}

static int small_number(const char *text, int max)
{
	uint64_t value = number(text);

	if (value > (uint64_t)max)
		wrong_usage("number is too large:", text);
	return (int)value;
}

/* --- edits --- */

static void set_field(struct request *r, enum field field, const char *value)
{
	r->value[field] = number(value);
	r->present[field] = true;
}

static void set_status(struct request *r, const char *value)
{
	set_field(r, STATUS, value);
}

static void set_nonce(struct request *r, const char *value)
{
	set_field(r, NONCE, value);
}

static void set_timestamp(struct request *r, const char *value)
{
	set_field(r, TIMESTAMP, value);
}

static void set_payload(struct request *r, const char *value)
{
	set_field(r, PAYLOAD, value);
}

static void set_pid(struct request *r, const char *value)
{
	set_field(r, PID, value);
}

static void set_threshold(struct request *r, const char *value)
{
	set_field(r, THRESHOLD, value);
}

static void set_ns_inode(struct request *r, const char *value)
{
	set_field(r, NS_INODE, value);
}

static void set_start_time(struct request *r, const char *value)
{
	set_field(r, START_TIME, value);
}

static void set_stall_signal(struct request *r, const char *value)
{
	set_field(r, STALL_SIGNAL, value);
}

static void set_kill_after(struct request *r, const char *value)
{
	set_field(r, KILL_AFTER, value);
}

static void set_name(struct request *r, const char *value)
{
	r->name = value;
}

static int find_field(const char *name, size_t length)
{
	int i;

	for (i = 0; i < FIELDS; i++)
		if (strlen(fields[i].name) == length &&
		    !strncmp(fields[i].name, name, length))
			return i;
	wrong_usage("there is no field", name);
}

static void without(struct request *r, const char *value)
{
	r->present[find_field(value, strlen(value))] = false;
}

static void set_size(struct request *r, const char *value)
{
	const char *equals = strchr(value, '=');
	int field;

	if (!equals)
		wrong_usage("not FIELD=BYTES:", value);
	field = find_field(value, (size_t)(equals - value));
	r->size[field] = small_number(equals + 1, 64);
	r->present[field] = true;
}

/* The attributes that a frame replaces. */
static void drop_fields(struct request *r)
{
	int i;

	for (i = 0; i < FIELDS; i++)
		if (i != THRESHOLD)
			r->present[i] = false;
}

static void keep_frame(struct request *r, const char *hex)
{
	size_t length = strlen(hex);
	unsigned int byte;
	size_t i;

	if (length % 2 || length / 2 > FRAME_MAX ||
	    strspn(hex, "0123456789abcdefABCDEF") != length)
		wrong_usage("not hexadecimal bytes:", hex);
	for (i = 0; i < length / 2; i++) {
		if (sscanf(hex + 2 * i, "%2x", &byte) != 1)
			wrong_usage("not hexadecimal bytes:", hex);
		r->frame[i] = (unsigned char)byte;
	}
	r->frame_len = (int)(length / 2);
	r->frame_present = true;
}

static void set_frame(struct request *r, const char *value)
{
	keep_frame(r, value);
	drop_fields(r);
}

static void as_frame(struct request *r, const char *value)
{
	struct varta_beat beat = {
		.status = (uint32_t)r->value[STATUS],
		.nonce = r->value[NONCE],
		.timestamp = r->value[TIMESTAMP],
		.payload = (uint32_t)r->value[PAYLOAD],
		.pid = (uint32_t)r->value[PID],
	};

	(void)value;
	if (!r->present[PID])
		beat.pid = (uint32_t)getpid();
	if (varta_frame_encode(&beat, r->frame))
		wrong_usage("too large for a frame:", "status");
	r->frame_len = VARTA_FRAME_LEN;
	r->frame_present = true;
	drop_fields(r);
}

static void compact_too(struct request *r, const char *value)
{
	r->compact_present = true;
	r->compact_len = small_number(value, COMPACT_MAX);
}

static void as_compact(struct request *r, const char *value)
{
	compact_too(r, value);
	r->present[STATUS] = false;
	r->present[NONCE] = false;
	r->present[PAYLOAD] = false;
}

static void as_short(struct request *r, const char *value)
{
	(void)value;
	as_compact(r, "16");
	r->present[TIMESTAMP] = false;
}

static void frame_length(struct request *r, const char *value)
{
	r->frame_len = small_number(value, FRAME_MAX);
	r->frame_present = true;
}

static void flip(struct request *r, const char *value)
{
	r->frame[small_number(value, FRAME_MAX - 1)] ^= 0x40;
}

static void set_command(struct request *r, const char *value)
{
	r->command = (uint8_t)small_number(value, UINT8_MAX);
}

static void set_version(struct request *r, const char *value)
{
	r->version = (uint8_t)small_number(value, UINT8_MAX);
}

static void add_number(struct request *r, const char *value)
{
	const char *equals = strchr(value, '=');
	char type[8] = "";

	if (!equals || (size_t)(equals - value) >= sizeof(type) ||
	    r->numbers_count == NUMBERS_MAX)
		wrong_usage("not ATTRIBUTE=N, or too many:", value);
	memcpy(type, value, (size_t)(equals - value));
	r->numbers[r->numbers_count].attribute =
		(uint16_t)small_number(type, UINT16_MAX);
	r->numbers[r->numbers_count].value = (uint32_t)number(equals + 1);
	r->numbers_count++;
}

static void set_nest(struct request *r, const char *value)
{
	r->nest = (uint16_t)small_number(value, UINT16_MAX);
}

static void no_beat(struct request *r, const char *value)
{
	(void)value;
	memset(r->present, 0, sizeof(r->present));
}

static void header_only(struct request *r, const char *value)
{
	(void)value;
	r->header_only = true;
}

static void no_header(struct request *r, const char *value)
{
	(void)value;
	r->no_header = true;
}

static void unknown_attribute(struct request *r, const char *value)
{
	(void)value;
	r->unknown_attribute = true;
}

static void cut_attribute(struct request *r, const char *value)
{
	(void)value;
	r->cut_attribute = true;
}

static void cut_message(struct request *r, const char *value)
{
	(void)value;
	r->cut_message = true;
}

static void trailing(struct request *r, const char *value)
{
	r->trailing = small_number(value, 64);
}

static void repeat(struct request *r, const char *value)
{
	r->repeat = small_number(value, REPEAT_MAX);
}

static void step(struct request *r, const char *value)
{
	r->step = small_number(value, INT_MAX);
}

static void last_status(struct request *r, const char *value)
{
	r->last_status_present = true;
	r->last_status = (uint32_t)number(value);
}

static void no_ack(struct request *r, const char *value)
{
	(void)value;
	r->no_ack = true;
}

static const struct edit {
	const char *name;
	const char *value;
	const char *help;
	void (*apply)(struct request *r, const char *value);
} edits[] = {
	{ "status", "N", "set the status", set_status },
	{ "nonce", "N", "set the nonce", set_nonce },
	{ "timestamp", "N", "set the timestamp", set_timestamp },
	{ "payload", "N", "set the payload", set_payload },
	{ "pid", "N", "set the pid", set_pid },
	{ "threshold", "N", "set the threshold, in ms", set_threshold },
	{ "ns-inode", "N", "set the pid namespace, for a relay",
	  set_ns_inode },
	{ "start-time", "NS", "set when the process started, for a relay",
	  set_start_time },
	{ "stall-signal", "N", "ask for this signal on a stall",
	  set_stall_signal },
	{ "kill-after", "MS", "and for SIGKILL so long after it",
	  set_kill_after },
	{ "name", "TEXT", "set the name", set_name },
	{ "without", "FIELD", "omit this attribute", without },
	{ "size", "FIELD=BYTES", "give it a wrong size", set_size },
	{ "frame", "HEX", "a frame of these bytes instead of the attributes",
	  set_frame },
	{ "frame-too", "HEX", "a frame in addition to the attributes", keep_frame },
	{ "as-frame", NULL, "the beat as a frame; with pid self by default",
	  as_frame },
	{ "compact", "BYTES", "status, nonce and payload in one attribute",
	  as_compact },
	{ "compact-too", "BYTES", "the same in addition to the attributes",
	  compact_too },
	{ "short", NULL, "these alone, as most beats of the libraries",
	  as_short },
	{ "frame-length", "BYTES", "truncate or extend the frame",
	  frame_length },
	{ "flip", "BYTE", "invert a byte of the frame, counted from 0", flip },
	{ "command", "N", "set the command (default: beat)", set_command },
	{ "number", "TYPE=N", "a 32-bit attribute before the beat",
	  add_number },
	{ "nest", "TYPE", "nest the beat in an attribute of this type", set_nest },
	{ "no-beat", NULL, "none of the beat's attributes", no_beat },
	{ "version", "N", "set the version of the family", set_version },
	{ "header-only", NULL, "no attributes at all", header_only },
	{ "no-header", NULL, "no generic netlink header either",
	  no_header },
	{ "unknown-attribute", NULL, "add an unknown attribute",
	  unknown_attribute },
	{ "cut-attribute", NULL, "the last attribute is longer than the message",
	  cut_attribute },
	{ "cut-message", NULL, "fewer bytes than the length in the header",
	  cut_message },
	{ "trailing", "BYTES", "bytes after the last attribute", trailing },
	{ "repeat", "N", "N beats in one send, with increasing nonces",
	  repeat },
	{ "step", "N", "the increment of the nonce (default 1)", step },
	{ "last-status", "N", "the status of the last beat", last_status },
	{ "no-ack", NULL, "no reply to an accepted beat",
	  no_ack },
};

#define EDITS_COUNT	(sizeof(edits) / sizeof(edits[0]))

static void print_help(void)
{
	size_t i;

	fputs(usage_head, stdout);
	for (i = 0; i < EDITS_COUNT; i++)
		printf("  %-17s %-11s  %s\n", edits[i].name,
		       edits[i].value ? edits[i].value : "", edits[i].help);
	fputs(usage_tail, stdout);
}

static const struct edit *find_edit(const char *name)
{
	size_t i;

	for (i = 0; i < EDITS_COUNT; i++)
		if (!strcmp(edits[i].name, name))
			return &edits[i];
	wrong_usage("there is no edit", name);
}

static void apply_edits(struct request *r, char **words)
{
	const struct edit *edit;

	while (*words) {
		edit = find_edit(*words++);
		if (edit->value && !*words)
			wrong_usage("missing value of", edit->name);
		edit->apply(r, edit->value ? *words++ : NULL);
	}
}

/* --- messages --- */

struct buffer {
	_Alignas(struct nlmsghdr) unsigned char bytes[MESSAGE_MAX];
	int length;
};

static void append(struct buffer *b, const void *data, int length)
{
	int padded = NLMSG_ALIGN(length);

	if (b->length + padded > MESSAGE_MAX) {
		errno = EMSGSIZE;
		fail("message");
	}
	memset(b->bytes + b->length, 0, (size_t)padded);
	memcpy(b->bytes + b->length, data, (size_t)length);
	b->length += padded;
}

static void append_attribute(struct buffer *b, uint16_t type, const void *data,
			     int length)
{
	struct nlattr attribute = {
		.nla_len = (uint16_t)(NLA_HDRLEN + length),
		.nla_type = type,
	};

	append(b, &attribute, sizeof(attribute));
	append(b, data, length);
}

static void append_field(struct buffer *b, const struct request *r, int field)
{
	unsigned char value[64] = { 0 };
	uint32_t narrow = (uint32_t)r->value[field];

	if (fields[field].size == 4)
		memcpy(value, &narrow, sizeof(narrow));
	else
		memcpy(value, &r->value[field], sizeof(r->value[field]));
	append_attribute(b, fields[field].attribute, value, r->size[field]);
}

static void append_compact(struct buffer *b, const struct request *r)
{
	const uint32_t words[2] = {
		(uint32_t)r->value[STATUS], (uint32_t)r->value[PAYLOAD]
	};
	unsigned char value[COMPACT_MAX] = { 0 };

	memcpy(value, &r->value[NONCE], sizeof(r->value[NONCE]));
	memcpy(value + sizeof(r->value[NONCE]), words, sizeof(words));
	append_attribute(b, VARTA_A_BEAT_COMPACT, value, r->compact_len);
}

static void append_beat(struct buffer *b, const struct request *r)
{
	int i;

	for (i = 0; i < FIELDS; i++)
		if (r->present[i])
			append_field(b, r, i);
	if (r->name)
		append_attribute(b, VARTA_A_BEAT_NAME, r->name,
				 (int)strlen(r->name) + 1);
	if (r->compact_present)
		append_compact(b, r);
	if (r->frame_present)
		append_attribute(b, VARTA_A_BEAT_FRAME, r->frame,
				 r->frame_len);
}

static void append_attributes(struct buffer *b, const struct request *r)
{
	static const unsigned char zeros[64];
	struct buffer beat = { .length = 0 };
	uint32_t word = 0;
	int i;

	for (i = 0; i < r->numbers_count; i++)
		append_attribute(b, r->numbers[i].attribute,
				 &r->numbers[i].value, sizeof(uint32_t));
	append_beat(&beat, r);
	if (r->nest)
		append_attribute(b, r->nest | NLA_F_NESTED, beat.bytes,
				 beat.length);
	else
		append(b, beat.bytes, beat.length);
	if (r->unknown_attribute)
		append_attribute(b, VARTA_A_BEAT_MAX + 100, &word,
				 sizeof(word));
	if (r->cut_attribute) {
		append_attribute(b, VARTA_A_BEAT_PAYLOAD, &word, sizeof(word));
		b->length -= (int)sizeof(word);
	}
	append(b, zeros, r->trailing);
}

static void write_message(struct buffer *b, const struct request *r,
			  uint32_t sequence)
{
	struct nlmsghdr header = {
		.nlmsg_type = r->family,
		.nlmsg_flags = NLM_F_REQUEST,
		.nlmsg_seq = sequence,
	};
	struct genlmsghdr generic = {
		.cmd = r->command,
		.version = r->version,
	};

	b->length = 0;
	if (!r->no_ack)
		header.nlmsg_flags |= NLM_F_ACK;
	append(b, &header, sizeof(header));
	if (!r->no_header)
		append(b, &generic, sizeof(generic));
	if (!r->no_header && !r->header_only)
		append_attributes(b, r);

	header.nlmsg_len = (uint32_t)b->length;
	memcpy(b->bytes, &header, sizeof(header));
	if (r->cut_message)
		b->length -= NLMSG_ALIGNTO;
}

/* --- the socket --- */

static int open_socket(void)
{
	int on = 1;
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_GENERIC);

	if (fd < 0)
		fail("socket");
	if (setsockopt(fd, SOL_NETLINK, NETLINK_EXT_ACK, &on, sizeof(on)) ||
	    setsockopt(fd, SOL_NETLINK, NETLINK_CAP_ACK, &on, sizeof(on)))
		fail("setsockopt");
	return fd;
}

/* Returns the number of bytes, or 0 after the timeout. */
static int receive(int fd, struct buffer *b, int timeout_ms)
{
	struct pollfd readable = { .fd = fd, .events = POLLIN };
	int ready = poll(&readable, 1, timeout_ms);
	ssize_t length;

	if (ready < 0)
		fail("poll");
	if (!ready)
		return 0;
	length = recv(fd, b->bytes, sizeof(b->bytes), 0);
	if (length < 0)
		fail("recv");
	b->length = (int)length;
	return b->length;
}

/* Finds an attribute in the bytes from @at on. */
static const struct nlattr *find_attribute(const unsigned char *at, int length,
					   uint16_t type)
{
	const struct nlattr *a;
	int step;

	while (length >= (int)sizeof(*a)) {
		a = (const struct nlattr *)at;
		if (a->nla_len < sizeof(*a) || a->nla_len > length)
			return NULL;
		if ((a->nla_type & NLA_TYPE_MASK) == type)
			return a;
		step = NLA_ALIGN(a->nla_len);
		at += step;
		length -= step;
	}
	return NULL;
}

static uint16_t find_family(int fd)
{
	struct request lookup = {
		.family = GENL_ID_CTRL,
		.command = CTRL_CMD_GETFAMILY,
		.version = 1,
	};
	const struct nlmsghdr *answer;
	const struct nlattr *id;
	struct buffer b;
	int skip = NLMSG_LENGTH(GENL_HDRLEN);
	uint32_t whole;
	uint16_t family;

	lookup.header_only = true;
	lookup.no_ack = true;
	write_message(&b, &lookup, 1);
	append_attribute(&b, CTRL_ATTR_FAMILY_NAME, VARTA_FAMILY_NAME,
			 sizeof(VARTA_FAMILY_NAME));
	whole = (uint32_t)b.length;
	memcpy(b.bytes, &whole, sizeof(whole));

	if (send(fd, b.bytes, (size_t)b.length, 0) < 0)
		fail("send");
	if (receive(fd, &b, ANSWER_MS) < skip)
		fail("lookup of the family");
	answer = (const struct nlmsghdr *)b.bytes;
	if (answer->nlmsg_type == NLMSG_ERROR) {
		fputs("rawbeat: module not loaded: modprobe varta\n", stderr);
		exit(EXIT_NO_MODULE);
	}
	id = find_attribute(b.bytes + skip, b.length - skip,
			    CTRL_ATTR_FAMILY_ID);
	if (!id)
		fail("lookup of the family");
	memcpy(&family, id + 1, sizeof(family));
	return family;
}

/* All messages are sent in one call. */
static void send_request(int fd, const struct request *r)
{
	unsigned char *all = calloc((size_t)r->repeat, MESSAGE_MAX);
	struct request one = *r;
	struct buffer b;
	size_t length = 0;
	int i;

	if (!all)
		fail("memory");
	for (i = 0; i < r->repeat; i++) {
		if (r->last_status_present && i == r->repeat - 1)
			one.value[STATUS] = r->last_status;
		write_message(&b, &one, (uint32_t)i + 2);
		memcpy(all + length, b.bytes, (size_t)b.length);
		length += (size_t)b.length;
		one.value[NONCE] += (uint64_t)r->step;
	}
	if (send(fd, all, length, 0) < 0)
		fail("send");
	free(all);
}

static void print_answer(const struct nlmsghdr *message)
{
	const unsigned char *end = (const unsigned char *)message +
				   message->nlmsg_len;
	const unsigned char *attributes;
	const struct nlmsgerr *error = NLMSG_DATA(message);
	const struct nlattr *text;
	const char *name;

	if (!error->error) {
		puts("ok");
		return;
	}
	name = strerrorname_np(-error->error);
	printf("%s:", name ? name : "unknown error");

	attributes = (const unsigned char *)(error + 1);
	if (!(message->nlmsg_flags & NLM_F_CAPPED) &&
	    error->msg.nlmsg_len > NLMSG_HDRLEN)
		attributes += NLMSG_ALIGN(error->msg.nlmsg_len) - NLMSG_HDRLEN;
	text = attributes < end && message->nlmsg_flags & NLM_F_ACK_TLVS ?
	       find_attribute(attributes, (int)(end - attributes),
			      NLMSGERR_ATTR_MSG) : NULL;
	if (text)
		printf(" %.*s", text->nla_len - NLA_HDRLEN,
		       (const char *)(text + 1));
	putchar('\n');
}

/* Returns the number of replies. */
static int print_answers(int fd, int expected)
{
	const struct nlmsghdr *message;
	struct buffer b;
	int left, answers = 0;

	while (answers < expected && receive(fd, &b, ANSWER_MS)) {
		left = b.length;
		for (message = (const struct nlmsghdr *)b.bytes;
		     NLMSG_OK(message, (unsigned int)left);
		     message = NLMSG_NEXT(message, left)) {
			/* The data of another command. */
			if (message->nlmsg_type != NLMSG_ERROR ||
			    message->nlmsg_len <
			    NLMSG_LENGTH(sizeof(struct nlmsgerr)))
				continue;
			print_answer(message);
			answers++;
		}
	}
	return answers;
}

int main(int argc, char **argv)
{
	struct request r = {
		.command = VARTA_CMD_BEAT,
		.version = VARTA_FAMILY_VERSION,
		.repeat = 1,
		.step = 1,
		.value = { [NONCE] = 1 },
		.present = { [STATUS] = true, [NONCE] = true,
			     [TIMESTAMP] = true, [PAYLOAD] = true },
	};
	int fd, i;

	if (argc == 2 && !strcmp(argv[1], "--help")) {
		print_help();
		return 0;
	}
	for (i = 0; i < FIELDS; i++)
		r.size[i] = fields[i].size;
	r.value[TIMESTAMP] = varta_monotonic_now();
	apply_edits(&r, argv + 1);

	fd = open_socket();
	r.family = find_family(fd);
	send_request(fd, &r);
	if (print_answers(fd, r.repeat))
		return EXIT_ANSWERED;
	puts("no answer");
	return EXIT_SILENCE;
}

// SPDX-License-Identifier: GPL-2.0-only
/*
 * The gateway: frames, senders, machines, and what becomes of a datagram.
 */
#include "gateway.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <json-c/json.h>

#include "../../kunit/frame_vectors.h"
#include "clock.h"
#include "parse.h"
#include "process.h"
#include "procfs.h"
#include "tap.h"
#include "vlp.h"

static void test_vectors(void)
{
	const struct frame_vector *vector;
	struct varta_beat beat;
	enum varta_reason reason;
	size_t i;

	for (i = 0; i < sizeof(frame_vectors) / sizeof(frame_vectors[0]); i++) {
		vector = &frame_vectors[i];
		reason = vlp_decode(vector->bytes, vector->len, &beat);
		check(reason == vector->error, "gateway: result: %s",
		      vector->name);
		if (reason)
			continue;
		check(beat.status == vector->status &&
		      beat.pid == vector->pid &&
		      beat.timestamp == vector->timestamp &&
		      beat.nonce == vector->nonce &&
		      beat.payload == vector->payload,
		      "gateway: fields: %s", vector->name);
	}
}

static void test_rate(void)
{
	static struct senders senders;
	struct sender *sender;
	uint64_t now = 10 * NS_PER_S;
	int allowed = 0, i;

	senders_init(&senders, 1, 100);
	check(!senders_find(&senders, sender_key(0, 7)),
	      "senders: unknown at first");
	sender = senders_add(&senders, sender_key(0, 7));
	check(senders_find(&senders, sender_key(0, 7)) == sender &&
	      !senders_find(&senders, sender_key(1, 7)),
	      "senders: found by source and pid");
	for (i = 0; i < 1000; i++)
		allowed += senders_allow(&senders, sender, false, now);
	check(allowed == 100, "senders: a second's frames at once");
	check(senders_allow(&senders, sender, true, now) &&
	      !senders_allow(&senders, sender, true, now),
	      "senders: the first terminal frame is allowed");
	now += NS_PER_S / 2;
	for (allowed = 0, i = 0; i < 1000; i++)
		allowed += senders_allow(&senders, sender, false, now);
	check(allowed == 50, "senders: half as many in half a second");
	now += 3600 * NS_PER_S;
	for (allowed = 0, i = 0; i < 1000; i++)
		allowed += senders_allow(&senders, sender, false, now);
	check(allowed == 100, "senders: no more after an hour");

	senders_init(&senders, 1, 0);
	sender = senders_add(&senders, sender_key(0, 7));
	for (allowed = 0, i = 0; i < 1000; i++)
		allowed += senders_allow(&senders, sender, false, now);
	check(allowed == 1000, "senders: without a limit");
}

static void test_many(void)
{
	static struct senders senders;
	struct sender *sender;
	uint32_t pid, found = 0, allowed = 0;

	senders_init(&senders, 42, 0);
	for (pid = 1; pid <= 4 * SENDERS_MAX; pid++) {
		sender = senders_add(&senders, sender_key(0, pid));
		senders_allow(&senders, sender, false, pid);
	}
	for (pid = 1; pid <= 4 * SENDERS_MAX; pid++)
		found += senders_find(&senders, sender_key(0, pid)) != NULL;
	check(found <= SENDERS_MAX && found > SENDERS_MAX * 9 / 10,
	      "senders: memory is bounded, and used");
	check(senders_find(&senders, sender_key(0, 4 * SENDERS_MAX)) &&
	      !senders_find(&senders, sender_key(0, 1)),
	      "senders: the oldest is forgotten");
	for (pid = 0; pid < 10000; pid++)
		allowed += senders_may_add(&senders, 1000, 5);
	check(allowed == SENDERS_NEW_RATE,
	      "senders: new ones of an owner are limited");
	check(senders_may_add(&senders, 1001, 5),
	      "senders: and those of another are not affected");
}

/* ---- Sealed frames, by the vectors of tests/vectors. */

static struct json_object *member(struct json_object *object, const char *name)
{
	struct json_object *value = NULL;

	json_object_object_get_ex(object, name, &value);
	return value;
}

static size_t bytes_of(struct json_object *text, unsigned char *bytes,
		       size_t max)
{
	size_t count = 0;

	if (parse_hex(json_object_get_string(text), bytes, max, &count))
		return 0;
	return count;
}

static void test_agent_keys(struct json_object *vectors)
{
	unsigned char master[SEALED_KEY_SIZE], key[SEALED_KEY_SIZE];
	unsigned char expected[SEALED_KEY_SIZE];
	struct json_object *each;
	uint32_t pid;
	size_t i;

	for (i = 0; i < json_object_array_length(vectors); i++) {
		each = json_object_array_get_idx(vectors, i);
		pid = (uint32_t)json_object_get_int64(member(each, "pid"));
		bytes_of(member(each, "master_key"), master, sizeof(master));
		bytes_of(member(each, "key"), expected, sizeof(expected));
		check(sealed_derive(key, master, pid) &&
		      !memcmp(key, expected, sizeof(key)),
		      "sealed: key of agent %lu", (unsigned long)pid);
	}
}

static void set_keys(struct sealed_keys *keys, struct json_object *vector)
{
	struct json_object *list = member(vector, "keys");

	*keys = (struct sealed_keys){ 0 };
	for (; keys->count < json_object_array_length(list); keys->count++)
		bytes_of(json_object_array_get_idx(list, keys->count),
			 keys->shared[keys->count], SEALED_KEY_SIZE);
	keys->has_master = member(vector, "master_key") &&
		bytes_of(member(vector, "master_key"), keys->master,
			 SEALED_KEY_SIZE) == SEALED_KEY_SIZE;
}

static void test_sealed_datagram(struct json_object *vector)
{
	const char *error = json_object_get_string(member(vector, "error"));
	unsigned char bytes[128], frame[VARTA_FRAME_LEN];
	size_t length = bytes_of(member(vector, "datagram"), bytes,
				 sizeof(bytes));
	struct sealed_frame opened;
	struct sealed_keys keys;
	enum varta_reason reason;

	set_keys(&keys, vector);
	reason = sealed_open(&keys, bytes, length, &opened);
	if (error)
		check(!strcmp(varta_reason_name(reason), error),
		      "sealed: %s: %s", error,
		      json_object_get_string(member(vector, "name")));
	else
		check(!reason &&
		      bytes_of(member(vector, "frame"), frame,
			       sizeof(frame)) == sizeof(frame) &&
		      !memcmp(opened.frame, frame, sizeof(frame)),
		      "sealed: %s",
		      json_object_get_string(member(vector, "name")));
}

static void test_replay(struct json_object *vector)
{
	static struct sealed_sequence sequences[SEALED_SEQUENCES];
	struct json_object *list = member(vector, "datagrams"), *each;
	struct sealed_keys keys = { .count = 1 };
	struct sealed_frame opened;
	unsigned char bytes[128];
	bool right = true;
	size_t i, length;

	memset(sequences, 0, sizeof(sequences));
	bytes_of(member(vector, "key"), keys.shared[0], SEALED_KEY_SIZE);
	for (i = 0; i < json_object_array_length(list); i++) {
		each = json_object_array_get_idx(list, i);
		length = bytes_of(member(each, "datagram"), bytes,
				  sizeof(bytes));
		right = right &&
			!sealed_open(&keys, bytes, length, &opened) &&
			sealed_is_new(sequences, &opened, i + 1) ==
			json_object_get_boolean(member(each, "accepted"));
	}
	check(right, "sealed: replay: %s",
	      json_object_get_string(member(vector, "name")));
}

static void test_sealed(void)
{
	struct json_object *file, *sealed, *list;
	size_t i;

	file = json_object_from_file("../tests/vectors/vlp.json");
	sealed = file ? member(file, "sealed") : NULL;
	check(sealed, "sealed: the vectors");
	if (!sealed)
		return;
	test_agent_keys(member(sealed, "agent_keys"));
	list = member(sealed, "datagrams");
	for (i = 0; i < json_object_array_length(list); i++)
		test_sealed_datagram(json_object_array_get_idx(list, i));
	list = member(sealed, "replays");
	for (i = 0; i < json_object_array_length(list); i++)
		test_replay(json_object_array_get_idx(list, i));
	json_object_put(file);
}

static void test_sequences(void)
{
	static struct sealed_sequence sequences[SEALED_SEQUENCES];
	struct sealed_frame opened = { .counter = 5 };
	uint32_t i, accepted = 0;

	for (i = 0; i < 2 * SEALED_SEQUENCES; i++) {
		opened.prefix = i;
		accepted += sealed_is_new(sequences, &opened, i + 1);
	}
	check(accepted == 2 * SEALED_SEQUENCES,
	      "sealed: sessions are not limited");
	check(!sealed_is_new(sequences, &opened, i + 1),
	      "sealed: the last one is remembered");
	opened.pid = 2;
	check(sealed_is_new(sequences, &opened, i + 1),
	      "sealed: another key has its own counters");
	opened.pid = 0;
	opened.prefix = 0;
	check(sealed_is_new(sequences, &opened, i + 2),
	      "sealed: the first one is forgotten");
}

static const char *read_key(const char *text, mode_t mode)
{
	static const char path[] = "/tmp/varta-test-key";
	unsigned char key[SEALED_KEY_SIZE];
	const char *problem;
	int fd;

	unlink(path);
	fd = open(path, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0600);
	if (write(fd, text, strlen(text)) < 0 || fchmod(fd, mode))
		perror(path);
	close(fd);
	problem = sealed_read_key(key, path);
	unlink(path);
	return problem;
}

#define DIGITS_32	"0123456789abcdef0123456789ABCDEF"

static void test_key_files(void)
{
	check(!read_key(DIGITS_32 DIGITS_32, 0600) &&
	      !read_key(DIGITS_32 DIGITS_32 "\n", 0400),
	      "sealed: files of keys");
	check(read_key(DIGITS_32, 0600) && read_key("", 0600) &&
	      read_key(DIGITS_32 DIGITS_32 "0", 0600) &&
	      read_key(DIGITS_32 "x" DIGITS_32, 0600),
	      "sealed: no key in a file");
	check(read_key(DIGITS_32 DIGITS_32, 0640) &&
	      read_key(DIGITS_32 DIGITS_32, 0604),
	      "sealed: a file that others may read");
}

static void set_address(struct sockaddr_storage *address, int family,
			const char *text)
{
	memset(address, 0, sizeof(*address));
	address->ss_family = (sa_family_t)family;
	inet_pton(family, text, family == AF_INET ?
		  (void *)&((struct sockaddr_in *)address)->sin_addr :
		  (void *)&((struct sockaddr_in6 *)address)->sin6_addr);
}

static void test_sources(void)
{
	static const char *const bad[] = {
		"", "192.0.2.1", "192.0.2.1=", "192.0.2.1=0",
		"192.0.2.1=524288", "192.0.2.1=7,", "host=7", "192.0.2=7",
		"192.0.2.1=7,0123456789abcdef", "192.0.2.1=7x",
	};
	static struct sources sources;
	struct sockaddr_storage address;
	const struct source *source;
	size_t i;

	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		check(sources_add(&sources, bad[i]) && !sources.count,
		      "sources: '%s' is refused", bad[i]);
	check(!sources_add(&sources, "192.0.2.1=7,database") &&
	      !sources_add(&sources, "2001:db8::1=524287"),
	      "sources: IPv4 and IPv6");
	check(sources_add(&sources, "192.0.2.1=8") && sources.count == 2,
	      "sources: an address has one number");
	set_address(&address, AF_INET, "192.0.2.1");
	source = sources_find(&sources, &address);
	check(source && source->number == 7 && !strcmp(source->name, "database"),
	      "sources: by an address of IPv4");
	set_address(&address, AF_INET6, "2001:db8::1");
	source = sources_find(&sources, &address);
	check(source && source->number == 524287 && !*source->name,
	      "sources: by an address of IPv6");
	set_address(&address, AF_INET, "192.0.2.2");
	check(!sources_find(&sources, &address), "sources: another address");
	set_address(&address, AF_UNIX, "");
	check(!sources_find(&sources, &address), "sources: another family");
}

static void write_file(const char *path, const char *text, int repeats,
		       const char *end)
{
	FILE *file = fopen(path, "w");

	if (!file)
		return;
	fputs(text, file);
	while (repeats--)
		fputs(" 1234567890", file);
	fputs(end, file);
	fclose(file);
}

/* As in a directory with thousands of users. */
static void test_many_groups(void)
{
	struct process_identity identity = { 0 };
	char directory[] = "/tmp/varta-test-XXXXXX", path[64];
	int procfs;

	if (!mkdtemp(directory) || chdir(directory) || mkdir("77", 0700))
		check(false, "process: a directory");
	write_file("77/stat", "77 (a) S", 0,
		   " 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 500 0 0\n");
	write_file("77/status", "Name:\ta\nGroups:\t", 10000,
		   "\nNStgid:\t77\t5\nNSpid:\t77\t5\nNSpgid:\t77\t5\n");
	procfs = open(directory, O_PATH | O_DIRECTORY | O_CLOEXEC);
	check(!process_identify(procfs, 77, &identity) && identity.ns_pid == 5,
	      "process: a user with many groups");
	write_file("77/status", "Name:\ta\nGroups:\t", 0, "\nThreads:\t1\n");
	check(!process_identify(procfs, 77, &identity) && identity.ns_pid == 77,
	      "process: a kernel without pid namespaces");
	write_file("77/status", "Name:\ta\nGroups:\t", 0, "\n");
	check(process_identify(procfs, 77, &identity) < 0,
	      "process: a file that ends too early");
	close(procfs);
	snprintf(path, sizeof(path), "rm -r %s", directory);
	if (chdir("/") || system(path))
		check(false, "process: the directory is removed");
}

static void test_process(void)
{
	struct process_identity identity;
	int procfs = procfs_open();

	check(!process_identify(procfs, (uint32_t)getpid(), &identity) &&
	      identity.start_time && identity.ns_pid,
	      "process: this one");
	check(process_identify(procfs, 4194304, &identity) < 0,
	      "process: none with this pid");
	check(process_existed(5 * NS_PER_S, 6 * NS_PER_S, NS_PER_S) &&
	      process_existed(5 * NS_PER_S, 6 * NS_PER_S, 0),
	      "process: it existed when it sent");
	check(!process_existed(5 * NS_PER_S, 6 * NS_PER_S, 2 * NS_PER_S) &&
	      !process_existed(7 * NS_PER_S, 6 * NS_PER_S, NS_PER_S),
	      "process: it has the pid of the sender");
	close(procfs);
}

/* A socket of the gateway, and one that sends to it. */
struct pair {
	char path[64];
	struct inlets inlets;
	int client;
};

static bool pair_open(struct pair *pair)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };

	*pair = (struct pair){ .client = -1 };
	snprintf(pair->path, sizeof(pair->path), "/tmp/varta-test-%d",
		 (int)getpid());
	if (inlets_add_unix(&pair->inlets, pair->path, 0600))
		return false;
	strcpy(address.sun_path, pair->path);
	pair->client = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	return !connect(pair->client, (const struct sockaddr *)&address,
			sizeof(address));
}

static void pair_close(struct pair *pair)
{
	close(pair->client);
	inlets_close(&pair->inlets);
}

static void send_frame(const struct pair *pair, uint32_t pid, uint64_t nonce)
{
	const struct varta_beat beat = { .pid = pid, .nonce = nonce };
	unsigned char frame[VARTA_FRAME_LEN];

	varta_frame_encode(&beat, frame);
	if (send(pair->client, frame, sizeof(frame), 0) != sizeof(frame))
		perror("send");
}

static size_t admit_all(struct gateway *gateway, const struct pair *pair,
			struct admitted *admitted)
{
	static struct datagram datagrams[BATCH_MAX];
	const struct inlet *inlet = &pair->inlets.inlets[0];

	return gateway_admit(gateway, inlet, datagrams,
			     inlet_receive(inlet, datagrams), admitted);
}

static void test_admit(struct gateway *gateway, const struct pair *pair)
{
	static struct admitted admitted[BATCH_MAX];
	uint32_t pid = (uint32_t)getpid();
	struct process_identity self;

	process_identify(gateway->procfs, pid, &self);
	send_frame(pair, self.ns_pid, 5);
	send_frame(pair, self.ns_pid, 6);
	send_frame(pair, self.ns_pid + 1, 7);
	send(pair->client, "VA", 2, 0);
	check(admit_all(gateway, pair, admitted) == 2,
	      "gateway: the sender's frames are admitted");
	check(admitted[1].beat.pid == pid && admitted[1].beat.nonce == 6 &&
	      admitted[1].beat.start_time == self.start_time &&
	      !admitted[1].source, "gateway: with what the kernel knows");
	check(gateway->tally.refused[REFUSED_WRONG_PID] == 1,
	      "gateway: another's pid is refused");
	check(gateway->tally.invalid[VARTA_REASON_BAD_LENGTH] == 1,
	      "gateway: a short frame is refused");
	check(gateway->tally.received == 4 && tally_total(&gateway->tally) == 2 &&
	      gateway->tally.last_pid == pid,
	      "gateway: datagrams are counted");
}

/* The entry of a process that had the pid before, in another pid namespace. */
static void test_earlier_process(struct gateway *gateway,
				 const struct pair *pair)
{
	static struct admitted admitted[BATCH_MAX];
	uint32_t pid = (uint32_t)getpid();
	struct sender *sender = senders_find(&gateway->senders,
					     sender_key(0, pid));
	uint64_t before = gateway->tally.refused[REFUSED_WRONG_PID];
	uint32_t ns_pid = sender->ns_pid;

	sender->ns_pid = ns_pid + 1;
	sender->start_time = 1;
	sender->look_due = UINT64_MAX;
	send_frame(pair, ns_pid, 8);
	check(!admit_all(gateway, pair, admitted) &&
	      gateway->tally.refused[REFUSED_WRONG_PID] == before + 1,
	      "gateway: a sender is not looked at again at once");
	sender->look_due = 0;
	send_frame(pair, ns_pid, 9);
	check(admit_all(gateway, pair, admitted) == 1 &&
	      admitted[0].beat.start_time > 1,
	      "gateway: a new process has the pid of an earlier one");
	sender->look_due = 0;
	send_frame(pair, ns_pid + 1, 10);
	check(!admit_all(gateway, pair, admitted) && sender->look_due &&
	      gateway->tally.refused[REFUSED_WRONG_PID] == before + 2,
	      "gateway: one that was looked at again may have lied");
}

static void test_long(struct gateway *gateway, const struct pair *pair)
{
	static struct admitted admitted[BATCH_MAX];
	static const unsigned char bytes[4096] = "VA";
	uint64_t before = gateway->tally.invalid[VARTA_REASON_BAD_LENGTH];

	send(pair->client, bytes, sizeof(bytes), 0);
	send(pair->client, bytes, 0, 0);
	check(!admit_all(gateway, pair, admitted) &&
	      gateway->tally.invalid[VARTA_REASON_BAD_LENGTH] == before + 2,
	      "gateway: empty and long datagrams are refused");
}

static int lowest_free(void)
{
	int fd = open("/dev/null", O_RDONLY | O_CLOEXEC);

	close(fd);
	return fd;
}

static void test_descriptors(struct gateway *gateway, const struct pair *pair)
{
	static struct admitted admitted[BATCH_MAX];
	union {
		char bytes[CMSG_SPACE(8 * sizeof(int))];
		struct cmsghdr header;
	} control = { .header = {
		.cmsg_level = SOL_SOCKET,
		.cmsg_type = SCM_RIGHTS,
		.cmsg_len = CMSG_LEN(8 * sizeof(int)),
	} };
	char byte = 'V';
	struct iovec part = { &byte, 1 };
	const struct msghdr message = {
		.msg_iov = &part,
		.msg_iovlen = 1,
		.msg_control = &control,
		.msg_controllen = sizeof(control),
	};
	const int off = 0;
	int before = lowest_free(), i;

	/* Without the time, there is room for some. */
	setsockopt(pair->inlets.inlets[0].fd, SOL_SOCKET, SO_TIMESTAMPNS, &off,
		   sizeof(off));
	for (i = 0; i < 8; i++)
		memcpy(CMSG_DATA(&control.header) + (size_t)i * sizeof(int),
		       &pair->client, sizeof(int));
	check(sendmsg(pair->client, &message, 0) == 1 &&
	      !admit_all(gateway, pair, admitted) && lowest_free() == before,
	      "gateway: descriptors that are passed are closed");
}

static void test_datagrams(void)
{
	static struct gateway gateway;
	struct pair pair;

	gateway.procfs = procfs_open();
	senders_init(&gateway.senders, 1, 100);
	if (!pair_open(&pair)) {
		check(false, "gateway: a socket");
		return;
	}
	test_admit(&gateway, &pair);
	test_earlier_process(&gateway, &pair);
	test_long(&gateway, &pair);
	test_descriptors(&gateway, &pair);
	check(inlets_add_unix(&pair.inlets, pair.path, 0600) &&
	      pair.inlets.count == 1, "inlets: a socket that is read stays");
	pair_close(&pair);
	check(access(pair.path, F_OK), "inlets: the path is removed");
	close(gateway.procfs);
}

static void test_abandoned(void)
{
	struct pair pair;
	int fd;

	if (!pair_open(&pair)) {
		check(false, "inlets: a socket");
		return;
	}
	close(pair.inlets.inlets[0].fd);
	pair.inlets.count = 0;
	check(!inlets_add_unix(&pair.inlets, pair.path, 0600),
	      "inlets: a socket that nobody reads is replaced");
	pair_close(&pair);
	fd = open(pair.path, O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
	close(fd);
	pair.inlets.count = 0;
	check(inlets_add_unix(&pair.inlets, pair.path, 0600) &&
	      !access(pair.path, F_OK), "inlets: a file is not replaced");
	unlink(pair.path);
}

static void test_tally(void)
{
	static struct tally tally, before;
	char text[256];

	tally_invalid(&tally, VARTA_REASON_BAD_CRC);
	before = tally;
	tally_invalid(&tally, VARTA_REASON_BAD_CRC);
	tally_invalid(&tally, (enum varta_reason)9999);
	tally.refused[REFUSED_RATE] = 3;
	tally_module(&tally, VARTA_REASON_OUT_OF_ORDER);
	tally_text(&tally, &before, text, sizeof(text));
	check(!strcmp(text, "unknown 1, bad-crc 1, rate 3, "
			    "module: out-of-order 1"),
	      "tally: what is new: %s", text);
	check(tally_total(&tally) == 7, "tally: total");
	tally_text(&tally, &before, text, 12);
	check(strlen(text) == 11, "tally: a small buffer");
}

TEST_GROUP(gateway)
{
	test_vectors();
	test_rate();
	test_many();
	test_sealed();
	test_sequences();
	test_key_files();
	test_sources();
	test_process();
	test_many_groups();
	test_datagrams();
	test_abandoned();
	test_tally();
}

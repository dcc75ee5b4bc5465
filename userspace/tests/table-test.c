// SPDX-License-Identifier: GPL-2.0-only
/*
 * Columns of the table of agents.
 */
#include "table.h"

#include <locale.h>
#include <stdlib.h>
#include <string.h>

#include "tap.h"

#define ID	"4f797c539e6c745de61a93ca3ff892358ecbcaccd8414d5db545c38428142970"

static const struct varta_agent plain = {
	.pid = 7, .ns_pid = 7, .ns_inode = 4026531836, .nonce = 3,
	.silence = 20000000, .threshold_ms = 5000, .name = "web",
	.beats = 4, .longest_gap = 1300000000,
};

static const struct cgroup_name service = { .unit = "web-frontend.service" };

static const struct cgroup_name container = {
	.unit = "docker-" ID ".scope", .container = ID,
	.runtime = CGROUP_RUNTIME_DOCKER,
};

/* Every field has its maximum length. */
static const struct varta_agent longest = {
	.pid = UINT32_MAX, .ns_pid = UINT32_MAX, .ns_inode = UINT64_MAX,
	.nonce = UINT64_MAX - 1, .silence = UINT64_MAX, .stalled = true,
	.threshold_ms = UINT32_MAX, .source = UINT32_MAX,
	.beats = UINT64_MAX, .longest_gap = UINT64_MAX,
	.origin = VARTA_ORIGIN_NETWORK_UNVERIFIED,
	.status = VARTA_STATUS_DEGRADED,
	.name = "\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff",
	.lane = "\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff",
};

static void make_table(struct table *table, const struct varta_agent *agent,
		       const struct agent_owner *owner, bool wide, int room)
{
	table_init(table, wide);
	table_widen(table, agent, owner);
	if (room)
		table_fit(table, room);
}

/* The table of one agent, made to fit @room columns unless that is 0. */
static bool shows(const struct varta_agent *agent,
		  const struct agent_owner *owner, bool wide, int room,
		  const char *header, const char *row)
{
	char got_header[TABLE_LINE_SIZE], got_row[TABLE_LINE_SIZE];
	struct table table;

	make_table(&table, agent, owner, wide, room);
	table_header(&table, got_header);
	table_row(&table, agent, owner, got_row);
	return !strcmp(got_header, header) && !strcmp(got_row, row);
}

static void test_columns(void)
{
	struct agent_owner *owner = owner_new(33, "www-data", &service);
	struct agent_owner *inside = owner_new(0, "root", &container);
	struct varta_agent agent = plain;

	check(shows(&plain, owner, false, 0,
		    "NAME  UNIT                  USER      PID  STATE"
		    "         SILENCE",
		    "web   web-frontend.service  www-data    7  ok   "
		    "  20 ms of 5.0 s"), "table: columns");
	check(shows(&plain, NULL, false, 0,
		    "NAME  UNIT  USER  PID  STATE         SILENCE",
		    "web   -     -       7  ok     20 ms of 5.0 s"),
	      "table: owner unknown");
	check(shows(&plain, inside, false, 0,
		    "NAME  UNIT                 USER  PID  STATE"
		    "         SILENCE",
		    "web   docker:4f797c539e6c  root    7  ok   "
		    "  20 ms of 5.0 s"), "table: container");
	check(shows(&plain, inside, true, 0,
		    "NAME  UNIT                 USER  PID  STATE"
		    "         SILENCE  LONGEST GAP  STATUS  NONCE  NS PID  NAMESPACE"
		    "         ORIGIN           CONTAINER",
		    "web   docker:4f797c539e6c  root    7  ok   "
		    "  20 ms of 5.0 s        1.3 s  ok          3       7  "
		    "pid:[4026531836]  kernel-attested  " ID),
	      "table: wide, with a container");
	agent.beats = 0;
	check(shows(&agent, NULL, true, 0,
		    "NAME  UNIT  USER  PID  STATE         SILENCE  LONGEST GAP"
		    "  STATUS  NONCE  NS PID  NAMESPACE         ORIGIN",
		    "web   -     -       7  ok     20 ms of 5.0 s            -"
		    "  ok          3       7  pid:[4026531836]  kernel-attested"),
	      "table: longest gap unknown");
	agent.stalled = true;
	agent.source = 7;
	check(shows(&agent, NULL, false, 0,
		    "NAME  UNIT  USER  PID  STATE           SILENCE  SOURCE",
		    "web   -     -       7  stalled  20 ms of 5.0 s       7"),
	      "table: stalled, relayed");
	agent = plain;
	strcpy(agent.lane, "gc\xff");
	check(shows(&agent, NULL, false, 0,
		    "NAME  UNIT  USER  PID  STATE         SILENCE  OVERDUE LANE",
		    "web   -     -       7  ok     20 ms of 5.0 s  gc\\xff"),
	      "table: overdue lane");
	strcpy(owner->status, "ready: \xff");
	check(shows(&plain, owner, false, 0,
		    "NAME  UNIT                  USER      PID  STATE"
		    "         SILENCE  STATUS TEXT",
		    "web   web-frontend.service  www-data    7  ok   "
		    "  20 ms of 5.0 s  ready: \\xff"), "table: status text");
	strcpy(owner->status, "a longer text of it");
	check(shows(&plain, owner, false, 77,
		    "NAME  UNIT                  USER      PID  STATE"
		    "         SILENCE  STATUS TEXT",
		    "web   web-frontend.service  www-data    7  ok   "
		    "  20 ms of 5.0 s  a longer..."), "table: status text cut");
	check(shows(&plain, owner, false, 63,
		    "NAME  UNIT          USER      PID  STATE"
		    "         SILENCE",
		    "web   web-front...  www-data    7  ok   "
		    "  20 ms of 5.0 s"), "table: status text hidden");
	free(owner);
	free(inside);
}

static void test_widths(void)
{
	struct agent_owner *owner = owner_new(33, "www-data", &service);
	char line[TABLE_LINE_SIZE];
	struct table table;
	int room;

	for (room = 200; room >= 40; room--) {
		make_table(&table, &plain, owner, false, room);
		table_row(&table, &plain, owner, line);
		if (strlen(line) > (size_t)room || !strstr(line, "ok") ||
		    !strstr(line, "web") || !strstr(line, "20 ms of"))
			break;
	}
	check(room < 40, "table: fits from 200 columns down to 40");
	check(shows(&plain, owner, false, 61,
		    "NAME  UNIT               USER      PID  STATE"
		    "         SILENCE",
		    "web   web-frontend.s...  www-data    7  ok   "
		    "  20 ms of 5.0 s"), "table: unit cut");
	check(shows(&plain, owner, false, 50,
		    "NAME  UNIT          PID  STATE         SILENCE",
		    "web   web-front...    7  ok     20 ms of 5.0 s"),
	      "table: user hidden");
	check(shows(&plain, owner, false, 1,
		    "NAME  PID  STATE         SILENCE",
		    "web     7  ok     20 ms of 5.0 s"),
	      "table: columns that are never hidden");
	free(owner);
}

/* Widths are those on the terminal: a name comes before other columns. */
static void test_utf8(void)
{
	struct varta_agent agent = plain;
	char line[TABLE_LINE_SIZE];
	struct table table;

	setlocale(LC_CTYPE, "C.UTF-8");
	/* Two columns for each character; one without any. */
	strcpy(agent.name, "\xe6\x97\xa5\xe6\x9c\xac");
	check(shows(&agent, NULL, false, 0,
		    "NAME  UNIT  USER  PID  STATE         SILENCE",
		    "\xe6\x97\xa5\xe6\x9c\xac  -     -       7  ok     "
		    "20 ms of 5.0 s"), "table: wide characters");
	strcpy(agent.name, "cafe\xcc\x81");
	table_init(&table, false);
	table_row(&table, &agent, NULL, line);
	check(!strncmp(line, "cafe\xcc\x81  -", 9), "table: combined characters");
	strcpy(agent.name, "ab\xe6\x97\xa5" "c");
	table_row(&table, &agent, NULL, line);
	check(!strncmp(line, "a...  -", 7), "table: cut before a wide character");
	setlocale(LC_CTYPE, "C");
}

static void test_longest(void)
{
	struct cgroup_name name = { .runtime = CGROUP_RUNTIME_CONTAINERD };
	char line[TABLE_LINE_SIZE], header[TABLE_LINE_SIZE], user[256];
	struct agent_owner *owner;
	struct table table;

	memset(name.container, '\xff', sizeof(name.container) - 1);
	memset(name.pod, '\xff', sizeof(name.pod) - 1);
	memset(user, '\xff', sizeof(user) - 1);
	user[sizeof(user) - 1] = '\0';
	owner = owner_new(0, user, &name);
	memset(owner->status, '\xff', sizeof(owner->status) - 1);
	owner->status[sizeof(owner->status) - 1] = '\0';
	make_table(&table, &longest, owner, true, 0);
	table_row(&table, &longest, owner, line);
	table_header(&table, header);
	check(strstr(line, "18446744073709551614") &&
	      strstr(line, "pid:[18446744073709551615]") &&
	      strstr(line, "5124095 h 34 m of 1193 h 2 m") &&
	      strlen(line) > 4500 && strlen(line) < TABLE_LINE_SIZE &&
	      !strcmp(line + strlen(line) - 4, "\\xff"),
	      "table: maximum length of each column");
	check(strstr(header, "SOURCE") && strstr(header, "POD") &&
	      strstr(header, "  STATUS TEXT"),
	      "table: all columns");
	/* Without table_widen() texts are cut. */
	make_table(&table, &plain, NULL, true, 0);
	table_row(&table, &longest, owner, line);
	check(strlen(line) < 250 && !strncmp(line, "\\...  c...  \\...  ", 18),
	      "table: row without table_widen()");
	free(owner);
}

/* The most bytes and the widest columns at once. */
static void test_longest_line(void)
{
	struct cgroup_name name = { .runtime = CGROUP_RUNTIME_LXC };
	char line[TABLE_LINE_SIZE], user[256] = "";
	struct varta_agent agent = longest;
	struct agent_owner *owner;
	struct table table;
	size_t i;

	setlocale(LC_CTYPE, "C.UTF-8");
	memset(name.container, '\xff', sizeof(name.container) - 1);
	memset(name.pod, '\xff', sizeof(name.pod) - 1);
	memset(user, '\xff', sizeof(user) - 1);
	owner = owner_new(0, user, &name);
	memset(owner->status, '\xff', sizeof(owner->status) - 1);
	owner->status[sizeof(owner->status) - 1] = '\0';
	make_table(&table, &longest, owner, true, 0);
	free(owner);
	for (i = 0; i + 2 < sizeof(user); i += 2) {
		memcpy(name.container + i, "\xcc\x81", 3);
		memcpy(name.pod + i, "\xcc\x81", 3);
		memcpy(user + i, "\xcc\x81", 3);
	}
	for (i = 0; i + 2 < sizeof(agent.name); i += 2)
		memcpy(agent.name + i, "\xcc\x81", 3);
	owner = owner_new(0, user, &name);
	for (i = 0; i + 2 < sizeof(owner->status); i += 2)
		memcpy(owner->status + i, "\xcc\x81", 3);
	table_row(&table, &agent, owner, line);
	check(strlen(line) > 4096 && strlen(line) < TABLE_LINE_SIZE,
	      "table: characters without width in the widest columns");
	free(owner);
	setlocale(LC_CTYPE, "C");
}

TEST_GROUP(table)
{
	test_columns();
	test_widths();
	test_utf8();
	test_longest();
	test_longest_line();
}

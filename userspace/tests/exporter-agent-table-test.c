// SPDX-License-Identifier: GPL-2.0-only
/*
 * The exporter's agents and series.
 */
#include "agent_table.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tap.h"

/* What the next new agent's cgroup says. */
static const char *unit, *container;
static uint32_t uid;
static bool user_unit;
static unsigned int lookups;

static int owner_of(const struct varta_agent *agent,
		    struct agent_owner **owner, void *arg)
{
	struct cgroup_name name = { .uid = CGROUP_NO_UID };

	(void)arg;
	(void)agent;
	lookups++;
	snprintf(name.unit, sizeof(name.unit), "%s", unit);
	snprintf(name.container, sizeof(name.container), "%s", container);
	name.user_unit = user_unit;
	*owner = owner_new(uid, "somebody", &name);
	return 0;
}

static void set_owner(const char *new_unit, const char *new_container)
{
	unit = new_unit;
	container = new_container;
	uid = 0;
	user_unit = false;
}

static struct varta_agent agent(uint32_t pid, const char *name, uint64_t beats)
{
	struct varta_agent made = {
		.pid = pid,
		.ns_pid = pid,
		.ns_inode = 4026531836,
		.start_time = 1000 + pid,
		.last_beat = 100 + beats,
		.beats = beats,
		.silence = 5000000000ull,
		.longest_gap = 7000000000ull,
		.threshold_ms = 10000,
	};

	snprintf(made.name, sizeof(made.name), "%s", name);
	return made;
}

static void see(struct agent_table *table, struct varta_agent seen)
{
	check(!agent_table_seen(table, &seen, owner_of, NULL),
	      "agent_table: %s is taken", seen.name);
}

static void tell(struct agent_table *table, enum varta_event_type type,
		 struct varta_agent about)
{
	const struct varta_event event = { .type = type, .agent = &about };

	check(!agent_table_event(table, &event, 0, owner_of, NULL),
	      "agent_table: event %d of %s is taken", type, about.name);
}

static const struct series *series(struct agent_table *table,
				   const char *labels)
{
	size_t i;

	agent_table_summarize(table);
	for (i = 0; i < table->series_count; i++)
		if (series_in_use(&table->series[i]) &&
		    !strcmp(table->series[i].labels, labels))
			return &table->series[i];
	return NULL;
}

static void pass(struct agent_table *table, const struct varta_agent *agents,
		 size_t count, bool consistent)
{
	size_t i;

	agent_table_pass_begin(table);
	for (i = 0; i < count; i++)
		agent_table_seen(table, &agents[i], owner_of, NULL);
	agent_table_pass_end(table, consistent);
}

static void test_sums(void)
{
	static const char labels[] = "name=\"web\",unit=\"web.service\"";
	struct agent_table table;
	struct varta_agent one = agent(10, "web", 5), two = agent(11, "web", 3);
	const struct series *web;

	set_owner("web.service", "");
	agent_table_init(&table, 10);
	two.silence = 9000000000ull;
	two.longest_gap = 2000000000ull;
	two.threshold_ms = 2000;
	two.status = 2;
	pass(&table, (struct varta_agent[]){ one, two }, 2, true);
	web = series(&table, labels);
	check(web && web->agents == 2 && web->beats == 8 && web->status == 2 &&
	      web->silence == 9000000000ull && web->gap == 7000000000ull &&
	      web->threshold_ms == 2000 && !web->stalled,
	      "agent_table: agents of a unit and name are summed up");
	tell(&table, VARTA_EVENT_EXIT, two);
	web = series(&table, labels);
	check(web && web->agents == 1 && web->beats == 8 && web->status == 0 &&
	      web->exits[EXIT_BY_UNKNOWN] == 1,
	      "agent_table: an exited agent is gone, its beats stay");
	/* A dump that began before the exit. */
	see(&table, two);
	web = series(&table, labels);
	check(web->agents == 1, "agent_table: an older dump does not bring it back");
	two.start_time++;
	two.beats = 1;
	see(&table, two);
	web = series(&table, labels);
	check(web->agents == 2 && web->beats == 9,
	      "agent_table: another process with its pid is another agent");
	agent_table_free(&table);
}

static void test_stalls(void)
{
	struct agent_table table;
	struct varta_agent web = agent(10, "web", 5), beaten;
	const struct series *found;

	set_owner("", "0123456789abcdef");
	agent_table_init(&table, 10);
	see(&table, web);
	found = series(&table, "name=\"web\",container=\"0123456789abcdef\"");
	check(found && !found->stalled, "agent_table: container is a label");
	web.stalled = true;
	tell(&table, VARTA_EVENT_STALL, web);
	found = series(&table, found->labels);
	check(found->stalled == 1 && found->stalls[0] == 1 &&
	      found->stalled_by[0] == 1,
	      "agent_table: a stall counts");
	check(found->silence > web.silence,
	      "agent_table: the silence of a stalled agent goes on");
	/* Read before the stall. */
	web.stalled = false;
	see(&table, web);
	found = series(&table, found->labels);
	check(found->stalled == 1,
	      "agent_table: a stall lasts until a later beat");
	beaten = web;
	beaten.last_beat++;
	beaten.silence = 60000000000ull;
	tell(&table, VARTA_EVENT_RECOVER, beaten);
	found = series(&table, found->labels);
	check(!found->stalled && !found->silence,
	      "agent_table: recover ends stall and silence");
	/* Read before it recovered. */
	web.stalled = true;
	see(&table, web);
	found = series(&table, found->labels);
	check(!found->stalled && found->stalls[0] == 1,
	      "agent_table: an older dump does not bring the stall back");
	agent_table_free(&table);
}

/* Its stall had no event of its own, as its source is silent as a whole. */
static void test_relayed_stalls(void)
{
	struct agent_table table;
	struct varta_agent db = agent(10, "db", 5);
	const struct series *found;

	set_owner("", "");
	agent_table_init(&table, 10);
	db.source = 7;
	db.stalls = 2;
	see(&table, db);
	found = series(&table, "name=\"db\",source=\"7\"");
	check(found && !found->stalls[0],
	      "agent_table: stalls before it is known do not count");
	db.stalled = db.source_silent = true;
	db.stalls = 3;
	see(&table, db);
	found = series(&table, found->labels);
	check(found->stalled == 1 && found->stalls[0] == 1,
	      "agent_table: a stall without an event counts");
	db.source_silent = false;
	tell(&table, VARTA_EVENT_STALL, db);
	found = series(&table, found->labels);
	check(found->stalls[0] == 1,
	      "agent_table: its event does not count it again");
	db.stalled = false;
	db.last_beat++;
	tell(&table, VARTA_EVENT_SOURCE_RECOVER, db);
	found = series(&table, found->labels);
	check(!found->stalled, "agent_table: it recovers with its source");
	db.stalled = true;
	db.stalls = 4;
	tell(&table, VARTA_EVENT_SOURCE_STALL, db);
	found = series(&table, found->labels);
	check(found->stalled == 1 && found->stalls[0] == 2,
	      "agent_table: the agent of a source's event counts");
	db.ns_pid = db.pid = 11;
	tell(&table, VARTA_EVENT_STALL, db);
	found = series(&table, found->labels);
	check(found->stalled == 2 && found->stalls[0] == 3,
	      "agent_table: a stall of one that was unknown counts once");
	agent_table_free(&table);
}

static void tell_of_lane(struct agent_table *table, enum varta_event_type type,
			 struct varta_agent about, const char *lane,
			 uint32_t stalled)
{
	const struct varta_event event = {
		.type = type,
		.agent = &about,
		.lanes_stalled = stalled,
	};

	snprintf(about.lane, sizeof(about.lane), "%s", lane);
	check(!agent_table_event(table, &event, 0, owner_of, NULL),
	      "agent_table: event %d of lane %s is taken", type, lane);
}

static void test_lanes(void)
{
	static const char labels[] = "name=\"web\",unit=\"web.service\"";
	struct agent_table table;
	struct varta_agent one = agent(10, "web", 5), two = agent(11, "web", 3);
	const struct series *web;

	set_owner("web.service", "");
	agent_table_init(&table, 10);
	tell_of_lane(&table, VARTA_EVENT_LANE_STALL, one, "gc", 1);
	tell_of_lane(&table, VARTA_EVENT_LANE_STALL, one, "disk", 2);
	tell_of_lane(&table, VARTA_EVENT_LANE_STALL, two, "gc", 1);
	web = series(&table, labels);
	check(web && web->agents == 2 && !web->stalled &&
	      web->lanes_stalled == 3 && web->lane_count == 2 &&
	      !strcmp(web->lanes[0].name, "gc") && web->lanes[0].stalls == 2 &&
	      web->lanes[1].stalls == 1,
	      "agent_table: stalls of lanes count by name");
	tell_of_lane(&table, VARTA_EVENT_LANE_RECOVER, one, "gc", 1);
	web = series(&table, labels);
	check(web->lanes_stalled == 2 && web->lanes[0].stalls == 2,
	      "agent_table: a lane recovers");
	/* A dump names one lane. */
	one.last_beat++;
	snprintf(one.lane, sizeof(one.lane), "disk");
	see(&table, one);
	web = series(&table, labels);
	check(web->lanes_stalled == 2, "agent_table: a dump keeps lanes");
	one.lane[0] = '\0';
	see(&table, one);
	web = series(&table, labels);
	check(web->lanes_stalled == 1,
	      "agent_table: a dump without a lane ends their stalls");
	tell(&table, VARTA_EVENT_EXIT, two);
	web = series(&table, labels);
	check(web->lanes_stalled == 0 && web->lanes[0].stalls == 2,
	      "agent_table: an exit ends the stalls of its lanes");
	agent_table_free(&table);
}

static void test_limit_of_lanes(void)
{
	const size_t max = 50;
	struct agent_table table;
	const struct series *web;
	char name[16];
	unsigned int i;

	set_owner("web.service", "");
	agent_table_init(&table, max);
	for (i = 0; i < SERIES_LANES + 5; i++) {
		snprintf(name, sizeof(name), "lane-%u", i);
		tell_of_lane(&table, VARTA_EVENT_LANE_STALL,
			     agent(10, "web", 5), name, 1);
	}
	web = series(&table, "name=\"web\",unit=\"web.service\"");
	check(web && web->lane_count == SERIES_LANES &&
	      web->other_lane_stalls == 5,
	      "agent_table: lanes of a series are limited");
	/* Of a user, who has half of the room and finds less. */
	set_owner("", "");
	uid = 1000;
	for (i = 0; i < max; i++) {
		snprintf(name, sizeof(name), "lane-%u", i);
		tell_of_lane(&table, VARTA_EVENT_LANE_STALL,
			     agent(20 + i % 2, i % 2 ? "a" : "b", 5), name, 1);
	}
	check(table.lanes_used == max &&
	      table.lanes_of_users == max - SERIES_LANES,
	      "agent_table: all lanes are limited");
	agent_table_clear(&table);
	web = series(&table, "name=\"web\",unit=\"web.service\"");
	check(web && web->other_lane_stalls == 5,
	      "agent_table: counters of lanes stay without agents");
	agent_table_free(&table);
}

static void test_lanes_of_users(void)
{
	const size_t max = 20;
	struct agent_table table;
	char name[16];
	unsigned int i;

	set_owner("", "");
	uid = 1000;
	agent_table_init(&table, max);
	for (i = 0; i < max; i++) {
		snprintf(name, sizeof(name), "lane-%u", i);
		tell_of_lane(&table, VARTA_EVENT_LANE_STALL,
			     agent(10, "web", 5), name, 1);
	}
	check(table.lanes_used == max / 2,
	      "agent_table: lanes of users take half of the room");
	agent_table_free(&table);
}

static void test_exits(void)
{
	struct agent_table table;
	struct varta_agent killed = agent(10, "job", 5);
	const struct series *job;

	set_owner("job.service", "");
	agent_table_init(&table, 10);
	see(&table, killed);
	killed.exit_type = VARTA_EXIT_SIGNAL;
	killed.exit_signal = 11;
	tell(&table, VARTA_EVENT_EXIT, killed);
	job = series(&table, "name=\"job\",unit=\"job.service\"");
	check(job && !job->agents && job->exits[EXIT_BY_SIGNAL] == 1,
	      "agent_table: counters stay for a while without agents");
	killed.start_time++;
	killed.exit_signal = 15;
	tell(&table, VARTA_EVENT_EXIT, killed);
	killed.start_time++;
	killed.exit_type = VARTA_EXIT_CODE;
	tell(&table, VARTA_EVENT_EXIT, killed);
	killed.start_time++;
	killed.exit_code = 1;
	tell(&table, VARTA_EVENT_EXIT, killed);
	job = series(&table, "name=\"job\",unit=\"job.service\"");
	check(job->exits[EXIT_BY_CHOICE] == 2 &&
	      job->exits[EXIT_BY_FAILURE] == 1 &&
	      job->exits[EXIT_BY_SIGNAL] == 1,
	      "agent_table: SIGTERM and status 0 are a normal end");
	killed.start_time++;
	killed.oom_killed = true;
	tell(&table, VARTA_EVENT_EXIT, killed);
	job = series(&table, "name=\"job\",unit=\"job.service\"");
	check(job && !job->agents && job->exits[EXIT_BY_OOM] == 1,
	      "agent_table: an exit of an agent that was never seen counts");
	table.series[job - table.series].gone_at -= SERIES_LINGER_NS + 1;
	check(!series(&table, "name=\"job\",unit=\"job.service\"") &&
	      !table.series_used, "agent_table: then they go");
	agent_table_free(&table);
}

static void test_passes(void)
{
	struct agent_table table;
	struct varta_agent both[] = { agent(10, "one", 1), agent(11, "two", 1) };

	set_owner("", "");
	agent_table_init(&table, 10);
	pass(&table, both, 2, true);
	check(table.agents == 2, "agent_table: a pass finds agents");
	pass(&table, both, 1, false);
	check(table.agents == 2, "agent_table: a torn pass may miss one");
	pass(&table, both, 1, false);
	check(table.agents == 1, "agent_table: two do not");
	pass(&table, both, 2, true);
	pass(&table, both, 1, true);
	check(table.agents == 1, "agent_table: a whole pass removes at once");
	agent_table_clear(&table);
	check(!table.agents && series(&table, "name=\"one\""),
	      "agent_table: clear leaves counters");
	agent_table_free(&table);
}

static void test_relayed(void)
{
	struct agent_table table;
	struct varta_agent far = agent(10, "far", 5);

	set_owner("", "");
	far.source = 7;
	far.start_time = 0;
	agent_table_init(&table, 10);
	see(&table, far);
	check(series(&table, "name=\"far\",source=\"7\"") != NULL,
	      "agent_table: the relay is a label");
	tell(&table, VARTA_EVENT_GOODBYE, far);
	check(!table.agents, "agent_table: goodbye removes");
	far.last_beat++;
	far.beats = 1;
	see(&table, far);
	check(table.agents == 1 &&
	      series(&table, "name=\"far\",source=\"7\"")->beats == 6,
	      "agent_table: a relayed agent comes back by a later beat");
	agent_table_free(&table);
}

static void test_limit(void)
{
	struct agent_table table;
	struct varta_agent last;
	char name[VARTA_NAME_SIZE];
	uint32_t i;

	set_owner("user.service", "");
	uid = 1000;
	user_unit = true;
	agent_table_init(&table, 10);
	for (i = 0; i < 300; i++) {
		snprintf(name, sizeof(name), "u%u", i);
		see(&table, agent(100 + i, name, 1));
	}
	check(table.series_used == 5 && table.others == 295 &&
	      table.series_of_users == 5,
	      "agent_table: a user's names take half of the series");
	check(series(&table, "name=\"u0\","
		     "unit=\"user@1000.service/user.service\"") != NULL,
	      "agent_table: a user's unit and the system's have different series");
	set_owner("sys.service", "");
	for (i = 0; i < 20; i++) {
		snprintf(name, sizeof(name), "s%u", i);
		see(&table, agent(1000 + i, name, 1));
	}
	check(table.series_used == 10 && table.others == 295 + 15 &&
	      series(&table, "name=\"_other\"")->agents == 310,
	      "agent_table: the rest is _other");
	last = agent(1019, "s19", 2);
	tell(&table, VARTA_EVENT_EXIT, agent(1000, "s0", 1));
	lookups = 0;
	see(&table, last);
	check(!lookups, "agent_table: no other series is looked for in vain");
	tell(&table, VARTA_EVENT_EXIT, agent(1001, "s1", 1));
	set_owner("new.service", "");
	see(&table, agent(2000, "new", 1));
	check(table.series_used == 10 &&
	      series(&table, "name=\"new\",unit=\"new.service\"") &&
	      !series(&table, "name=\"s0\",unit=\"sys.service\""),
	      "agent_table: a series without agents makes room");
	agent_table_free(&table);
}

static void test_many(void)
{
	struct agent_table table;
	uint32_t i;
	int error = 0;

	set_owner("", "");
	agent_table_init(&table, 10);
	for (i = 0; i < 10000 && !error; i++) {
		struct varta_agent one = agent(i + 1, "many", i);

		error = agent_table_seen(&table, &one, owner_of, NULL);
	}
	check(!error && table.agents == 10000 &&
	      series(&table, "name=\"many\"")->agents == 10000,
	      "agent_table: 10000 agents of one series");
	agent_table_pass_begin(&table);
	agent_table_pass_end(&table, true);
	check(!table.agents, "agent_table: and none");
	agent_table_free(&table);
}

static void test_renamed(void)
{
	struct agent_table table;

	set_owner("a.service", "");
	agent_table_init(&table, 10);
	see(&table, agent(10, "before", 5));
	see(&table, agent(10, "after", 6));
	check(table.agents == 1 &&
	      !series(&table, "name=\"before\",unit=\"a.service\"")->agents &&
	      series(&table, "name=\"after\",unit=\"a.service\"")->beats == 6,
	      "agent_table: an agent with a new name changes its series");
	agent_table_free(&table);
}

TEST_GROUP(exporter_agent_table)
{
	test_sums();
	test_stalls();
	test_relayed_stalls();
	test_lanes();
	test_limit_of_lanes();
	test_lanes_of_users();
	test_exits();
	test_passes();
	test_relayed();
	test_limit();
	test_many();
	test_renamed();
}

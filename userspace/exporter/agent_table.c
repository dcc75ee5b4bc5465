// SPDX-License-Identifier: GPL-2.0-only
/*
 * Agents and their series. See agent_table.h.
 */
#include "agent_table.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "prometheus.h"

#define NONE	UINT32_MAX

/* The first series. */
#define OTHERS	0

/**
 * struct agent_record - One agent.
 * @ns_inode: Of struct varta_agent, as are the following. What identifies it in
 *   dumps and in all events.
 * @start_time: Likewise.
 * @source: Likewise.
 * @ns_pid: Likewise.
 * @next: Next record of the same hash, or next unused one.
 * @series: Index of its series.
 * @last_beat: Of struct varta_agent, as are the following.
 * @silence: Likewise: when it was seen last.
 * @gap: Likewise.
 * @beats: Likewise.
 * @threshold_ms: Likewise.
 * @pass: Number of the last pass that saw it.
 * @stalls: Of struct varta_agent, if @source is not 0.
 * @status: Of struct varta_agent.
 * @lanes_stalled: Of struct varta_event, the last one about a lane.
 * @reason: Why it stalled, if @stalled.
 * @stalled: Of struct varta_agent.
 * @used: It is not an unused record.
 * @from_user: As in struct series.
 * @gone: An event said that it is not tracked any more. It is kept until the end
 *   of the next pass, because a dump may still have it.
 */
struct agent_record {
	uint64_t ns_inode, start_time;
	uint32_t source, ns_pid;
	uint32_t next, series;
	uint64_t last_beat, silence, gap, beats;
	uint32_t threshold_ms, pass, stalls;
	uint8_t status, reason, lanes_stalled;
	bool stalled, used, gone, from_user;
};

/* ---- Series */

bool series_in_use(const struct series *series)
{
	return series->labels != NULL;
}

static void drop_series(struct agent_table *table, struct series *series)
{
	table->series_used--;
	table->series_of_users -= series->from_user;
	table->lanes_used -= series->lane_count;
	if (series->from_user)
		table->lanes_of_users -= series->lane_count;
	free(series->lanes);
	free(series->labels);
	free(series->details);
	*series = (struct series){ 0 };
}

static uint32_t hash_text(const char *text)
{
	uint32_t hash = 2166136261u;

	for (; *text; text++)
		hash = (hash ^ (unsigned char)*text) * 16777619u;
	return hash;
}

static struct series *find_series(struct agent_table *table, const char *labels,
				  uint32_t hash)
{
	size_t i;

	for (i = 1; i < table->series_count; i++)
		if (table->series[i].hash == hash && table->series[i].labels &&
		    !strcmp(table->series[i].labels, labels))
			return &table->series[i];
	return NULL;
}

/*
 * Of those without agents, the one that has been so for longest, or NULL. A user
 * takes only the room of users.
 */
static struct series *find_idle_series(struct agent_table *table,
				       bool from_user)
{
	struct series *series, *idle = NULL;
	size_t i;

	for (i = 1; i < table->series_count; i++) {
		series = &table->series[i];
		if (series_in_use(series) && !series->agents &&
		    series->from_user >= from_user &&
		    (!idle || series->gone_at < idle->gone_at))
			idle = series;
	}
	return idle;
}

static struct series *unused_series(struct agent_table *table)
{
	struct series *grown;
	size_t i, count;

	for (i = 1; i < table->series_count; i++)
		if (!series_in_use(&table->series[i]))
			return &table->series[i];
	count = table->series_count + 64;
	grown = reallocarray(table->series, count, sizeof(*grown));
	if (!grown)
		return NULL;
	memset(grown + i, 0, 64 * sizeof(*grown));
	table->series = grown;
	table->series_count = count;
	return &grown[i];
}

/* A user's own processes, who can name them and their units at will. */
static bool is_from_user(const struct varta_agent *agent,
			 const struct agent_owner *owner)
{
	return !agent->source && owner->uid &&
	       (owner->user_unit || owner->session[0] ||
		(!owner->unit[0] && !owner->container[0]));
}

static bool has_room(const struct agent_table *table, bool from_user)
{
	if (from_user && table->series_of_users >= table->series_max / 2)
		return false;
	return table->series_used < table->series_max;
}

/* A slash is in no name of a unit: a user's unit is not taken for the system's. */
static void print_unit(FILE *out, const struct agent_owner *owner)
{
	char text[CGROUP_NAME_SIZE + 32];

	if (!owner->unit[0])
		return;
	snprintf(text, sizeof(text), "user@%u.service/%s", owner->uid,
		 owner->unit);
	fputc(',', out);
	prometheus_label(out, "unit", owner->user_unit ? text : owner->unit);
}

static char *make_labels(const struct varta_agent *agent,
			 const struct agent_owner *owner)
{
	char *text = NULL, source[16];
	size_t size;
	FILE *out = open_memstream(&text, &size);

	if (!out)
		return NULL;
	prometheus_label(out, "name", agent->name);
	print_unit(out, owner);
	if (owner->container[0]) {
		fputc(',', out);
		prometheus_label(out, "container", owner->container);
	}
	if (agent->source) {
		snprintf(source, sizeof(source), "%u", agent->source);
		fputc(',', out);
		prometheus_label(out, "source", source);
	}
	if (fclose(out)) {
		free(text);
		return NULL;
	}
	return text;
}

static char *make_details(const struct agent_owner *owner)
{
	const char *runtime = cgroup_runtime_name(owner->runtime);
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	if (!out)
		return NULL;
	if (owner->pod[0]) {
		fputc(',', out);
		prometheus_label(out, "pod", owner->pod);
	}
	if (runtime) {
		fputc(',', out);
		prometheus_label(out, "runtime", runtime);
	}
	if (owner->user[0]) {
		fputc(',', out);
		prometheus_label(out, "user", owner->user);
	}
	if (fclose(out)) {
		free(text);
		return NULL;
	}
	return text;
}

/* Takes @labels over. */
static struct series *add_series(struct agent_table *table, char *labels,
				 const struct varta_agent *agent,
				 const struct agent_owner *owner)
{
	char *details = make_details(owner);
	struct series *series = details ? unused_series(table) : NULL;

	if (!series) {
		free(details);
		free(labels);
		return NULL;
	}
	*series = (struct series){
		.labels = labels,
		.details = details,
		.hash = hash_text(labels),
		.from_user = is_from_user(agent, owner),
	};
	snprintf(series->name, sizeof(series->name), "%s", agent->name);
	table->series_used++;
	table->series_of_users += series->from_user;
	return series;
}

/* Returns the index of an agent's series, or -ENOMEM. */
static int64_t series_of(struct agent_table *table,
			 const struct varta_agent *agent,
			 const struct agent_owner *owner)
{
	bool from_user = is_from_user(agent, owner);
	char *labels = make_labels(agent, owner);
	struct series *series, *idle;

	if (!labels)
		return -ENOMEM;
	series = find_series(table, labels, hash_text(labels));
	if (series) {
		free(labels);
		return series - table->series;
	}
	if (!has_room(table, from_user)) {
		idle = find_idle_series(table, from_user);
		if (idle)
			drop_series(table, idle);
	}
	if (!has_room(table, from_user)) {
		free(labels);
		return OTHERS;
	}
	series = add_series(table, labels, agent, owner);
	return series ? series - table->series : -ENOMEM;
}

/* ---- Records */

static uint32_t bucket_of(const struct agent_table *table,
			  const struct varta_agent *agent)
{
	uint64_t hash = table->seed;

	hash = (hash ^ agent->ns_inode) * 0x9e3779b97f4a7c15ull;
	hash ^= hash >> 32;
	hash = (hash ^ agent->source) * 0x9e3779b97f4a7c15ull;
	hash ^= hash >> 32;
	hash = (hash ^ agent->ns_pid) * 0x9e3779b97f4a7c15ull;
	return (uint32_t)(hash >> 32) & (table->bucket_count - 1);
}

static void link_record(struct agent_table *table, uint32_t index)
{
	struct agent_record *record = &table->records[index];
	const struct varta_agent key = {
		.ns_inode = record->ns_inode,
		.source = record->source,
		.ns_pid = record->ns_pid,
	};
	uint32_t *bucket = &table->buckets[bucket_of(table, &key)];

	record->next = *bucket;
	*bucket = index;
}

/* The exit of a process may follow the beat of a new one with its pid. */
static struct agent_record *find_record(struct agent_table *table,
					const struct varta_agent *agent)
{
	struct agent_record *record;
	uint32_t i;

	for (i = table->buckets[bucket_of(table, agent)]; i != NONE;
	     i = record->next) {
		record = &table->records[i];
		if (record->ns_pid == agent->ns_pid &&
		    record->ns_inode == agent->ns_inode &&
		    record->source == agent->source &&
		    (!agent->start_time ||
		     record->start_time == agent->start_time))
			return record;
	}
	return NULL;
}

static void clear_buckets(struct agent_table *table)
{
	memset(table->buckets, 0xff,
	       table->bucket_count * sizeof(*table->buckets));
}

static int grow(struct agent_table *table)
{
	uint32_t i, room = table->room ? 2 * table->room : 256;
	struct agent_record *records;
	uint32_t *buckets;

	records = reallocarray(table->records, room, sizeof(*records));
	if (!records)
		return -ENOMEM;
	table->records = records;
	buckets = reallocarray(table->buckets, room, sizeof(*buckets));
	if (!buckets)
		return -ENOMEM;
	table->buckets = buckets;
	table->bucket_count = room;
	clear_buckets(table);
	for (i = 0; i < table->room; i++)
		if (records[i].used)
			link_record(table, i);
	for (i = room; i-- > table->room;) {
		records[i] = (struct agent_record){ .next = table->free };
		table->free = i;
	}
	table->room = room;
	return 0;
}

static void join_series(struct agent_table *table, struct agent_record *record,
			uint32_t index)
{
	record->series = index;
	table->series[index].agents++;
	table->others += index == OTHERS;
}

static void leave_series(struct agent_table *table, struct agent_record *record)
{
	struct series *series = &table->series[record->series];

	series->beats_before += record->beats;
	if (!--series->agents)
		series->gone_at = varta_monotonic_now();
	table->others -= record->series == OTHERS;
}

static struct agent_record *add_record(struct agent_table *table,
				       const struct varta_agent *agent,
				       agent_table_owner_fn owner, void *arg)
{
	struct agent_record *record;
	struct agent_owner *found;
	bool from_user;
	uint32_t index;
	int64_t series;

	if (table->free == NONE && grow(table))
		return NULL;
	if (owner(agent, &found, arg))
		return NULL;
	from_user = is_from_user(agent, found);
	series = series_of(table, agent, found);
	free(found);
	if (series < 0)
		return NULL;
	index = table->free;
	record = &table->records[index];
	table->free = record->next;
	*record = (struct agent_record){
		.ns_inode = agent->ns_inode,
		.start_time = agent->start_time,
		.source = agent->source,
		.ns_pid = agent->ns_pid,
		.stalls = agent->stalls,
		.pass = table->pass,
		.used = true,
		.from_user = from_user,
	};
	link_record(table, index);
	join_series(table, record, (uint32_t)series);
	table->agents++;
	return record;
}

/* It stays in its bucket until free_record(). */
static void set_gone(struct agent_table *table, struct agent_record *record)
{
	if (record->gone)
		return;
	leave_series(table, record);
	record->gone = true;
	record->pass = table->pass;
	table->agents--;
}

static void unlink_record(struct agent_table *table, uint32_t index)
{
	struct agent_record *record = &table->records[index];
	const struct varta_agent key = {
		.ns_inode = record->ns_inode,
		.source = record->source,
		.ns_pid = record->ns_pid,
	};
	uint32_t *link = &table->buckets[bucket_of(table, &key)];

	while (*link != index)
		link = &table->records[*link].next;
	*link = record->next;
}

static void free_record(struct agent_table *table, uint32_t index)
{
	set_gone(table, &table->records[index]);
	unlink_record(table, index);
	table->records[index] = (struct agent_record){ .next = table->free };
	table->free = index;
}

/* It has another name, or there is room for it among the named series. */
static bool has_wrong_series(const struct agent_table *table,
			     const struct agent_record *record,
			     const struct varta_agent *agent)
{
	if (record->series == OTHERS)
		return has_room(table, record->from_user);
	return strcmp(table->series[record->series].name, agent->name);
}

static int change_series(struct agent_table *table, struct agent_record *record,
			 const struct varta_agent *agent,
			 agent_table_owner_fn owner, void *arg)
{
	struct agent_owner *found;
	int64_t series;

	if (owner(agent, &found, arg))
		return -ENOMEM;
	series = series_of(table, agent, found);
	free(found);
	if (series < 0)
		return (int)series;
	if (series == record->series)
		return 0;
	leave_series(table, record);
	/* Its beats were counted in the other series. */
	table->series[record->series].beats_before -= record->beats;
	join_series(table, record, (uint32_t)series);
	return 0;
}

/*
 * Behind a relay, stalls need not have an event of their own: the kernel's number
 * tells how many there were.
 */
static void count_relayed_stalls(struct agent_table *table,
				 struct agent_record *record,
				 const struct varta_agent *agent)
{
	uint32_t more = agent->stalls - record->stalls;

	/* It was removed and is an agent again. */
	if (agent->stalls < record->stalls)
		more = agent->stalls;
	table->series[record->series].stalls[record->reason] += more;
	record->stalls = agent->stalls;
}

/* Times only grow, and a stall only ends with a later beat. */
static void update_record(struct agent_table *table,
			  struct agent_record *record,
			  const struct varta_agent *agent)
{
	if (agent->last_beat < record->last_beat)
		return;
	if (agent->reason < STALL_REASONS)
		record->reason = (uint8_t)agent->reason;
	if (record->source)
		count_relayed_stalls(table, record, agent);
	record->stalled = agent->stalled ||
			  (record->stalled &&
			   agent->last_beat == record->last_beat);
	/* It was removed and is an agent again. */
	if (agent->beats < record->beats && agent->beats)
		table->series[record->series].beats_before += record->beats;
	record->beats = agent->beats;
	record->last_beat = agent->last_beat;
	record->silence = agent->silence;
	record->gap = agent->longest_gap;
	record->threshold_ms = agent->threshold_ms;
	record->status = (uint8_t)agent->status;
	/* How many they are is in the events of lanes only. */
	if (!agent->lane[0])
		record->lanes_stalled = 0;
	else if (!record->lanes_stalled)
		record->lanes_stalled = 1;
}

/* A beat after the event that said that it was gone. */
static bool is_back(const struct agent_record *record,
		    const struct varta_agent *agent)
{
	return agent->last_beat > record->last_beat;
}

static int revive(struct agent_table *table, struct agent_record *record,
		  const struct varta_agent *agent, agent_table_owner_fn owner,
		  void *arg)
{
	free_record(table, (uint32_t)(record - table->records));
	record = add_record(table, agent, owner, arg);
	if (!record)
		return -ENOMEM;
	update_record(table, record, agent);
	return 0;
}

static int update_agent(struct agent_table *table,
			const struct varta_agent *agent,
			agent_table_owner_fn owner, void *arg)
{
	struct agent_record *record = find_record(table, agent);
	int error = 0;

	if (record && record->gone)
		return is_back(record, agent) ?
			revive(table, record, agent, owner, arg) : 0;
	if (!record)
		record = add_record(table, agent, owner, arg);
	else if (has_wrong_series(table, record, agent))
		error = change_series(table, record, agent, owner, arg);
	if (!record || error)
		return -ENOMEM;
	record->pass = table->pass;
	update_record(table, record, agent);
	return 0;
}

int agent_table_seen(struct agent_table *table, const struct varta_agent *agent,
		     agent_table_owner_fn owner, void *arg)
{
	return update_agent(table, agent, owner, arg);
}

/* ---- Events */

static bool asks_to_end(uint32_t number)
{
	return number == SIGTERM || number == SIGINT || number == SIGHUP;
}

static enum exit_cause exit_cause_of(const struct varta_agent *agent)
{
	if (agent->oom_killed)
		return EXIT_BY_OOM;
	if (agent->exit_type == VARTA_EXIT_SIGNAL)
		return asks_to_end(agent->exit_signal) ? EXIT_BY_CHOICE :
							 EXIT_BY_SIGNAL;
	if (agent->exit_type == VARTA_EXIT_CODE)
		return agent->exit_code ? EXIT_BY_FAILURE : EXIT_BY_CHOICE;
	return EXIT_BY_UNKNOWN;
}

static int note_end(struct agent_table *table, const struct varta_event *event,
		    agent_table_owner_fn owner, void *arg)
{
	struct agent_record *record = find_record(table, event->agent);

	if (!record)
		record = add_record(table, event->agent, owner, arg);
	if (!record)
		return -ENOMEM;
	if (event->type == VARTA_EVENT_EXIT)
		table->series[record->series]
			.exits[exit_cause_of(event->agent)]++;
	if (event->agent->beats > record->beats)
		record->beats = event->agent->beats;
	if (event->agent->last_beat > record->last_beat)
		record->last_beat = event->agent->last_beat;
	set_gone(table, record);
	return 0;
}

static int note_stall(struct agent_table *table,
		      const struct varta_event *event, unsigned int reason,
		      agent_table_owner_fn owner, void *arg)
{
	bool is_known = find_record(table, event->agent);
	int error = update_agent(table, event->agent, owner, arg);
	struct agent_record *record;

	if (error)
		return error;
	record = find_record(table, event->agent);
	record->stalled |= !record->gone;
	record->reason = (uint8_t)reason;
	/* Otherwise its number of stalls has said so. */
	if (!record->source || !is_known)
		table->series[record->series].stalls[reason]++;
	return 0;
}

/* In it, the silence is that before the beat. */
static int note_recover(struct agent_table *table,
			const struct varta_event *event,
			agent_table_owner_fn owner, void *arg)
{
	struct varta_agent agent = *event->agent;

	agent.silence = 0;
	agent.stalled = false;
	return update_agent(table, &agent, owner, arg);
}

/* Users can name lanes at will: they take half of the room at most. */
static bool has_room_for_lane(const struct agent_table *table,
			      const struct series *series)
{
	if (series->lane_count >= SERIES_LANES ||
	    table->lanes_used >= table->series_max)
		return false;
	return !series->from_user ||
	       table->lanes_of_users < table->series_max / 2;
}

/* Returns the counter of a lane's stalls. */
static uint64_t *lane_stalls(struct agent_table *table, struct series *series,
			     const char *name)
{
	struct series_lane *lanes;
	uint32_t i;

	for (i = 0; i < series->lane_count; i++)
		if (!strcmp(series->lanes[i].name, name))
			return &series->lanes[i].stalls;
	if (!has_room_for_lane(table, series))
		return &series->other_lane_stalls;
	lanes = reallocarray(series->lanes, i + 1, sizeof(*lanes));
	if (!lanes)
		return &series->other_lane_stalls;
	lanes[i] = (struct series_lane){ 0 };
	snprintf(lanes[i].name, sizeof(lanes[i].name), "%s", name);
	series->lanes = lanes;
	series->lane_count++;
	table->lanes_used++;
	table->lanes_of_users += series->from_user;
	return &lanes[i].stalls;
}

static int note_lane(struct agent_table *table, const struct varta_event *event,
		     agent_table_owner_fn owner, void *arg)
{
	int error = update_agent(table, event->agent, owner, arg);
	struct agent_record *record;
	struct series *series;

	if (error)
		return error;
	record = find_record(table, event->agent);
	record->lanes_stalled = (uint8_t)event->lanes_stalled;
	series = &table->series[record->series];
	if (event->type == VARTA_EVENT_LANE_STALL)
		++*lane_stalls(table, series, event->agent->lane);
	return 0;
}

int agent_table_event(struct agent_table *table,
		      const struct varta_event *event, unsigned int reason,
		      agent_table_owner_fn owner, void *arg)
{
	switch (event->type) {
	case VARTA_EVENT_STALL:
		return note_stall(table, event, reason, owner, arg);
	case VARTA_EVENT_SOURCE_STALL:
	case VARTA_EVENT_STATUS:
		return update_agent(table, event->agent, owner, arg);
	case VARTA_EVENT_SOURCE_RECOVER:
	case VARTA_EVENT_RECOVER:
		return note_recover(table, event, owner, arg);
	case VARTA_EVENT_LANE_STALL:
	case VARTA_EVENT_LANE_RECOVER:
		return note_lane(table, event, owner, arg);
	case VARTA_EVENT_EXIT:
	case VARTA_EVENT_GOODBYE:
		return note_end(table, event, owner, arg);
	default:
		return 0;
	}
}

/* ---- All agents */

void agent_table_pass_begin(struct agent_table *table)
{
	table->pass++;
}

void agent_table_pass_end(struct agent_table *table, bool consistent)
{
	uint32_t i, allowed = consistent ? 0 : 1;

	for (i = 0; i < table->room; i++)
		if (table->records[i].used &&
		    table->pass - table->records[i].pass > allowed)
			free_record(table, i);
}

void agent_table_clear(struct agent_table *table)
{
	uint32_t i;

	for (i = 0; i < table->room; i++)
		if (table->records[i].used)
			free_record(table, i);
}

static void start_summary(struct agent_table *table)
{
	uint64_t now = varta_monotonic_now();
	struct series *series;
	size_t i;

	for (i = 0; i < table->series_count; i++) {
		series = &table->series[i];
		if (i != OTHERS && series_in_use(series) && !series->agents &&
		    now - series->gone_at > SERIES_LINGER_NS)
			drop_series(table, series);
		series->stalled = 0;
		memset(series->stalled_by, 0, sizeof(series->stalled_by));
		series->lanes_stalled = 0;
		series->status = 0;
		series->silence = 0;
		series->gap = 0;
		series->threshold_ms = 0;
		series->beats = series->beats_before;
	}
}

/* A stalled agent has not beaten since its last beat; others may have. */
static uint64_t silence_of(const struct agent_record *record, uint64_t now)
{
	if (record->stalled && now > record->last_beat &&
	    now - record->last_beat > record->silence)
		return now - record->last_beat;
	return record->silence;
}

static void add_to_summary(struct series *series,
			   const struct agent_record *record, uint64_t now)
{
	uint64_t silence = silence_of(record, now);

	series->stalled += record->stalled;
	series->stalled_by[record->reason] += record->stalled;
	series->lanes_stalled += record->lanes_stalled;
	series->beats += record->beats;
	if (record->status > series->status)
		series->status = record->status;
	if (silence > series->silence)
		series->silence = silence;
	if (record->gap > series->gap)
		series->gap = record->gap;
	if (record->threshold_ms &&
	    (!series->threshold_ms ||
	     record->threshold_ms < series->threshold_ms))
		series->threshold_ms = record->threshold_ms;
}

void agent_table_summarize(struct agent_table *table)
{
	uint64_t now = varta_monotonic_now();
	uint32_t i;

	start_summary(table);
	for (i = 0; i < table->room; i++)
		if (table->records[i].used && !table->records[i].gone)
			add_to_summary(&table->series[table->records[i].series],
				       &table->records[i], now);
}

int agent_table_init(struct agent_table *table, size_t series_max)
{
	*table = (struct agent_table){
		.series_max = series_max,
		.free = NONE,
	};
	if (getrandom(&table->seed, sizeof(table->seed), 0) < 0)
		return -errno;
	table->series = calloc(1, sizeof(*table->series));
	if (!table->series)
		return -ENOMEM;
	table->series_count = 1;
	table->series->labels = strdup("name=\"_other\"");
	table->series->details = strdup("");
	if (!table->series->labels || !table->series->details || grow(table)) {
		agent_table_free(table);
		return -ENOMEM;
	}
	return 0;
}

void agent_table_free(struct agent_table *table)
{
	size_t i;

	for (i = 0; i < table->series_count; i++) {
		free(table->series[i].lanes);
		free(table->series[i].labels);
		free(table->series[i].details);
	}
	free(table->series);
	free(table->records);
	free(table->buckets);
	*table = (struct agent_table){ .free = NONE };
}

// SPDX-License-Identifier: GPL-2.0-only
//
// What the page shows: the agents of the last pass, changed by the events since, and the last
// events. No part of it touches the document or Cockpit.

import { ownerOf } from "./format.js";

export const EVENTS_KEPT = 500;

const SEVERITY = { critical: 2, degraded: 1 };

// agentKey - The same for an agent in a pass and in its events.
export function agentKey(agent) {
	return `${agent.source || 0}/${agent.ns_inode || 0}/${agent.ns_pid}`;
}

// Lines - Splits a stream into lines, whatever its chunks are.
export class Lines {
	constructor() {
		this.rest = "";
	}

	push(chunk) {
		const lines = (this.rest + chunk).split("\n");

		this.rest = lines.pop();
		return lines.filter(line => line.trim());
	}
}

// Events of the agent that are its last ones.
const ENDS = new Set(["exit", "goodbye", "gone"]);
const CHANGES = new Set(["stall", "stalled", "recover", "recovered", "status"]);

export class Model {
	constructor() {
		this.agents = new Map();
		this.events = [];
		this.loaded = null;
		// What events have said since a pass began: newer than what it read.
		this.sinceBegin = null;
		this.lastSequence = 0;
		this.eventCount = 0;
	}

	beginPass() {
		this.sinceBegin = new Map();
	}

	// A pass that failed. Without the module there are no agents.
	failPass(loaded) {
		this.sinceBegin = null;
		this.loaded = loaded;
		if (!loaded)
			this.agents.clear();
	}

	endPass(list, now) {
		const newer = this.sinceBegin || new Map();

		this.sinceBegin = null;
		this.loaded = true;
		this.agents = new Map();
		for (const agent of list)
			this.agents.set(agentKey(agent), { ...agent, readAt: now });
		for (const [key, agent] of newer)
			if (agent)
				this.agents.set(key, agent);
			else
				this.agents.delete(key);
	}

	// applyEvent - Returns true if it is new.
	applyEvent(event, now) {
		// A monitor that is started again repeats which agents are stalled.
		const repeated = event.event === "stalled" &&
			this.agents.get(agentKey(event))?.stalled &&
			this.events.some(known => known.ns_pid !== undefined &&
				agentKey(known) === agentKey(event));

		this.lastSequence = Math.max(this.lastSequence, event.event_seq ?? 0);
		this.#applyToAgents(event, now);
		if (repeated)
			return false;
		this.eventCount++;
		this.events.unshift({ ...event, id: this.eventCount, time: eventTime(event, now) });
		if (this.events.length > EVENTS_KEPT)
			this.events.length = EVENTS_KEPT;
		return true;
	}

	#applyToAgents(event, now) {
		if (event.event === "loaded" || event.event === "unloaded") {
			this.loaded = event.event === "loaded";
			// Its sequence begins again.
			this.lastSequence = 0;
			this.agents.clear();
			this.sinceBegin?.clear();
			return;
		}
		if (event.ns_pid === undefined)
			return;
		const key = agentKey(event);

		if (ENDS.has(event.event)) {
			this.agents.delete(key);
			this.sinceBegin?.set(key, null);
		} else if (CHANGES.has(event.event)) {
			const agent = { ...this.agents.get(key), ...withoutEvent(event), readAt: now };

			if (event.event === "recovered")
				agent.stalled = false;
			// What the event tells is the silence that has ended.
			if (!agent.stalled && event.event !== "status")
				agent.silence = 0;
			this.agents.set(key, agent);
			this.sinceBegin?.set(key, agent);
		}
	}
}

// Members of the event itself, not of the agent.
function withoutEvent(event) {
	const { event: _event, severity: _severity, event_time: _time, event_seq: _seq,
		old_status: _old, changes: _changes, ...agent } = event;

	return agent;
}

// eventTime - A Date. Kept events come later than they happened: both clocks of the last beat tell
// the difference between them. Agents that are stalled already are not events of now.
function eventTime(event, now) {
	const clocks = event.last_beat_realtime && event.last_beat !== undefined;

	if (event.event_time && clocks)
		return new Date((event.last_beat_realtime +
				 (event.event_time - event.last_beat)) / 1e6);
	if (event.event === "stalled" && clocks)
		return new Date((event.last_beat_realtime + event.threshold_ms * 1e6) / 1e6);
	return new Date(now);
}

// silenceNow - A stalled agent stays silent until an event says otherwise. Of others only the last
// pass is known.
export function silenceNow(agent, now) {
	return agent.stalled ? agent.silence + (now - agent.readAt) * 1e6 : agent.silence;
}

// silenceBar - Parts of the threshold, 0 to 1.
export function silenceBar(agent, now) {
	const threshold = agent.threshold_ms * 1e6;
	const part = value => Math.min(1, Math.max(0, value / threshold));
	const silence = part(silenceNow(agent, now));
	// Without a second beat there is no gap.
	const gap = agent.longest_gap ? part(agent.longest_gap) : null;
	let level = "ok";

	if (agent.stalled)
		level = "stalled";
	else if (silence >= 0.8)
		level = "near";
	return { silence, gap, level, tight: gap !== null && gap >= 0.8 };
}

export function needsAttention(agent) {
	return agent.stalled || agent.status !== "ok";
}

function matches(agent, words) {
	const text = [agent.name, agent.unit, agent.user, agent.pid, agent.ns_pid, agent.container,
		      agent.pod, ownerOf(agent).text].filter(part => part !== undefined)
		.join(" ").toLowerCase();

	return words.every(word => text.includes(word));
}

export function filterAgents(agents, filter, state) {
	const words = filter.toLowerCase().split(/\s+/).filter(Boolean);

	return agents.filter(agent =>
		(state !== "stalled" || agent.stalled) &&
		(state !== "attention" || needsAttention(agent)) &&
		(!words.length || matches(agent, words)));
}

const collator = new Intl.Collator("en", { numeric: true });

const COMPARE = {
	name: (a, b) => collator.compare(a.name, b.name),
	owner: (a, b) => collator.compare(ownerOf(a).text, ownerOf(b).text),
	user: (a, b) => collator.compare(a.user ?? "", b.user ?? ""),
	pid: (a, b) => (a.pid ?? a.ns_pid) - (b.pid ?? b.ns_pid),
	state: (a, b) => rank(b) - rank(a),
	silence: (a, b) => b.silence / b.threshold_ms - a.silence / a.threshold_ms,
	gap: (a, b) => (b.longest_gap ?? 0) / b.threshold_ms - (a.longest_gap ?? 0) / a.threshold_ms,
};

function rank(agent) {
	return (agent.stalled ? 10 : 0) + (SEVERITY[agent.status] ?? (agent.status === "ok" ? 0 : 1));
}

// sortAgents - By a column; the worst first by state, silence and gap. Rows that are equal keep an
// order that passes do not change.
export function sortAgents(agents, column, descending) {
	const compare = COMPARE[column] || COMPARE.state;
	const sign = descending ? -1 : 1;

	return [...agents].sort((a, b) => sign * compare(a, b) || COMPARE.owner(a, b) ||
		COMPARE.name(a, b) || COMPARE.pid(a, b));
}

export function summarize(agents) {
	let stalled = 0, notOk = 0, tight = 0;

	for (const agent of agents) {
		if (agent.stalled)
			stalled++;
		else if (agent.status !== "ok")
			notOk++;
		if (silenceBar(agent, agent.readAt).tight)
			tight++;
	}
	return { total: agents.length, stalled, notOk, tight };
}

// passDelay - Milliseconds to the next pass: at most a tenth of the time, and 200 kB a second on
// average, so that the page does not load the machine that it shows.
export function passDelay(took, bytes) {
	return Math.min(60000, Math.max(2000, 10 * took, bytes / 200));
}

// timelineMarks - One mark for each severity in each of the COUNT parts of the time before NOW; the
// events behind it, the newest first.
export function timelineMarks(events, now, span, count) {
	const marks = new Map();

	for (const event of events) {
		const age = now - event.time.getTime();

		if (age < 0 || age >= span)
			continue;
		const slot = count - 1 - Math.floor(age / span * count);
		const key = `${slot}/${event.severity}`;
		const mark = marks.get(key) || { slot, severity: event.severity, count: 0 };

		mark.count++;
		marks.set(key, mark);
	}
	return [...marks.values()];
}

// parseDoctor - The checks of varta doctor: a word, what is checked and the text; lines that begin
// with a space are advice for the check before.
export function parseDoctor(text) {
	const checks = [];

	for (const line of text.split("\n")) {
		const found = /^(ok|note|WRONG) +(\S+) +(.*)$/.exec(line);

		if (found)
			checks.push({ result: found[1], what: found[2], text: found[3], advice: [] });
		else if (line.trim() && checks.length)
			checks.at(-1).advice.push(line.trim());
	}
	return checks;
}

// parseModes - Which settings can be changed while the module is loaded, from lines of "NAME MODE".
export function parseModes(text) {
	return new Set(text.split("\n").map(line => line.split(" "))
		.filter(([name, mode]) => name && (parseInt(mode, 8) & 0o200))
		.map(([name]) => name));
}

// SPDX-License-Identifier: GPL-2.0-only

import assert from "node:assert/strict";
import { test } from "node:test";

import * as model from "../model.js";

const agent = (pid, members = {}) => ({
	pid, ns_pid: pid, ns_inode: 1, name: `agent${pid}`, status: "ok", stalled: false,
	silence: 1e8, threshold_ms: 1000, longest_gap: 2e8, last_beat: 5e9,
	last_beat_realtime: 1700000000e9, ...members,
});
const event = (kind, pid, members = {}) =>
	({ event: kind, severity: "error", ...agent(pid), ...members });

test("lines are whole, whatever the chunks are", () => {
	const lines = new model.Lines();

	assert.deepEqual(lines.push('{"a":'), []);
	assert.deepEqual(lines.push('1}\n{"b":2}\n{"c"'), ['{"a":1}', '{"b":2}']);
	assert.deepEqual(lines.push(":3}\n\n"), ['{"c":3}']);
});

test("an event changes the agents that a pass has read", () => {
	const state = new model.Model();

	state.beginPass();
	state.endPass([agent(1), agent(2)], 0);
	assert.ok(state.applyEvent(event("stall", 1, { stalled: true, reason: "stopped" }), 10));
	assert.equal(state.agents.get("0/1/1").reason, "stopped");
	state.applyEvent(event("recover", 1, { silence: 120e9 }), 20);
	assert.equal(state.agents.get("0/1/1").stalled, false);
	assert.equal(state.agents.get("0/1/1").silence, 0);
	state.applyEvent(event("exit", 2), 30);
	assert.equal(state.agents.size, 1);
	assert.deepEqual(state.events.map(({ event: kind }) => kind), ["exit", "recover", "stall"]);
	for (const name of ["event", "severity", "event_seq"])
		assert.ok(!(name in state.agents.get("0/1/1")), name);
});

test("a pass that began before an event does not undo it", () => {
	const state = new model.Model();

	state.beginPass();
	state.applyEvent(event("stall", 1, { stalled: true }), 10);
	state.applyEvent(event("exit", 2), 10);
	state.endPass([agent(1), agent(2), agent(3)], 20);
	assert.equal(state.agents.get("0/1/1").stalled, true);
	assert.ok(!state.agents.has("0/1/2"));
	assert.ok(state.agents.has("0/1/3"));
	// The next pass is newer.
	state.beginPass();
	state.endPass([agent(1), agent(2)], 30);
	assert.equal(state.agents.get("0/1/1").stalled, false);
	assert.equal(state.agents.size, 2);
});

test("without the module there are no agents", () => {
	const state = new model.Model();

	assert.equal(state.loaded, null);
	state.endPass([agent(1)], 0);
	state.applyEvent({ event: "unloaded", severity: "warning" }, 1);
	assert.equal(state.loaded, false);
	assert.equal(state.agents.size, 0);
	state.applyEvent({ event: "loaded", severity: "info" }, 2);
	assert.equal(state.loaded, true);
	state.endPass([agent(1)], 3);
	state.beginPass();
	state.failPass(false);
	assert.equal(state.agents.size, 0);
	// Numbers of events begin again.
	state.applyEvent(event("exit", 9, { event_seq: 50 }), 4);
	assert.equal(state.lastSequence, 50);
	state.applyEvent({ event: "unloaded", severity: "warning" }, 5);
	assert.equal(state.lastSequence, 0);
});

test("an agent that is stalled is listed once", () => {
	const state = new model.Model();

	assert.ok(state.applyEvent(event("stalled", 1, { stalled: true }), 0));
	assert.ok(!state.applyEvent(event("stalled", 1, { stalled: true }), 1));
	// A pass alone is no event.
	state.endPass([agent(2, { stalled: true })], 2);
	assert.ok(state.applyEvent(event("stalled", 2, { stalled: true }), 3));
	assert.equal(state.events.length, 2);
});

test("kept events have the time at which they happened", () => {
	const state = new model.Model();

	state.applyEvent(event("exit", 1, { event_time: 8e9 }), 5);
	assert.equal(state.events[0].time.getTime(), 1700000003000);
	state.applyEvent(event("stalled", 2, { stalled: true }), 5);
	assert.equal(state.events[0].time.getTime(), 1700000001000);
	state.applyEvent({ event: "config", severity: "warning", change: "setting", event_time: 8e9 }, 5);
	assert.equal(state.events[0].time.getTime(), 5);
});

test("only the last events are kept", () => {
	const state = new model.Model();

	for (let pid = 1; pid <= model.EVENTS_KEPT + 10; pid++)
		state.applyEvent(event("exit", pid), pid);
	assert.equal(state.events.length, model.EVENTS_KEPT);
	assert.equal(state.events[0].pid, model.EVENTS_KEPT + 10);
});

test("agents of two namespaces, and of a relay, are different ones", () => {
	const keys = new Set([agent(1), agent(1, { ns_inode: 2 }), agent(1, { source: 3 })]
		.map(model.agentKey));

	assert.equal(keys.size, 3);
});

test("silence goes on for a stalled agent only", () => {
	assert.equal(model.silenceNow(agent(1, { readAt: 0 }), 5000), 1e8);
	assert.equal(model.silenceNow(agent(1, { readAt: 0, stalled: true }), 5000), 51e8);
});

test("a bar is within the threshold", () => {
	assert.deepEqual(model.silenceBar(agent(1, { readAt: 0 }), 0),
			 { silence: 0.1, gap: 0.2, level: "ok", tight: false });
	assert.deepEqual(model.silenceBar(agent(1, { silence: 9e8, longest_gap: 9e8 }), 0),
			 { silence: 0.9, gap: 0.9, level: "near", tight: true });
	assert.deepEqual(model.silenceBar(agent(1, { stalled: true, silence: 9e9, longest_gap: undefined, readAt: 0 }), 0),
			 { silence: 1, gap: null, level: "stalled", tight: false });
	assert.equal(model.silenceBar(agent(1, { longest_gap: 0 }), 0).gap, null);
});

test("a filter finds all of its words", () => {
	const agents = [agent(1, { unit: "web.service", user: "www" }),
		agent(22, { stalled: true, user: "root" }), agent(3, { status: "critical" })];
	const found = (text, state = "all") =>
		model.filterAgents(agents, text, state).map(({ pid }) => pid);

	assert.deepEqual(found(""), [1, 22, 3]);
	assert.deepEqual(found("  WEB www "), [1]);
	assert.deepEqual(found("web root"), []);
	assert.deepEqual(found("22"), [22]);
	assert.deepEqual(found("", "stalled"), [22]);
	assert.deepEqual(found("", "attention"), [22, 3]);
});

test("the worst comes first, and equal rows stay in order", () => {
	const agents = [agent(3), agent(10), agent(2, { status: "degraded" }),
		agent(4, { status: "critical" }), agent(5, { stalled: true })];
	const order = (column, descending) =>
		model.sortAgents(agents, column, descending).map(({ pid }) => pid);

	assert.deepEqual(order("state"), [5, 4, 2, 3, 10]);
	assert.deepEqual(order("pid", true), [10, 5, 4, 3, 2]);
	assert.deepEqual(order("name"), [2, 3, 4, 5, 10]);
	assert.deepEqual(order("silence"), [2, 3, 4, 5, 10]);
	assert.deepEqual(agents.map(({ pid }) => pid), [3, 10, 2, 4, 5]);
});

test("the summary counts each agent that is not well once", () => {
	assert.deepEqual(model.summarize([agent(1), agent(2, { stalled: true, status: "critical", readAt: 0 }),
		agent(3, { status: "degraded", longest_gap: 9e8 })]),
	{ total: 3, stalled: 1, notOk: 1, tight: 1 });
});

test("large answers are asked for less often", () => {
	assert.equal(model.passDelay(20, 5000), 2000);
	assert.equal(model.passDelay(900, 5000), 9000);
	assert.equal(model.passDelay(100, 3e6), 15000);
	assert.equal(model.passDelay(1e6, 0), 60000);
});

test("marks are bounded, whatever the number of events", () => {
	const events = [];

	for (let i = 0; i < 1000; i++)
		events.push({ severity: i % 2 ? "error" : "info", time: new Date(1e6 - i * 10) });
	const marks = model.timelineMarks(events, 1e6, 8000, 4);

	assert.equal(marks.length, 8);
	assert.equal(marks.reduce((sum, mark) => sum + mark.count, 0), 800);
	assert.ok(marks.every(({ slot }) => slot >= 0 && slot < 4));
	assert.deepEqual(model.timelineMarks([{ severity: "info", time: new Date(2e6) }], 1e6, 8000, 4), []);
});

test("the output of varta doctor is understood", () => {
	assert.deepEqual(model.parseDoctor(
		"ok     module     loaded, version 0.1.0\n" +
		"note   listen     not permitted\n" +
		"                  needs CAP_NET_ADMIN\n" +
		"WRONG  beat       EPERM\n"), [
		{ result: "ok", what: "module", text: "loaded, version 0.1.0", advice: [] },
		{ result: "note", what: "listen", text: "not permitted", advice: ["needs CAP_NET_ADMIN"] },
		{ result: "WRONG", what: "beat", text: "EPERM", advice: [] },
	]);
	assert.deepEqual(model.parseDoctor("sh: varta: not found\n"), []);
});

test("settings that nobody may write are not offered", () => {
	assert.deepEqual(model.parseModes("threshold_ms 644\ncapacity 444\n"), new Set(["threshold_ms"]));
});

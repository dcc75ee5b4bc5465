// SPDX-License-Identifier: GPL-2.0-only

import assert from "node:assert/strict";
import { test } from "node:test";

import * as format from "../format.js";

test("durations have two or three digits and one or two units", () => {
	for (const [ns, text] of [
		[0, "0 s"], [1, "1 ns"], [999, "999 ns"], [1500, "1.5 µs"], [20160260, "20.2 ms"],
		[999e6, "999 ms"], [1e9, "1 s"], [1.25e9, "1.25 s"], [59.94e9, "59.9 s"], [60e9, "1 min"],
		[200e9, "3 min 20 s"], [3600e9, "1 h"], [3661e9, "1 h 1 min"], [86400e9, "1 d"],
		[90000e9, "1 d 1 h"], [-1, "–"], [undefined, "–"], [NaN, "–"],
	])
		assert.equal(format.formatDuration(ns), text, `${ns} ns`);
	assert.equal(format.formatMilliseconds(100), "100 ms");
});

test("times of other days have a date", () => {
	const now = new Date(2026, 10, 28, 12, 0, 0);

	assert.match(format.formatTime(new Date(2026, 10, 28, 3, 4, 5), now), /^0?3:04:05/);
	assert.match(format.formatTime(new Date(2026, 10, 27, 3, 4, 5), now), /27.*3:04:05/);
});

test("an agent belongs to a container rather than to its unit", () => {
	const agent = { name: "a", unit: "docker-1.scope", container: "4f797c539e6c99", runtime: "docker" };

	assert.deepEqual(format.ownerOf(agent), { kind: "container", text: "docker:4f797c539e6c" });
	assert.equal(format.unitPage(agent), null);
	assert.equal(format.ownerOf({ source: 7 }).text, "relay 7");
	assert.equal(format.ownerOf({}).text, "");
	assert.equal(format.agentTitle({ name: "a" }), "a");
	assert.equal(format.agentTitle({ name: "a", unit: "b.service" }), "a (b.service)");
});

test("units of others have no page", () => {
	const unit = "a@b c.service";

	assert.equal(format.unitPage({ unit }), "/system/services#/a%40b%20c.service");
	assert.equal(format.unitPage({ unit, user_unit: true, user: "eve" }, "adam"), null);
	assert.equal(format.unitPage({ unit, user_unit: true, user: "eve" }, null), null);
	assert.equal(format.unitPage({ unit, user_unit: true, user: "eve" }, "eve"),
		     "/system/services#/a%40b%20c.service?owner=user");
	assert.equal(format.journalPage({ unit, user_unit: true }), null);
	assert.equal(format.journalPage({ unit: "a.service" }),
		     "/system/logs#/?prio=debug&_SYSTEMD_UNIT=a.service");
});

test("each event has a text", () => {
	const text = event => format.eventText(event);

	assert.equal(text({ event: "stall", silence: 2e9, reason: "waiting" }),
		     "hangs: silent for 2 s, waiting");
	assert.equal(text({ event: "stall", silence: 2e9 }), "hangs: silent for 2 s");
	assert.equal(text({ event: "recover", silence: 12e9 }), "beats again, after 12 s");
	assert.equal(text({ event: "status", status: "degraded", old_status: "ok" }),
		     "status degraded, was ok");
	assert.equal(text({ event: "exit", exit_code: 3 }), "exited with code 3");
	assert.equal(text({ event: "exit", exit_signal: 11, core_dumped: true }),
		     "ended by SIGSEGV, dumped core");
	assert.equal(text({ event: "exit", exit_signal: 9, oom_killed: true }),
		     "killed for want of memory, by SIGKILL");
	assert.equal(text({ event: "exit" }), "exited");
	assert.equal(text({ event: "config", change: "setting", setting: "threshold_ms", old_value: 1, new_value: 2 }),
		     "threshold_ms was changed from 1 to 2");
	assert.equal(text({ event: "action", signal: 6 }), "was sent SIGABRT");
	assert.equal(text({ event: "action", signal: 6, withheld: "frozen" }),
		     "SIGABRT was withheld: frozen");
	for (const event of ["conflict", "goodbye", "gone", "recovered", "overrun", "loaded", "unloaded"])
		assert.match(text({ event }), / /);
	assert.equal(text({ event: "new-one" }), "new-one");
});

// SPDX-License-Identifier: GPL-2.0-only
//
// Runs varta by Cockpit's bridge.

import { Lines } from "./model.js";

const cockpit = window.cockpit;

export const NOT_LOADED = 3;

// Asking for the family would load the module, also after an administrator has unloaded it.
const GUARD = `[ -d /sys/module/varta ] || exit ${NOT_LOADED}; exec varta "$@"`;

function spawn(command, options) {
	return cockpit.spawn(command, { err: "message", environ: ["LC_ALL=C.UTF-8"], ...options });
}

// varta - Its output, as text.
export function varta(argv, options = {}) {
	return spawn(["sh", "-c", GUARD, "varta", ...argv], { superuser: "try", ...options });
}

export function isLoaded() {
	return spawn(["test", "-d", "/sys/module/varta"]).then(() => true, () => false);
}

export function loadModule() {
	return spawn(["modprobe", "varta"], { superuser: "require" });
}

// doctor - Its output. It needs no module, but loads one. It exits with 1 if a check fails.
export function doctor() {
	return spawn(["sh", "-c", "varta doctor --color=never 2>&1; [ $? -le 1 ]"],
		     { superuser: "try" });
}

export function settingModes() {
	return spawn(["find", "/sys/kernel/varta", "-maxdepth", "1", "-type", "f",
		      "-printf", "%f %m\\n"]);
}

// monitor - Calls onEvent for each event after SINCE, until the promise is settled.
export function monitor(since, onEvent) {
	const lines = new Lines();
	const process = varta(["monitor", "--json", "--since", String(since)],
			      { superuser: "require" });

	process.stream(chunk => {
		for (const line of lines.push(chunk))
			onEvent(JSON.parse(line));
	});
	return process;
}

// pass - Agents and counters, at one time; BYTES tells the size of the answer.
export async function pass() {
	const [agents, stats] = await Promise.all([
		varta(["agents", "--json", "--watch", "--count", "1"]),
		varta(["stats", "--json"]),
	]);

	return { agents: JSON.parse(agents), stats: JSON.parse(stats), bytes: agents.length };
}

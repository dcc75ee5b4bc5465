// SPDX-License-Identifier: GPL-2.0-only
//
// Numbers, states and events as text.

const UNITS = [
	["d", 86400e9], ["h", 3600e9], ["min", 60e9], ["s", 1e9], ["ms", 1e6], ["µs", 1e3],
	["ns", 1],
];

// formatDuration - Nanoseconds with two or three digits: "1.25 s", "3 min 20 s".
export function formatDuration(ns) {
	if (!Number.isFinite(ns) || ns < 0)
		return "–";
	if (ns === 0)
		return "0 s";
	const index = UNITS.findIndex(([, size]) => ns >= size);
	const [unit, size] = UNITS[index < 0 ? UNITS.length - 1 : index];

	if (size > 1e9) {
		const [smaller, smallerSize] = UNITS[index + 1];
		const rest = Math.floor((ns % size) / smallerSize);

		return `${Math.floor(ns / size)} ${unit}` + (rest ? ` ${rest} ${smaller}` : "");
	}
	const value = ns / size;
	const digits = value >= 100 || Number.isInteger(value) ? 0 : value >= 10 ? 1 : 2;
	const text = value.toFixed(digits);

	return `${digits ? text.replace(/\.?0+$/, "") : text} ${unit}`;
}

export function formatMilliseconds(ms) {
	return formatDuration(ms * 1e6);
}

// formatTime - The time of day, with the date if that is not today's.
export function formatTime(date, now = new Date()) {
	const time = date.toLocaleTimeString([], { hourCycle: "h23" });

	if (date.toDateString() === now.toDateString())
		return time;
	return `${date.toLocaleDateString([], { month: "short", day: "numeric" })}, ${time}`;
}

export function formatCount(count, one, many) {
	return `${count.toLocaleString("en")} ${count === 1 ? one : many}`;
}

const SIGNALS = {
	1: "SIGHUP", 2: "SIGINT", 3: "SIGQUIT", 4: "SIGILL", 5: "SIGTRAP", 6: "SIGABRT",
	7: "SIGBUS", 8: "SIGFPE", 9: "SIGKILL", 10: "SIGUSR1", 11: "SIGSEGV", 12: "SIGUSR2",
	13: "SIGPIPE", 14: "SIGALRM", 15: "SIGTERM", 18: "SIGCONT", 19: "SIGSTOP", 31: "SIGSYS",
};

export function signalName(number) {
	return SIGNALS[number] || `signal ${number}`;
}

// ownerOf - Where an agent belongs: the unit, container, pod or session, as varta agents does.
export function ownerOf(agent) {
	if (agent.container)
		return { kind: "container",
			 text: (agent.runtime ? agent.runtime + ":" : "") + agent.container.slice(0, 12) };
	if (agent.pod)
		return { kind: "pod", text: agent.pod };
	if (agent.unit)
		return { kind: "unit", text: agent.unit };
	if (agent.session)
		return { kind: "session", text: `session ${agent.session}` };
	if (agent.source)
		return { kind: "relay", text: `relay ${agent.source}` };
	return { kind: "none", text: "" };
}

// The page of a unit in Cockpit, and its part of the journal; null if Cockpit shows none. Cockpit
// shows the units of the system, and those of the user who is logged in.
export function unitPage(agent, user) {
	if (!agent.unit || agent.container)
		return null;
	if (!agent.user_unit)
		return `/system/services#/${encodeURIComponent(agent.unit)}`;
	if (user && agent.user === user)
		return `/system/services#/${encodeURIComponent(agent.unit)}?owner=user`;
	return null;
}

export function journalPage(agent) {
	if (!agent.unit || agent.container || agent.user_unit)
		return null;
	return `/system/logs#/?prio=debug&_SYSTEMD_UNIT=${encodeURIComponent(agent.unit)}`;
}

function exitText(event) {
	if (event.exit_signal === undefined)
		return event.exit_code === undefined ? "exited" :
			`exited with code ${event.exit_code}`;
	return (event.oom_killed ? "killed for want of memory, by " : "ended by ") +
		signalName(event.exit_signal) + (event.core_dumped ? ", dumped core" : "");
}

function configText(event) {
	switch (event.change) {
	case "setting":
		return `${event.setting} was changed from ${event.old_value} to ${event.new_value}`;
	case "unload":
		return "the module is being unloaded";
	default:
		return event.change.replaceAll("-", " ");
	}
}

function actionText(event) {
	return event.withheld ? `${signalName(event.signal)} was withheld: ${event.withheld}` :
		`was sent ${signalName(event.signal)}`;
}

// eventText - What happened, without the name of the agent.
export function eventText(event) {
	switch (event.event) {
	case "stall":
	case "stalled":
		return `hangs: silent for ${formatDuration(event.silence)}` +
			(event.reason ? `, ${event.reason}` : "");
	case "recover":
		return `beats again, after ${formatDuration(event.silence)}`;
	case "recovered":
		return "beats again";
	case "status":
		return `status ${event.status}, was ${event.old_status}`;
	case "exit":
		return exitText(event);
	case "goodbye":
		return "is not tracked any more" + (event.cause ? `: ${event.cause}` : "");
	case "gone":
		return "is not tracked any more";
	case "conflict":
		return "a beat for it was refused" + (event.sender_pid ? `, from process ${event.sender_pid}` : "");
	case "config":
		return configText(event);
	case "action":
		return actionText(event);
	case "overrun":
		return "events were lost: too many at once";
	case "loaded":
		return "the module is loaded";
	case "unloaded":
		return "the module is not loaded";
	default:
		return event.event;
	}
}

export function agentTitle(agent) {
	const owner = ownerOf(agent);

	return (agent.name || "?") + (owner.text ? ` (${owner.text})` : "");
}

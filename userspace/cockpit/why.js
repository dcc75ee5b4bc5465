// SPDX-License-Identifier: GPL-2.0-only
//
// Why an agent does not beat: the output of varta why.

import { h, link, setText } from "./dom.js";
import { formatDuration, journalPage, unitPage } from "./format.js";
import { varta } from "./tool.js";

const PRESSURES = {
	cpu_some: "CPU", memory_some: "memory", memory_full: "memory, all tasks",
	io_some: "I/O", io_full: "I/O, all tasks",
};

function stack(title, frames) {
	return frames && h("details", {}, h("summary", {}, title),
		h("pre", { tabindex: "0" }, frames.join("\n")));
}

function threadRow(thread, explains) {
	const call = thread.syscall_name ?? (thread.syscall === undefined ? null :
		`number ${thread.syscall}`);
	const cell = (label, ...content) => h("td", { role: "cell", "data-label": label }, ...content);

	return h("tr", { role: "row", "data-chosen": explains },
		cell("Thread", h("span", {}, thread.name, " ",
			h("span", { class: "muted" }, String(thread.tid)),
			explains && h("strong", { class: "tag" }, "explains it"))),
		cell("Reason", `${thread.reason} (${thread.state})`),
		cell("Sleeps in", thread.wait ? h("code", {}, thread.wait) : "–"),
		cell("System call", call ? h("code", {}, call) : "–"),
		cell("Still for", thread.still === undefined ? "–" : formatDuration(thread.still)),
		cell("Stack", stack("Kernel", thread.kernel_stack), stack("Program", thread.user_stack),
			!thread.kernel_stack && !thread.user_stack && "–"));
}

function threads(look) {
	const header = label => h("th", { role: "columnheader", scope: "col" }, label);
	const left = look.threads_total - look.threads.length;

	return h("div", {},
		h("table", { role: "table", class: "threads", "aria-label": "Threads" },
			h("thead", { role: "rowgroup" }, h("tr", { role: "row" },
				["Thread", "Reason", "Sleeps in", "System call", "Still for", "Stack"]
					.map(header))),
			h("tbody", { role: "rowgroup" }, look.threads.map(thread =>
				threadRow(thread, thread.tid === look.tid)))),
		left > 0 && h("p", { class: "muted" }, `${left} more threads are not shown.`));
}

function pressures(look) {
	const parts = Object.entries(look.pressure || {})
		.filter(([, value]) => value.avg10 >= 1)
		.map(([name, value]) => `${PRESSURES[name] || name} ${value.avg10.toFixed(0)} %`);

	return parts.length ? parts.join(", ") : "none";
}

function limits(cgroup) {
	const parts = [];

	if (cgroup?.frozen)
		parts.push("its cgroup is frozen");
	if (cgroup?.throttled)
		parts.push(`throttled ${cgroup.throttled} times`);
	if (cgroup?.memory_max)
		parts.push(`met its memory limit ${cgroup.memory_max} times`);
	if (cgroup?.oom_kills_total)
		parts.push(`${cgroup.oom_kills_total} processes were killed for memory`);
	return parts.join(", ");
}

function facts(look) {
	const unreadable = Object.entries(look.unreadable || {});
	const list = [
		["Pressure on the machine, last 10 s", pressures(look)],
		["Limits of its cgroup", limits(look.cgroup)],
		["Not readable", unreadable.map(([part, error]) =>
			`${part.replaceAll("_", " ")}: ${error}`).join(", ")],
	];

	return h("dl", { class: "facts" }, list.filter(([, text]) => text)
		.map(([name, text]) => h("div", {}, h("dt", {}, name), h("dd", {}, text))));
}

// WhyPanel - The row below an agent. A look takes 0.2 s, and is repeated on request only.
export class WhyPanel {
	constructor(agent) {
		this.agent = agent;
		// The only part that a screen reader speaks by itself.
		this.sentence = h("p", { class: "sentence", role: "status" }, "Looking …");
		this.result = h("div");
		this.again = h("button", { type: "button", onclick: () => this.look() }, "Look again");
		this.program = h("button", {
			type: "button", onclick: () => this.look("--user-stack"),
			title: "Stops each thread for a few milliseconds",
		}, "With the program's stacks");
		this.links = h("span", { class: "links" });
		this.element = h("div", { class: "why-panel" }, this.sentence,
			this.result,
			h("div", { class: "actions" }, this.again, this.program, this.links));
		this.look();
	}

	close() {
		this.closed = true;
		this.process?.close("cancelled");
	}

	// A stall has another reason than the silence before it.
	update(agent) {
		const changed = agent.stalled !== this.agent.stalled;

		this.agent = agent;
		if (changed)
			this.look();
	}

	setUser(user) {
		const pages = [["Unit", unitPage(this.agent, user)], ["Journal", journalPage(this.agent)]];

		this.links.replaceChildren(...pages.filter(([, page]) => page)
			.map(([text, page]) => link(page, text)));
	}

	async look(...options) {
		this.setUser(WhyPanel.user);
		this.again.disabled = this.program.disabled = true;
		try {
			this.process = varta(["why", "--json", ...options, String(this.agent.pid)]);
			const looks = JSON.parse(await this.process);

			if (!this.closed)
				this.show(looks[0]);
		} catch (error) {
			if (!this.closed)
				this.fail(error.message || String(error));
		}
		this.again.disabled = this.program.disabled = false;
	}

	show(look) {
		if (!look) {
			this.fail("The process is gone.");
			return;
		}
		setText(this.sentence, look.sentence);
		this.result.replaceChildren(threads(look), facts(look));
	}

	fail(text) {
		setText(this.sentence, text);
		this.result.replaceChildren();
	}
}
WhyPanel.user = null;

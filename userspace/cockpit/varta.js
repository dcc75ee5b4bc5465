// SPDX-License-Identifier: GPL-2.0-only
//
// The page: reads the agents now and then, and what changes by events at once.

import { AgentTable } from "./agents.js";
import { h, setText } from "./dom.js";
import { agentTitle, eventText, formatCount } from "./format.js";
import { Model, passDelay, summarize } from "./model.js";
import { Doctor, Settings } from "./settings.js";
import { Timeline } from "./timeline.js";
import * as tool from "./tool.js";
import { WhyPanel } from "./why.js";

const cockpit = window.cockpit;
const byId = id => document.getElementById(id);

// Milliseconds between looks whether the module is loaded, and until monitor is started again.
const RETRY = 3000;
// Events that come together are drawn, and announced, together.
const DRAW_DELAY = 100;
const ANNOUNCE_DELAY = 1500;

class Page {
	constructor() {
		this.model = new Model();
		this.table = new AgentTable(byId("table"), byId("filter"), byId("state"),
					    byId("agents-title"));
		this.timeline = new Timeline(byId("timeline"));
		this.settings = new Settings(byId("settings"));
		this.doctor = new Doctor(byId("doctor"));
		this.stats = null;
		this.problem = null;
		this.announced = [];
		this.passTimer = null;
		this.drawTimer = null;
	}

	start() {
		const permission = cockpit.permission({ admin: true });

		permission.addEventListener("changed", () => this.setAllowed(permission.allowed));
		this.setAllowed(permission.allowed);
		cockpit.user().then(user => {
			this.table.user = WhyPanel.user = user.name;
			this.draw();
		});
		cockpit.addEventListener("visibilitychange", () => this.schedulePass(0));
		// Silence goes on, and so does the strip of time.
		window.setInterval(() => !cockpit.hidden && this.draw(), 1000);
		this.schedulePass(0);
	}

	setAllowed(allowed) {
		this.allowed = allowed;
		this.settings.setAllowed(Boolean(allowed));
		if (allowed)
			this.listen();
		else if (allowed === false)
			setText(byId("events-state"),
				"Events need administrative access. The agents are read every few seconds.");
		this.draw();
	}

	// ---- Events.

	async listen() {
		if (this.listening)
			return;
		this.listening = true;
		while (this.allowed) {
			try {
				setText(byId("events-state"), "Live");
				await tool.monitor(this.model.lastSequence, event => this.onEvent(event));
			} catch (error) {
				setText(byId("events-state"), error.exit_status === tool.NOT_LOADED ?
					"The module is not loaded" : `Not live: ${error.message}`);
			}
			await new Promise(resolve => window.setTimeout(resolve, RETRY));
		}
		this.listening = false;
	}

	onEvent(event) {
		if (!this.model.applyEvent(event, Date.now()))
			return;
		if (event.event === "stall" || event.event === "unloaded")
			this.announce(event);
		if (event.event === "config")
			this.settings.read();
		// What events do not tell: new agents.
		if (event.event === "loaded" || event.event === "overrun")
			this.schedulePass(0);
		this.scheduleDraw();
	}

	// To a screen reader: few words, however many agents stall.
	announce(event) {
		this.announced.push(event);
		if (this.announced.length > 1)
			return;
		window.setTimeout(() => {
			const [first] = this.announced;

			byId("announce").textContent = this.announced.length > 1 ?
				`${this.announced.length} agents have stalled` :
				(first.ns_pid === undefined ? "" : agentTitle(first) + " ") + eventText(first);
			this.announced = [];
		}, ANNOUNCE_DELAY);
	}

	// ---- Passes.

	schedulePass(delay) {
		window.clearTimeout(this.passTimer);
		if (!cockpit.hidden && !this.passing)
			this.passTimer = window.setTimeout(() => this.pass(), delay);
	}

	async pass() {
		const begun = Date.now();
		let delay = RETRY;

		this.passing = true;
		this.model.beginPass();
		try {
			const { agents, stats, bytes } = await tool.pass();
			const ended = Date.now();

			this.model.endPass(agents, ended);
			this.stats = stats;
			this.problem = null;
			delay = passDelay(ended - begun, bytes);
		} catch (error) {
			const absent = error.exit_status === tool.NOT_LOADED;

			this.model.failPass(absent ? false : this.model.loaded);
			this.problem = absent ? null : error.message || String(error);
		}
		this.passing = false;
		this.draw();
		this.schedulePass(delay);
	}

	// ---- Drawing.

	scheduleDraw() {
		this.drawTimer ??= window.setTimeout(() => this.draw(), DRAW_DELAY);
	}

	draw() {
		window.clearTimeout(this.drawTimer);
		this.drawTimer = null;
		const agents = [...this.model.agents.values()];

		this.#drawNotices();
		this.#drawSummary(agents);
		this.table.update(agents, this.#emptyText());
		this.timeline.draw(this.model);
		document.body.dataset.ready = this.model.loaded === null ? "" : "true";
	}

	#emptyText() {
		if (this.model.loaded === null)
			return "Reading the agents …";
		if (!this.model.loaded)
			return "Without the module, no process is watched.";
		return "No process beats yet. varta run makes an agent of any program: " +
			"varta run --threshold 30s -- PROGRAM";
	}

	#drawNotices() {
		const notice = this.problem ? `problem/${this.problem}` :
			this.model.loaded === false ? `absent/${this.allowed}` : "";

		if (this.notice === notice)
			return;
		this.notice = notice;
		if (this.problem)
			byId("notices").replaceChildren(h("div", { class: "notice", role: "alert",
				"data-level": "error" }, h("strong", {}, "The agents cannot be read. "), this.problem));
		else if (this.model.loaded === false)
			byId("notices").replaceChildren(this.#absent());
		else
			byId("notices").replaceChildren();
	}

	#absent() {
		const failure = h("p", { class: "failure" });
		const button = h("button", {
			type: "button", onclick: () => tool.loadModule().then(() => this.schedulePass(0),
				error => {
					failure.textContent = error.message;
				}),
		}, "Load the module");

		return h("div", { class: "notice", role: "alert", "data-level": "error" },
			h("p", {}, h("strong", {}, "The module varta is not loaded. "),
				"Nothing detects processes that hang."),
			this.allowed ? button : h("p", { class: "muted" }, "Loading it takes administrative access."),
			failure);
	}

	#drawSummary(agents) {
		const { total, stalled, notOk, tight } = summarize(agents);
		const capacity = this.stats?.capacity;
		const figures = [
			["Agents", total, "ok"],
			["Stalled", stalled, stalled ? "error" : "ok"],
			["Degraded or critical", notOk, notOk ? "warning" : "ok"],
			["Close to their threshold", tight, tight ? "warning" : "ok"],
		];
		const text = JSON.stringify([figures, capacity]);

		if (this.summary === text)
			return;
		this.summary = text;
		byId("summary").replaceChildren(...figures.map(([label, value, level]) =>
			h("li", { "data-level": level }, h("span", { class: "number" }, value.toLocaleString("en")),
				h("span", { class: "label" }, label))));
		byId("summary").setAttribute("aria-label", `Summary: ${formatCount(total, "agent", "agents")}`);
	}
}

cockpit.transport.wait(() => new Page().start());

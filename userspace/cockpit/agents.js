// SPDX-License-Identifier: GPL-2.0-only
//
// The table of agents.

import { h, link, setAttribute, setOrder, setText } from "./dom.js";
import { formatCount, formatDuration, formatMilliseconds, ownerOf, unitPage } from "./format.js";
import { agentKey, filterAgents, silenceBar, silenceNow, sortAgents } from "./model.js";
import { WhyPanel } from "./why.js";

const ROWS = 50;

const COLUMNS = [
	["state", "State"], ["name", "Name"], ["owner", "Unit"], ["user", "User"], ["pid", "PID"],
	["silence", "Silence"], ["gap", "Longest gap"],
];

const STATUS_LEVEL = { ok: "ok", degraded: "warning", critical: "error" };

class Row {
	constructor(table, key) {
		this.key = key;
		this.panel = null;
		this.toggle = h("button", {
			type: "button", class: "why", "aria-expanded": "false",
			onclick: () => this.togglePanel(table),
		}, "Why");
		this.icon = h("span", { class: "icon", "aria-hidden": "true" });
		this.stateText = h("span");
		this.state = h("span", { class: "state" }, this.icon, this.stateText);
		this.name = h("span", { class: "name" });
		this.owner = h("span", { class: "owner" });
		this.user = h("span");
		this.pid = h("span");
		this.silence = h("span", { class: "figure" });
		this.fill = h("span", { class: "fill" });
		this.tick = h("span", { class: "tick" });
		this.bar = h("span", { class: "bar", "aria-hidden": "true" }, this.fill, this.tick);
		this.gap = h("span", { class: "figure" });
		this.cells = {
			state: [this.state], name: [this.name], owner: [this.owner], user: [this.user],
			pid: [this.pid], silence: [this.bar, this.silence], gap: [this.gap],
		};
		this.element = h("tr", { role: "row" },
			COLUMNS.map(([column, label]) => h("td", {
				role: "cell", "data-label": label, class: `column-${column}`,
			}, this.cells[column])),
			h("td", { role: "cell", class: "column-why" }, this.toggle));
	}

	update(agent, now, user) {
		const status = agent.status || "ok";
		const bar = silenceBar(agent, now);
		const owner = ownerOf(agent);
		const silence = formatDuration(silenceNow(agent, now));

		this.agent = agent;
		setAttribute(this.state, "data-level",
			     agent.stalled ? "error" : STATUS_LEVEL[status] || "warning");
		setText(this.stateText, agent.stalled ?
			`Stalled${agent.reason ? `: ${agent.reason}` : ""}` : status);
		setText(this.name, agent.name || "?");
		this.#updateOwner(owner, unitPage(agent, user));
		setText(this.user, agent.user ?? (agent.uid === undefined ? "–" : String(agent.uid)));
		setText(this.pid, agent.source ? `${agent.ns_pid}` : String(agent.pid ?? "–"));
		setText(this.silence, `${silence} of ${formatMilliseconds(agent.threshold_ms)}`);
		setAttribute(this.bar, "data-level", bar.level);
		this.fill.style.width = `${(bar.silence * 100).toFixed(1)}%`;
		this.tick.hidden = bar.gap === null;
		this.tick.style.left = `${((bar.gap ?? 0) * 100).toFixed(1)}%`;
		setText(this.gap, agent.longest_gap ? formatDuration(agent.longest_gap) : "–");
		setAttribute(this.gap, "data-tight", bar.tight ? "true" : null);
		setAttribute(this.gap, "title", bar.tight ? "More than 80 % of the threshold" : null);
		setAttribute(this.element, "data-stalled", agent.stalled ? "true" : null);
		// A relay's agents run on another machine.
		this.toggle.hidden = Boolean(agent.source) || !agent.pid;
		setAttribute(this.toggle, "aria-label", `Why: ${agent.name}, process ${agent.pid}`);
		this.panel?.update(agent);
	}

	#updateOwner(owner, page) {
		const text = owner.text || "–";

		if (this.owner.textContent === text && this.page === page)
			return;
		this.page = page;
		this.owner.replaceChildren(page ? link(page, text) : text);
		this.owner.title = owner.text;
	}

	togglePanel(table) {
		if (this.panel) {
			this.panel.close();
			this.panel = null;
			this.detail.remove();
		} else {
			this.panel = new WhyPanel(this.agent);
			this.detail = h("tr", { role: "row", class: "detail" },
				h("td", { role: "cell", colspan: COLUMNS.length + 1 }, this.panel.element));
			this.element.after(this.detail);
		}
		setAttribute(this.toggle, "aria-expanded", String(Boolean(this.panel)));
		setAttribute(this.element, "data-open", this.panel ? "true" : null);
		table.draw();
	}
}

export class AgentTable {
	constructor(container, filter, state, title) {
		this.container = container;
		this.filter = filter;
		this.state = state;
		this.title = title;
		this.rows = new Map();
		this.column = "state";
		this.descending = false;
		this.page = 0;
		this.agents = [];
		this.user = null;
		for (const input of [filter, state])
			input.addEventListener("input", () => {
				this.page = 0;
				this.draw();
			});
		this.#build();
	}

	#build() {
		this.headers = COLUMNS.map(([column, label]) => h("th", {
			role: "columnheader", scope: "col", class: `column-${column}`,
		}, h("button", { type: "button", onclick: () => this.sortBy(column) }, label)));
		this.body = h("tbody", { role: "rowgroup" });
		this.element = h("table", { role: "table", class: "agents", "aria-labelledby": "agents-title" },
			h("thead", { role: "rowgroup" }, h("tr", { role: "row" }, this.headers,
				h("th", { role: "columnheader", scope: "col" },
					h("span", { class: "hidden" }, "Details")))),
			this.body);
		// On a narrow page there are no headers to click.
		this.sorter = h("select", { onchange: () => this.sortBy(this.sorter.value) },
			COLUMNS.map(([column, label]) => h("option", { value: column }, label)));
		this.empty = h("p", { class: "empty" });
		this.previous = h("button", { type: "button", onclick: () => this.turn(-1) }, "Previous");
		this.next = h("button", { type: "button", onclick: () => this.turn(1) }, "Next");
		this.position = h("span", { class: "muted" });
		this.pager = h("nav", { class: "pager", "aria-label": "Pages of agents" },
			this.position, this.previous, this.next);
		this.container.append(
			h("label", { class: "narrow-sort" }, "Sort by ", this.sorter),
			this.element, this.empty, this.pager);
	}

	sortBy(column) {
		this.descending = this.column === column && !this.descending;
		this.column = column;
		this.page = 0;
		this.draw();
	}

	turn(step) {
		this.page += step;
		this.draw();
		this.container.scrollIntoView({ block: "nearest" });
	}

	update(agents, emptyText) {
		this.agents = agents;
		this.emptyText = emptyText;
		this.draw();
	}

	draw() {
		const now = Date.now();
		const found = sortAgents(filterAgents(this.agents, this.filter.value, this.state.value),
					 this.column, this.descending);
		const pages = Math.max(1, Math.ceil(found.length / ROWS));

		this.page = Math.min(Math.max(0, this.page), pages - 1);
		const first = this.page * ROWS;
		const shown = found.slice(first, first + ROWS);
		const rows = new Map();

		for (const agent of shown) {
			const key = agentKey(agent);
			const row = this.rows.get(key) || new Row(this, key);

			row.update(agent, now, this.user);
			rows.set(key, row);
		}
		for (const [key, row] of this.rows)
			if (!rows.has(key))
				row.panel?.close();
		this.rows = rows;
		setOrder(this.body, [...rows.values()].flatMap(row =>
			row.panel ? [row.element, row.detail] : [row.element]));
		this.#drawHeaders();
		this.#drawPager(found.length, first, shown.length, pages);
		setText(this.title, found.length === this.agents.length ? "All agents" :
			`${formatCount(found.length, "agent", "agents")} of ${this.agents.length.toLocaleString("en")}`);
	}

	#drawHeaders() {
		COLUMNS.forEach(([column], index) => setAttribute(this.headers[index], "aria-sort",
			column !== this.column ? null : this.descending ? "descending" : "ascending"));
		this.sorter.value = this.column;
	}

	#drawPager(total, first, count, pages) {
		this.element.hidden = !count;
		this.empty.hidden = Boolean(count);
		setText(this.empty, this.agents.length ? "No agent matches." : this.emptyText);
		this.pager.hidden = pages === 1;
		setText(this.position, `${first + 1}–${first + count} of ${total.toLocaleString("en")}`);
		this.previous.disabled = this.page === 0;
		this.next.disabled = this.page === pages - 1;
	}
}

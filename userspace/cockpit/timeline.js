// SPDX-License-Identifier: GPL-2.0-only
//
// The events: a strip of the last hour, and a list.

import { h, setText } from "./dom.js";
import { agentTitle, eventText, formatCount, formatTime } from "./format.js";
import { timelineMarks } from "./model.js";

const SPAN = 3600000;
const SLOTS = 120;
const SHOWN = 15;
const WORDS = { error: "error", warning: "warning", info: "information" };
const LANES = ["error", "warning", "info"];

function item(event) {
	const who = event.ns_pid === undefined ? null : agentTitle(event);

	return h("li", { "data-level": event.severity },
		h("time", { datetime: event.time.toISOString() }, formatTime(event.time)),
		h("span", { class: "icon", role: "img", "aria-label": WORDS[event.severity] ?? "" }),
		h("span", { class: "event" }, who && h("strong", {}, who), who && " ",
			eventText(event), event.pid && who &&
				h("span", { class: "muted" }, ` process ${event.pid}`)));
}

export class Timeline {
	constructor(container) {
		this.strip = h("div", { class: "strip", "aria-hidden": "true" });
		this.scale = h("div", { class: "scale", "aria-hidden": "true" },
			["1 hour ago", "45 min", "30 min", "15 min", "now"]
				.map(text => h("span", {}, text)));
		this.list = h("ol", { class: "events" });
		this.empty = h("p", { class: "empty" }, "No events yet.");
		this.all = false;
		this.more = h("button", {
			type: "button", onclick: () => {
				this.all = !this.all;
				this.draw(this.model);
			},
		});
		container.append(this.strip, this.scale, this.list, this.empty,
			h("div", { class: "pager" }, this.more));
		this.items = new Map();
	}

	draw(model) {
		const shown = model.events.slice(0, this.all ? model.events.length : SHOWN);
		const items = new Map(shown.map(event =>
			[event.id, this.items.get(event.id) || item(event)]));

		this.model = model;
		this.items = items;
		this.list.replaceChildren(...items.values());
		this.empty.hidden = Boolean(shown.length);
		this.more.hidden = model.events.length <= SHOWN;
		setText(this.more, this.all ? "Show fewer" :
			`Show all ${formatCount(model.events.length, "event", "events")}`);
		this.drawStrip(model);
	}

	drawStrip(model) {
		const marks = timelineMarks(model.events, Date.now(), SPAN, SLOTS);

		this.strip.replaceChildren(...marks.map(mark => {
			const element = h("span", { "data-level": mark.severity,
				title: formatCount(mark.count, "event", "events") });

			element.style.left = `${mark.slot / SLOTS * 100}%`;
			element.style.top = `${LANES.indexOf(mark.severity) * 33}%`;
			return element;
		}));
	}
}

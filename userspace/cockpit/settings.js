// SPDX-License-Identifier: GPL-2.0-only
//
// Settings of the module, and the checks of varta doctor.

import { h } from "./dom.js";
import { formatMilliseconds } from "./format.js";
import { parseDoctor, parseModes } from "./model.js";
import * as tool from "./tool.js";

function valueText(name, value) {
	return name.endsWith("_ms") && value ? `${value} (${formatMilliseconds(value)})` : String(value);
}

export class Settings {
	constructor(container) {
		this.body = h("div");
		this.allowed = false;
		this.details = h("details", { ontoggle: () => this.read() },
			h("summary", {}, h("h2", { id: "settings-title" }, "Settings")),
			h("p", { class: "muted" },
				"A change lasts until the module is unloaded. ",
				h("code", {}, "/etc/modprobe.d/varta.conf"), " keeps it."), this.body);
		container.append(this.details);
	}

	setAllowed(allowed) {
		this.allowed = allowed;
		this.read();
	}

	async read() {
		if (!this.details.open || this.body.contains(document.activeElement))
			return;
		try {
			const [config, modes] = await Promise.all([tool.varta(["config", "--json"]),
				tool.settingModes()]);

			this.show(JSON.parse(config), parseModes(modes));
		} catch (error) {
			this.body.replaceChildren(h("p", { class: "empty" },
				error.exit_status === tool.NOT_LOADED ? "The module is not loaded." :
					error.message));
		}
	}

	show(config, writable) {
		this.body.replaceChildren(h("table", { role: "table", class: "settings", "aria-labelledby": "settings-title" },
			h("thead", { role: "rowgroup" }, h("tr", { role: "row" },
				["Setting", "Value", "Change"].map(label =>
					h("th", { role: "columnheader", scope: "col" }, label)))),
			h("tbody", { role: "rowgroup" }, Object.entries(config).map(([name, value]) =>
				this.row(name, value, writable.has(name))))));
	}

	row(name, value, writable) {
		const cell = h("td", { role: "cell", "data-label": "Change" });
		const row = h("tr", { role: "row" },
			h("td", { role: "cell", "data-label": "Setting" }, h("code", {}, name)),
			h("td", { role: "cell", "data-label": "Value" }, valueText(name, value)), cell);

		if (!writable)
			cell.append(h("span", { class: "muted" }, "when the module is loaded"));
		else if (this.allowed)
			cell.append(this.form(name, value));
		else
			cell.append(h("span", { class: "muted" }, "with administrative access"));
		return row;
	}

	form(name, value) {
		const input = h("input", { type: "text", value, "aria-label": `New value of ${name}`,
			inputmode: typeof value === "number" ? "numeric" : "text", size: 10 });
		const failure = h("p", { class: "failure", role: "alert" });
		const form = h("form", {
			class: "inline", onsubmit: async event => {
				event.preventDefault();
				failure.textContent = "";
				try {
					await tool.varta(["config", "set", name, input.value.trim()],
							 { superuser: "require" });
					input.blur();
					button.blur();
					this.read();
				} catch (error) {
					failure.textContent = error.message;
				}
			},
		});
		const button = h("button", { type: "submit", "aria-label": `Set ${name}` }, "Set");

		form.append(input, button, failure);
		return form;
	}
}

const RESULTS = {
	ok: ["ok", "passed"], note: ["warning", "note"], WRONG: ["error", "failed"],
};

export class Doctor {
	constructor(container) {
		this.result = h("div", { role: "status" });
		this.button = h("button", { type: "button", onclick: () => this.run() }, "Run the checks");
		container.append(h("div", { class: "card-head" },
			h("h2", { id: "doctor-title" }, "Installation"), this.button),
		h("p", { class: "muted" }, "Is the module loaded, are beats accepted, can events be received? ",
			h("code", {}, "varta doctor"), " sends a beat to find out, and loads the module if it is not."),
		this.result);
	}

	async run() {
		this.button.disabled = true;
		try {
			const text = await tool.doctor();
			const checks = parseDoctor(text);

			this.result.replaceChildren(checks.length ? this.list(checks) :
				h("pre", {}, text));
		} catch (error) {
			this.result.replaceChildren(h("p", { class: "failure" }, error.message));
		}
		this.button.disabled = false;
	}

	list(checks) {
		return h("ul", { class: "checks" }, checks.map(check => {
			const [level, word] = RESULTS[check.result];

			return h("li", { "data-level": level },
				h("span", { class: "icon", role: "img", "aria-label": word }),
				h("span", {}, h("strong", {}, check.what), ` ${check.text}`,
					check.advice.map(line => h("span", { class: "advice" }, line))));
		}));
	}
}

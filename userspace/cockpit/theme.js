// SPDX-License-Identifier: GPL-2.0-only
//
// Light or dark, as chosen in Cockpit's shell. No module, so that it runs before the page is drawn.

(function () {
	"use strict";

	const system = window.matchMedia("(prefers-color-scheme: dark)");

	function apply(style) {
		const chosen = style || localStorage.getItem("shell:style") || "auto";
		const dark = chosen === "dark" || (chosen === "auto" && system.matches);

		document.documentElement.dataset.theme = dark ? "dark" : "light";
	}

	// From the shell of another tab, and of this one.
	window.addEventListener("storage", event => {
		if (event.key === "shell:style")
			apply();
	});
	window.addEventListener("cockpit-style", event => apply(event.detail.style));
	system.addEventListener("change", () => apply());
	apply();
})();

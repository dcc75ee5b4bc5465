// SPDX-License-Identifier: GPL-2.0-only
//
// See check-manifests. Prints TAP.
//
// Usage: node check.mjs MODULES WORK DASHBOARD MANIFEST...
//
// MODULES has node_modules, and WORK is an empty directory.

import { execFileSync } from "node:child_process";
import { readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";

const [modules, work, dashboardFile, ...files] = process.argv.slice(2);
const require = createRequire(path.join(modules, "package.json"));
const { parseAllDocuments } = require("yaml");
const OPERATOR = "@kubernetes-models/prometheus-operator/monitoring.coreos.com/v1";
const operator = await import(path.join(modules, "node_modules", OPERATOR, "index.js"));

let number = 0, failures = 0;

function result(name, problem) {
	number++;
	failures += Boolean(problem);
	for (const line of problem ? problem.trim().split("\n") : [])
		console.log(`# ${line}`);
	console.log(`${problem ? "not ok" : "ok"} ${number} - manifests: ${name}`);
}

// Values of JSON do not have the type of an enumeration, but are the same strings.
const JSON_TYPE = `type Json<T> = T extends string ? \`\${T}\` : T extends (infer U)[] ? Json<U>[] :
	T extends object ? { [K in keyof T]: Json<T[K]> } : T;
`;

symlinkSync(path.join(modules, "node_modules"), path.join(work, "node_modules"));

// problemOfType - What the compiler says of a value that is to be of a type; "" if it is right. Members
// that the type does not have are problems.
function problemOfType(value, module, type) {
	const file = path.join(work, "value.ts");
	const tsc = path.join(modules, "node_modules/typescript/bin/tsc");

	writeFileSync(file, `import type { ${type} } from "${module}";\n${JSON_TYPE}` +
		`export const value: Json<${type}> = ${JSON.stringify(value, null, 1)};\n`);
	try {
		execFileSync(process.execPath, [tsc, "--noEmit", "--strict", "--skipLibCheck",
			"--module", "esnext", "--moduleResolution", "bundler", "--target", "es2022", file],
		{ encoding: "utf8" });
		return "";
	} catch (error) {
		return error.stdout || error.message;
	}
}

// ---- Kubernetes.

function problemOfManifest(manifest) {
	const { apiVersion, kind } = manifest;
	const isOperator = apiVersion === "monitoring.coreos.com/v1";
	const module = isOperator ? OPERATOR : `kubernetes-models/${apiVersion}`;

	try {
		const types = isOperator ? operator : require(`${module}/${kind}`);

		new types[kind](manifest).validate();
	} catch (error) {
		return error.message;
	}
	return problemOfType(manifest, module, `I${kind}`);
}

const manifests = [];

for (const file of files)
	for (const document of parseAllDocuments(readFileSync(file, "utf8"))) {
		const manifest = document.toJS();

		manifests.push(manifest);
		result(`${path.basename(file)}: ${manifest.kind}`, document.errors[0]?.message ||
			problemOfManifest(manifest));
	}

const daemonSet = manifests.find(({ kind }) => kind === "DaemonSet");

for (const [what, change] of [
	["a wrong type", copy => { copy.spec.template.spec.hostPID = "yes"; }],
	["an unknown member", copy => { copy.spec.template.spec.hostPid = true; }],
	["a missing name", copy => { delete copy.spec.template.spec.containers[0].name; }],
]) {
	const copy = structuredClone(daemonSet);

	change(copy);
	result(`${what} is found`, problemOfManifest(copy) ? "" : "it is not");
}

const labels = daemonSet.spec.template.metadata.labels;
const selectors = manifests.flatMap(({ kind, spec }) =>
	kind === "DaemonSet" || kind === "ServiceMonitor" ? [[kind, spec.selector.matchLabels]] :
		kind === "Service" ? [[kind, spec.selector]] : []);

for (const [kind, selector] of selectors)
	result(`${kind} selects the exporter`,
		Object.entries(selector).every(([key, value]) => labels[key] === value) ? "" :
			JSON.stringify(selector));

// ---- Grafana.

const { __comment: _comment, ...dashboard } = JSON.parse(readFileSync(dashboardFile, "utf8"));

result("the dashboard is one of Grafana's type", problemOfType(dashboard, "@grafana/schema", "Dashboard"));
for (const [what, change] of [
	["an unknown member", copy => { copy.panels[0].tragets = []; }],
	["a wrong mode", copy => {
		copy.panels.find(panel => panel.fieldConfig?.defaults?.thresholds)
			.fieldConfig.defaults.thresholds.mode = "relative";
	}],
]) {
	const copy = structuredClone(dashboard);

	change(copy);
	result(`${what} of a dashboard is found`,
		problemOfType(copy, "@grafana/schema", "Dashboard") ? "" : "it is not");
}
// Types do not tell: panels neither overlap nor have the same number.
const ids = dashboard.panels.map(({ id }) => id);

result("panels have numbers of their own", new Set(ids).size === ids.length ? "" : ids.join(" "));
const overlaps = dashboard.panels.flatMap((a, index) => dashboard.panels.slice(index + 1)
	.filter(({ gridPos: b }) => a.gridPos.x < b.x + b.w && b.x < a.gridPos.x + a.gridPos.w &&
		a.gridPos.y < b.y + b.h && b.y < a.gridPos.y + a.gridPos.h)
	.map(b => `${a.title} and ${b.title}`));

result("panels do not overlap", overlaps.join("\n"));
console.log(`1..${number}`);
process.exit(failures ? 1 : 0);

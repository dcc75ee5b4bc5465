// SPDX-License-Identifier: GPL-2.0-only
//
// Draws the panels of a dashboard with Grafana's components. Grafana itself, which puts them
// together, is not part of them: what it does with a panel's options before it draws is here, as
// far as the dashboard needs it. window.input is what draw has written; in the end, window.drawn is a
// list of errors.

import { createRoot } from "react-dom/client";
import { useEffect } from "react";
import { lastValueFrom } from "rxjs";
import {
    applyFieldOverrides, applyNullInsertThreshold, cacheFieldDisplayNames, createTheme, dateTime,
    FieldConfigOptionsRegistry, FieldType, getDisplayValueAlignmentFactors, getFieldDisplayValues,
    identityOverrideProcessor, standardTransformers, standardTransformersRegistry, ThemeContext,
    toDataFrame, transformDataFrame,
} from "@grafana/data";
import {
    BarGauge, BigValue, GlobalStyles, PanelChrome, TimeSeries, VizRepeater,
} from "@grafana/ui";
import { TableNG } from "@grafana/ui/unstable";

const { dashboard, results, start, end, step, width } = window.input;
const errors = [];
window.addEventListener("error", event => errors.push(event.message));

const theme = createTheme({ colors: { mode: "dark" } });
const GAP = 8, ROW = 30, COLUMN = (width - GAP) / 24;
const range = { from: dateTime(start * 1000), to: dateTime(end * 1000) };
const timeRange = { ...range, raw: range };
const asIs = text => text;

// As in Grafana, what a panel does not say has a default, by its type.
const thresholds = { mode: "absolute", steps: [
    { color: "green", value: null }, { color: "red", value: 80 },
] };
const graph = {
    drawStyle: "line", lineInterpolation: "linear", lineWidth: 1, fillOpacity: 0,
    gradientMode: "none", barAlignment: 0, barWidthFactor: 0.6, axisGridShow: true,
    stacking: { mode: "none", group: "A" }, axisPlacement: "auto", axisColorMode: "text",
    scaleDistribution: { type: "linear" }, showPoints: "auto", pointSize: 5, spanNulls: false,
    hideFrom: { legend: false, tooltip: false, viz: false },
};
const defaults = {
    stat: {
        field: { color: { mode: "thresholds" }, thresholds },
        options: { colorMode: "value", graphMode: "area", justifyMode: "auto", textMode: "auto",
            reduceOptions: { calcs: ["lastNotNull"], values: false } },
    },
    bargauge: {
        field: { color: { mode: "thresholds" }, thresholds },
        options: { displayMode: "gradient", orientation: "auto", showUnfilled: true,
            reduceOptions: { calcs: ["lastNotNull"], values: false } },
    },
    table: { field: { color: { mode: "thresholds" }, thresholds, custom: {} } },
    timeseries: {
        field: { color: { mode: "palette-classic" }, thresholds, custom: graph },
        options: { legend: { displayMode: "list", placement: "bottom", showLegend: true,
            calcs: [] } },
    },
};

const registry = new FieldConfigOptionsRegistry(() => [
    ...["unit", "min", "max", "decimals", "color", "thresholds", "mappings", "noValue",
        "displayName"].map(id => [id, false]),
    ...[...Object.keys(graph), "minWidth"].map(id => [id, true]),
].map(([path, isCustom]) => ({
    id: isCustom ? `custom.${path}` : path, path, name: path, isCustom,
    process: identityOverrideProcessor, override: identityOverrideProcessor,
    shouldApply: () => true,
})));

// Some of them have two names.
const transformers = new Map(Object.values(standardTransformers).map(one => [one.id, one]));
standardTransformersRegistry.setInit(() => [...transformers.values()].map(one => ({
    id: one.id, name: one.name, transformation: async () => one,
})));

const merged = (base, other) => {
    if (!base || !other || typeof other !== "object" || Array.isArray(other))
        return other ?? base;
    const keys = new Set([...Object.keys(base), ...Object.keys(other)]);
    return Object.fromEntries([...keys].map(key => [key, merged(base[key], other[key])]));
};

// ---- From what Prometheus says to Grafana's frames.

const number = text => Number(text.replace("Inf", "Infinity"));

function series({ legend, result }) {
    return result.map(({ metric, values, value }) => {
        const samples = values ?? [value];
        const name = legend.replace(/{{\s*(\w+)\s*}}/g, (_, label) => metric[label] ?? "");
        return toDataFrame({ fields: [
            { name: "Time", type: FieldType.time, values: samples.map(one => one[0] * 1000),
                config: { interval: step * 1000 } },
            { name: "Value", type: FieldType.number, values: samples.map(one => number(one[1])),
                labels: metric, config: name ? { displayNameFromDS: name } : {} },
        ] });
    });
}

function table({ result }) {
    const labels = [...new Set(result.flatMap(({ metric }) => Object.keys(metric)))].sort();
    const time = result.map(({ value }) => value[0] * 1000);
    return toDataFrame({ fields: [
        { name: "Time", type: FieldType.time, values: time },
        ...labels.map(name => ({ name, type: FieldType.string, config: { filterable: true },
            values: result.map(({ metric }) => metric[name] ?? "") })),
        { name: "Value", type: FieldType.number,
            values: result.map(({ value }) => number(value[1])) },
    ] });
}

async function framesOf(panel) {
    const frames = panel.targets.flatMap((target, index) => {
        const answer = { legend: target.legendFormat, result: results[panel.id][index] };
        return target.format === "table" ? [table(answer)] : series(answer);
    });
    const transformations = panel.transformations ?? [];
    for (const { id } of transformations)
        if (!transformers.has(id))
            throw new Error(`the transformation ${id} is not known`);
    const data = await lastValueFrom(
        transformDataFrame(transformations, frames, { interpolate: asIs }));
    const fieldConfig = {
        defaults: merged(defaults[panel.type].field, panel.fieldConfig.defaults),
        overrides: panel.fieldConfig.overrides,
    };
    if (!data.length)
        throw new Error("no data");
    const { custom = {}, ...standard } = panel.fieldConfig.defaults;
    for (const id of [...Object.keys(standard), ...Object.keys(custom).map(key => `custom.${key}`)])
        if (!registry.getIfExists(id))
            throw new Error(`the option ${id} is not known`);
    const configured = applyFieldOverrides({
        data, fieldConfig, fieldConfigRegistry: registry, replaceVariables: asIs, theme,
        timeZone: "utc",
    });
    cacheFieldDisplayNames(configured);
    return { fieldConfig, data: configured };
}

// ---- The panels.

function values({ data, fieldConfig, options }, sparkline) {
    return getFieldDisplayValues({
        data, fieldConfig, sparkline, reduceOptions: options.reduceOptions,
        replaceVariables: asIs, theme, timeZone: "utc",
    });
}

// Points are not joined across missing ones.
const gaps = frame => applyNullInsertThreshold({
    frame, refFieldPseudoMin: start * 1000, refFieldPseudoMax: end * 1000,
});

const draw = {
    stat: props => (
        <VizRepeater width={props.width} height={props.height} orientation="auto"
            source={props.data} getValues={() => values(props, true)} renderCounter={0}
            getAlignmentFactors={getDisplayValueAlignmentFactors}
            renderValue={({ value: { display, sparkline }, ...size }) => (
                <BigValue value={display} sparkline={sparkline} theme={theme} {...size}
                    {...props.options} />)} />),
    bargauge: props => (
        <VizRepeater width={props.width} height={props.height} source={props.data}
            orientation={props.options.orientation} getValues={() => values(props, false)}
            renderCounter={0} itemSpacing={8} minVizHeight={16} minVizWidth={8}
            getAlignmentFactors={getDisplayValueAlignmentFactors}
            renderValue={({ value: { display, field, view, colIndex }, ...size }) => (
                <BarGauge value={display} field={field} theme={theme} {...size}
                    display={view?.getFieldDisplayProcessor(colIndex)} itemSpacing={8}
                    {...props.options} />)} />),
    table: ({ data, fieldConfig, width, height }) => (
        <TableNG data={data[0]} fieldConfig={fieldConfig} width={width} height={height}
            cellHeight="sm" />),
    timeseries: ({ data, options, width, height }) => (
        <TimeSeries frames={data.map(gaps)} timeRange={timeRange} timeZone="utc" width={width}
            height={height} legend={options.legend} />),
};

function Panel({ panel, data, fieldConfig }) {
    const { x, y, w, h } = panel.gridPos;
    const place = { position: "absolute", left: GAP + x * COLUMN, top: GAP + y * (ROW + GAP) };
    const size = { width: w * COLUMN - GAP, height: h * (ROW + GAP) - GAP };
    if (panel.type === "row")
        return <h6 style={{ ...place, ...size, lineHeight: "30px" }}>{panel.title}</h6>;
    const options = merged(defaults[panel.type].options ?? {}, panel.options);
    const Draw = draw[panel.type];
    return (
        <div style={place} data-panel={panel.id}>
            <PanelChrome title={panel.title} description={panel.description} {...size}>
                {(width, height) =>
                    <Draw {...{ data, fieldConfig, options, width, height }} />}
            </PanelChrome>
        </div>
    );
}

function Page({ panels }) {
    useEffect(() => {
        document.fonts.ready.then(() => setTimeout(() => {
            window.drawn = errors;
        }, 500));
    }, []);
    return (
        <ThemeContext.Provider value={theme}>
            <GlobalStyles />
            {panels.map(panel => <Panel key={panel.panel.id} {...panel} />)}
        </ThemeContext.Provider>
    );
}

async function main() {
    const panels = [];
    for (const panel of dashboard.panels) {
        if (panel.type === "row") {
            panels.push({ panel });
        } else if (!draw[panel.type]) {
            errors.push(`${panel.title}: a panel of type ${panel.type} is not known`);
        } else {
            try {
                panels.push({ panel, ...await framesOf(panel) });
            } catch (error) {
                errors.push(`${panel.title}: ${error.message}`);
            }
        }
    }
    const bottom = Math.max(...dashboard.panels.map(({ gridPos }) => gridPos.y + gridPos.h));
    document.body.style.height = `${GAP + bottom * (ROW + GAP)}px`;
    createRoot(document.getElementById("page"), { onUncaughtError: failed }).render(<Page panels={panels} />);
}

function failed(error) {
    window.drawn = [...errors, error.stack];
}

main().catch(failed);

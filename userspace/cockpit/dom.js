// SPDX-License-Identifier: GPL-2.0-only
//
// Elements of the document.

// h - A new element. Names that begin with "on" are listeners; null and false leave a value out.
export function h(tag, attributes = {}, ...children) {
	const element = document.createElement(tag);

	for (const [name, value] of Object.entries(attributes)) {
		if (value === null || value === undefined || value === false)
			continue;
		if (name.startsWith("on"))
			element.addEventListener(name.slice(2), value);
		else
			element.setAttribute(name, value === true ? "" : value);
	}
	element.append(...children.flat().filter(child => child !== null && child !== undefined &&
		child !== false));
	return element;
}

// setText - Changes nothing if it is the same: no layout, and no loss of a selection.
export function setText(element, text) {
	if (element.textContent !== text)
		element.textContent = text;
}

export function setAttribute(element, name, value) {
	if (value === null || value === false)
		element.removeAttribute(name);
	else if (element.getAttribute(name) !== String(value))
		element.setAttribute(name, value);
}

// setOrder - Makes these the children, in this order, and moves only those that are elsewhere.
export function setOrder(parent, children) {
	let next = parent.firstChild;

	for (const child of children) {
		if (child === next)
			next = next.nextSibling;
		else
			parent.insertBefore(child, next);
	}
	while (next) {
		const after = next.nextSibling;

		next.remove();
		next = after;
	}
}

// link - To another page of Cockpit.
export function link(page, ...children) {
	return h("a", {
		href: page,
		onclick: event => {
			event.preventDefault();
			window.cockpit.jump(page);
		},
	}, ...children);
}

"use strict";
// The exported lesson: bytes and their meaning are marked together, and one step can fill
// the screen. Without this script everything can be read and printed.
const lesson = document.querySelector(".lesson");
const steps = [...lesson.querySelectorAll(".step")];
const bar = document.querySelector(".bar");
const [previous, next] = bar.querySelectorAll("[data-move]");

const range = (element) => [Number(element.dataset.at), Number(element.dataset.at) + Number(element.dataset.size)];

function mark(event) {
	for (const marked of lesson.querySelectorAll(".marked")) marked.classList.remove("marked");
	const chosen = event.target.closest?.("[data-at]");
	if (!chosen) return;
	const [from, to] = range(chosen);
	for (const other of chosen.closest(".block").querySelectorAll("[data-at]")) {
		const [start, end] = range(other);
		if (start < to && from < end) other.classList.add("marked");
	}
}
for (const kind of ["pointerover", "click", "focusin"]) document.addEventListener(kind, mark);

// The hash names a step, or the section of an experiment.
const current = () => Math.max(0, steps.findIndex((step) => "#" + step.id === location.hash || "#" + step.parentElement.id === location.hash));

function show() {
	const at = current();
	steps.forEach((step, i) => { step.toggleAttribute("data-current", i === at); });
	const single = lesson.dataset.mode === "steps";
	for (const button of bar.querySelectorAll("[data-mode]")) button.setAttribute("aria-pressed", String(button.dataset.mode === lesson.dataset.mode));
	previous.hidden = next.hidden = bar.querySelector(".position").hidden = !single;
	previous.disabled = at === 0;
	next.disabled = at === steps.length - 1;
	bar.querySelector(".position").textContent = `${at + 1} of ${steps.length}`;
}

function move(by) {
	const to = steps[Math.min(steps.length - 1, Math.max(0, current() + by))];
	location.hash = to.id;
	scrollTo(0, 0);
}

addEventListener("hashchange", show);
bar.addEventListener("click", (event) => {
	const button = event.target.closest("button");
	if (!button) return;
	if (button.dataset.mode) lesson.dataset.mode = button.dataset.mode;
	if (button.dataset.move) move(Number(button.dataset.move));
	if (button.dataset.print !== undefined) print();
	show();
});
addEventListener("keydown", (event) => {
	if (lesson.dataset.mode !== "steps" || event.ctrlKey || event.metaKey || event.altKey) return;
	const by = { ArrowRight: 1, PageDown: 1, ArrowLeft: -1, PageUp: -1 }[event.key];
	if (!by) return;
	event.preventDefault();
	move(by);
});

let folded = [];
addEventListener("beforeprint", () => {
	folded = [...document.querySelectorAll("details:not([open])")];
	for (const details of folded) details.open = true;
});
addEventListener("afterprint", () => { for (const details of folded) details.open = false; });
bar.hidden = false;
show();

// @ts-check
import { render } from "preact";
import { effect } from "@preact/signals";
import { html } from "./html.js";
import { beat, follow, summary } from "./live.js";
import { showScheme } from "./session.js";
import { Shell } from "./shell.js";
import { loadTeams } from "./spaces.js";
import { loadVocabulary, vocabulary } from "./vocabulary.js";

showScheme();

/** How long what changes seldom is not asked for again. */
const rest = 3000;
let busy = false, dirty = false;

/** Asks for what all views need: teams and the ready record, and once the vocabulary. */
async function refresh() {
	dirty = busy;
	if (busy) return;
	busy = true;
	try {
		await Promise.all([loadTeams(), vocabulary.peek().length === 0 ? loadVocabulary() : undefined]);
	} catch { /* the stream tells when the simulator is gone */ }
	setTimeout(() => {
		busy = false;
		if (dirty) refresh();
	}, rest);
}

effect(() => {
	if (summary.value && beat.value) refresh();
});
follow();
render(html`<${Shell} />`, /** @type {HTMLElement} */ (document.getElementById("console")));

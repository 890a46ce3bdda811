// @ts-check
import { render } from "preact";
import { effect } from "@preact/signals";
import { html } from "./html.js";
import { follow, beat } from "./live.js";
import { showScheme } from "./session.js";
import { Shell } from "./shell.js";
import { loadTeams } from "./spaces.js";
import { loadVocabulary, vocabulary } from "./vocabulary.js";

showScheme();
let loading = false;
effect(() => {
	if (beat.value.startsWith("undefined") || loading) return;
	loading = true;
	const wanted = [loadTeams()];
	if (vocabulary.peek().length === 0) wanted.push(loadVocabulary());
	Promise.all(wanted).catch(() => { /* the stream tells when the simulator is gone */ }).finally(() => {
		setTimeout(() => { loading = false; }, 1000);
	});
});
follow();
render(html`<${Shell} />`, /** @type {HTMLElement} */ (document.getElementById("console")));

// @ts-check
// Which team the views are narrowed to, and what there is to choose from.
import { computed, signal } from "@preact/signals";
import { get } from "./api.js";
import { route } from "./route.js";

/** @typedef {{team: string, space: boolean, apps: string[], keys: {keyId: string, environments?: string[], topics?: string[]}[], suspended?: boolean}} Team */

export const teams = signal(/** @type {Team[]} */ ([]));
/** The ready record. */
export const info = signal(/** @type {any} */ (null));

/** The team that is chosen, "" for all. */
export const space = computed(() => route.value.words.space ?? "");
/** The team that is chosen, or else the default one. */
export const team = computed(() => space.value || info.value?.defaultTeam?.teamId || "");
/** Whether the chosen team has a clock and faults of its own. */
export const ownSpace = computed(() => teams.value.some((t) => t.team === space.value && t.space));

export async function loadTeams() {
	const [list, record] = await Promise.all([get("/v1/teams?limit=1000"), get("/v1/info")]);
	if (JSON.stringify(list.teams) !== JSON.stringify(teams.value)) teams.value = list.teams;
	if (JSON.stringify(record) !== JSON.stringify(info.value)) info.value = record;
}

// @ts-check
// Which libraries have sent a request since the page was opened.
import { useEffect, useRef, useState } from "preact/hooks";
import { get } from "./api.js";
import { summary } from "./live.js";
import { agents } from "./snippets.js";

/** How many requests are looked at at once; of more than a few pages only the newest are. */
const pageSize = 100, farBehind = 1000;

/** @typedef {{first: Record<string, any>, failure: any}} Found */

/**
 * The first request of each library, and the newest that failed before it was a push.
 * @returns {Found}
 */
export function useFirstRequests() {
	const cursor = useRef(summary.value?.newest ?? 0), busy = useRef(false);
	const [found, set] = useState(/** @type {Found} */ ({ first: {}, failure: null }));
	const [turn, setTurn] = useState(0);
	const newest = summary.value?.newest ?? 0, complete = Object.keys(agents).every((name) => found.first[name]);
	useEffect(() => {
		if (busy.current || complete || newest <= cursor.current) return;
		busy.current = true;
		look(found, cursor, newest).then(set, () => { /* the stream tells when the simulator is gone */ }).finally(() => {
			busy.current = false;
			setTurn((n) => n + 1);
		});
	}, [newest, turn, complete]);
	return found;
}

/** Looks at a page of requests. @param {Found} had @param {{current: number}} cursor @param {number} newest @returns {Promise<Found>} */
async function look(had, cursor, newest) {
	if (newest - cursor.current > farBehind) cursor.current = newest - pageSize;
	const page = await get(`/v1/notifications?order=oldest&limit=${pageSize}&after=${cursor.current}`);
	const list = /** @type {any[]} */ (page.notifications);
	cursor.current = list.length < pageSize ? Math.max(newest, list.at(-1)?.number ?? 0) : list.at(-1).number;
	const first = { ...had.first };
	let failure = had.failure, withoutAgent;
	for (const push of list) {
		if (push.failure) {
			failure = push;
			continue;
		}
		if (!push.userAgent && withoutAgent === undefined && !first[silent[0] ?? ""]) withoutAgent = await hasRequest(push) ? push : undefined;
		for (const [name, { agent }] of Object.entries(agents)) {
			if (!first[name] && (agent === null ? push.userAgent || withoutAgent : agent === "" ? withoutAgent : agent.test(push.userAgent ?? ""))) first[name] = push;
		}
	}
	return { first, failure };
}

/** The libraries that send no user-agent. */
const silent = Object.keys(agents).filter((name) => agents[name]?.agent === "");

/** Whether a push came as a request: a replay did not. @param {any} push */
async function hasRequest(push) {
	return (await get(`/v1/notifications/${push.number}`)).request !== undefined;
}

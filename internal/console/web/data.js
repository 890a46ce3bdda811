// @ts-check
// Data of the control API, fetched when a view appears and whenever something happens.
import { useEffect, useRef, useState } from "preact/hooks";
import { useSignal } from "@preact/signals";
import { get, Problem } from "./api.js";
import { beat, run } from "./live.js";

/** How long what is not there is not asked for again, in milliseconds. */
const pauseAfterMissing = 10000;

/**
 * The response to GET path, asked for again with each beat; one request at a time. Without a
 * path nothing is asked for. What changes without an event is asked for every so many
 * milliseconds as well, while somebody looks.
 * @param {string} path @param {{once?: boolean, every?: number}} [options]
 * @returns {{data: any, error: string, again: () => void}}
 */
export function useData(path, options = {}) {
	const [state, set] = useState(/** @type {{path: string, data: any, error: string}} */ ({ path: "", data: undefined, error: "" }));
	const busy = useRef(/** @type {{path: string, dirty: boolean} | null} */ (null));
	const nudge = useSignal(0), missing = useRef({ path: "", until: 0 });
	const when = `${path} ${options.once ? run.value : beat.value} ${nudge.value}`;
	useEffect(() => {
		if (!path || (missing.current.path === path && Date.now() < missing.current.until)) return;
		if (busy.current?.path === path) {
			busy.current.dirty = true;
			return;
		}
		const turn = { path, dirty: true };
		busy.current = turn;
		(async () => {
			while (turn.dirty && busy.current === turn) {
				turn.dirty = false;
				try {
					const data = await get(path);
					if (busy.current === turn) set({ path, data, error: "" });
				} catch (error) {
					const gone = error instanceof Problem && error.status === 404;
					if (gone) missing.current = { path, until: Date.now() + pauseAfterMissing };
					if (busy.current === turn) set((before) => ({ path, data: before.path === path && !gone ? before.data : undefined, error: messageOf(error) }));
				}
			}
			if (busy.current === turn) busy.current = null;
		})();
	}, [when]);
	useEffect(() => () => { busy.current = null; }, []);
	useEffect(() => {
		if (!options.every) return;
		const timer = setInterval(() => { if (!document.hidden) nudge.value++; }, options.every);
		return () => clearInterval(timer);
	}, [options.every]);
	const current = state.path === path;
	return { data: current ? state.data : undefined, error: current ? state.error : "", again: () => { missing.current.until = 0; nudge.value++; } };
}

/** @param {unknown} error */
export function messageOf(error) {
	return error instanceof Error ? error.message : String(error);
}

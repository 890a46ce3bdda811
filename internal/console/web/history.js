// @ts-check
// The pushes that the list has, the newest first. Pages of the API are merged into it by
// number, so that nothing is doubled; where something between two pages was not asked for,
// there is a gap that can be filled.

/** @typedef {{number: number, id: string, state: string, received: string, [word: string]: any}} Push */
/** @typedef {{list: Push[], gaps: Set<number>, end: boolean}} History */

/** How many pushes the list keeps. */
export const most = 10000;

/** @returns {History} */
export function nothing() {
	return { list: [], gaps: new Set(), end: false };
}

/**
 * Merges a page, which has the newest first, into what there is. A gap is known by the
 * number of the push above it. more says that the page goes on below.
 * @param {History} had @param {Push[]} page @param {boolean} more
 * @param {number} [above] the number of the push that the page was asked for to follow
 * @returns {History}
 */
export function merge(had, page, more, above) {
	const top = above ?? Infinity; // the page has everything from here down to its end
	const bottom = more ? page.at(-1)?.number ?? top : 0;
	const replaced = (/** @type {number} */ n) => n < top && n >= bottom;
	const kept = had.list.filter((p) => !replaced(p.number));
	const all = [...kept, ...page].sort((a, b) => b.number - a.number);
	const list = all.slice(0, most);
	const gaps = new Set([...had.gaps].filter((n) => !replaced(n) && n !== above));
	const overlaps = had.list.some((p) => p.number === bottom);
	if (more && page.length > 0) {
		const below = list.some((p) => p.number < bottom);
		if (below && (!overlaps || had.gaps.has(bottom))) gaps.add(bottom);
	}
	const end = all.length > most || !more || (had.end && list.at(-1)?.number !== bottom);
	return { list, gaps, end };
}

/** Drops what the history has pushed out. @param {History} had @param {number} oldest @returns {History} */
export function forget(had, oldest) {
	if ((had.list.at(-1)?.number ?? oldest) >= oldest) return had;
	return { ...had, list: had.list.filter((p) => p.number >= oldest), end: true };
}

// @ts-check
/** Where the lesson is; "" while there is none. */
export const lesson = /** @type {string} */ ("");

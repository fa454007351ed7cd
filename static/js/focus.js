// @ts-check
// Keeps the keyboard's place when htmx replaces the part of the page that it was in.

const CONTROLS = "a[href], button:not([disabled]), input:not([type=hidden]):not([disabled]), select, textarea, summary";

/** @param {Document} page */
export function keepFocus(page) {
  /** @type {Element | null} */
  let left = null;
  // The button that was pressed is disabled while its form is sent, which takes the focus away.
  page.addEventListener("htmx:beforeRequest", () => {
    if (page.activeElement !== page.body) left = page.activeElement;
  });
  page.addEventListener("htmx:afterSettle", (event) => {
    if (!left || page.activeElement !== page.body) return;
    const changed = /** @type {Element} */ (event.target);
    placeFor(left, changed, page)?.focus({ preventScroll: true });
    left = null;
  });
}

/**
 * Return what takes the focus of an element: itself, its successor, or the first control of what was changed.
 * @param {Element} left
 * @param {Element} changed
 * @param {Document} page
 * @returns {HTMLElement | null}
 */
export function placeFor(left, changed, page) {
  if (left.isConnected) return /** @type {HTMLElement} */ (left);
  const same = left.id ? page.getElementById(left.id) : null;
  return same ?? /** @type {HTMLElement | null} */ (changed.querySelector(CONTROLS));
}

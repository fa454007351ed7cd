// @ts-check
// Shows a line at the top while a request of htmx takes longer than a moment: static/css/base/entrance.css waits with it.

/** @param {Document} page */
export function showProgress(page) {
  let open = 0;
  /** @param {number} change */
  const count = (change) => {
    open = Math.max(0, open + change);
    page.documentElement.classList.toggle("is-loading", open > 0);
  };
  page.addEventListener("htmx:beforeSend", () => count(1));
  page.addEventListener("htmx:afterRequest", () => count(-1));
}

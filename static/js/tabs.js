// @ts-check
// Tabs that do not fit scroll sideways: the current one is brought into view.

/** @param {Document} page */
export function showCurrentTab(page) {
  for (const bar of page.querySelectorAll(".tab-bar")) {
    const current = bar.querySelector("[aria-current], [aria-selected=true]");
    if (current instanceof HTMLElement)
      bar.scrollLeft = current.offsetLeft - (bar.clientWidth - current.offsetWidth) / 2;
  }
}

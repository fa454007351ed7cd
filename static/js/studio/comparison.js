// @ts-check

/**
 * Let the stop button end a running comparison: without its trigger the next line needs a click.
 * @param {Document} page
 */
export function stopComparisons(page) {
  page.addEventListener("click", ({ target }) => {
    if (!(target instanceof Element) || !target.closest("[data-stop]")) return;
    const next = page.querySelector("[data-next]");
    if (next) {
      next.dispatchEvent(new Event("htmx:abort"));
      next.removeAttribute("hx-trigger");
      next.classList.add("is-stopped");
      htmx.process(next);
    }
    page.querySelector(".comparison")?.classList.add("is-stopped");
  });
}

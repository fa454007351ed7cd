// @ts-check

/**
 * Let the stop button end a running comparison: without its trigger the next line needs a click.
 * @param {Document} page
 */
export function stopComparisons(page) {
  page.addEventListener("click", ({ target }) => {
    if (!(target instanceof Element) || !target.closest("[data-stop]")) return;
    const running = page.querySelector("[data-next]");
    if (running) {
      running.dispatchEvent(new Event("htmx:abort"));
      // A copy: htmx does not forget a request that it was told to send a moment later.
      const next = /** @type {Element} */ (running.cloneNode(true));
      next.removeAttribute("hx-trigger");
      next.classList.add("is-stopped");
      running.replaceWith(next);
      htmx.process(next);
    }
    page.querySelector(".comparison")?.classList.add("is-stopped");
  });
}

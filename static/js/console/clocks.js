// @ts-check

/** Returns a duration as a clock shows it, for example 01:02:09. @param {number} milliseconds */
export function clockText(milliseconds) {
  const seconds = Math.max(0, Math.floor(milliseconds / 1000));
  const parts = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  return parts.map((part) => String(part).padStart(2, "0")).join(":");
}

/** Shows the time since `data-since` and the seconds until `data-until` of all such elements. */
export function showClocks() {
  const now = Date.now();
  for (const clock of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll("[data-since]"))) {
    clock.textContent = clockText(now - Date.parse(clock.dataset.since ?? ""));
  }
  for (const left of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll("[data-until]"))) {
    left.textContent = `${Math.max(0, Math.ceil((Date.parse(left.dataset.until ?? "") - now) / 1000))} s`;
  }
}

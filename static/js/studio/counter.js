// @ts-check
// How much of a text field is used: <span data-counts="id of the field"><span data-used></span> / 4000</span>.

const NEAR = 0.9;

/**
 * Return the length that the server counts: a browser sends a line break as two characters.
 * @param {string} text
 */
export function sentLength(text) {
  return text.replace(/\r?\n/g, "\r\n").trim().length;
}

/** @param {Document} page */
export function countText(page) {
  for (const counter of page.querySelectorAll("[data-counts]")) {
    const field = page.getElementById(counter.getAttribute("data-counts") ?? "");
    const used = counter.querySelector("[data-used]");
    if (!(field instanceof HTMLTextAreaElement) || !used) continue;
    const count = () => {
      const length = sentLength(field.value);
      used.textContent = String(length);
      counter.classList.toggle("is-near", length > field.maxLength * NEAR);
    };
    field.addEventListener("input", count);
    count();
  }
}

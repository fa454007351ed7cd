// @ts-check
// Buttons that copy a field's value or an element's text: <button data-copy="its id" data-copied="Copied" hidden><span>Copy</span>.

const SHOWN_MS = 2000;

/**
 * Show the copy buttons where the browser has a clipboard; without one the text beside them can be selected.
 * @param {Document} page
 */
export function offerCopying(page) {
  revealIn(page);
  page.addEventListener("htmx:afterSettle", (event) => revealIn(/** @type {Element} */ (event.target)));
  page.addEventListener("click", (event) => {
    const button = /** @type {Element} */ (event.target).closest("[data-copy]");
    if (button instanceof HTMLElement) copy(button);
  });
}

/** @param {ParentNode} root */
function revealIn(root) {
  for (const button of root.querySelectorAll("[data-copy]")) {
    /** @type {HTMLElement} */ (button).hidden = !navigator.clipboard;
  }
}

/** @param {HTMLElement} button */
async function copy(button) {
  const source = document.getElementById(button.dataset.copy ?? "");
  const words = button.querySelector("span");
  await navigator.clipboard.writeText(source instanceof HTMLInputElement ? source.value : (source?.textContent ?? ""));
  if (!words) return;
  words.dataset.before ??= words.textContent ?? "";
  words.textContent = button.dataset.copied ?? "";
  setTimeout(() => (words.textContent = words.dataset.before ?? ""), SHOWN_MS);
}

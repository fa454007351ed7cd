// @ts-check

/**
 * Replaces the content of elements, by their ids. The keyboard's focus stays on an element that comes back.
 * @param {Record<string, string>} parts
 */
export function replaceParts(parts) {
  const focused = document.activeElement?.id;
  for (const [id, html] of Object.entries(parts)) {
    const element = document.getElementById(id);
    if (!element) continue;
    element.innerHTML = html;
    htmx.process(element);
  }
  if (focused && document.activeElement === document.body) document.getElementById(focused)?.focus();
}

/** @param {Record<string, string>} numbers figures as they are shown, by their names */
export function showNumbers(numbers) {
  for (const [name, text] of Object.entries(numbers)) {
    for (const element of document.querySelectorAll(`[data-number="${name}"]`)) element.textContent = text;
  }
}

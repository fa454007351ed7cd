// @ts-check
// A slider says in its <output> where it stands: in a word for a trait, in a number with its unit otherwise.

// The limits of planner/forms.py: between them the prompt does not mention the trait.
const LOW = 0.35;
const HIGH = 0.65;

/**
 * Return which of a trait's three words fits a value from 0 to 1.
 * @param {number} value
 * @param {{ low?: string, middle?: string, high?: string }} words
 */
export function traitWord(value, { low = "", middle = "", high = "" }) {
  if (value <= LOW) return low;
  return value >= HIGH ? high : middle;
}

/**
 * Return a value in a language's way of writing numbers, with its unit.
 * @param {number} value
 * @param {string} unit
 * @param {string} language
 */
export function measure(value, unit, language) {
  return value.toLocaleString(language) + unit;
}

/** @param {Document} page */
export function followSliders(page) {
  page.addEventListener("input", ({ target }) => {
    if (target instanceof HTMLInputElement && target.type === "range") name(target);
  });
  // A browser restores a form after Back without an event; htmx replaces sliders.
  nameAll(page);
  page.addEventListener("htmx:afterSettle", () => nameAll(page));
}

/** @param {Document} page */
function nameAll(page) {
  for (const slider of page.querySelectorAll("[data-trait], [data-slider]")) {
    if (slider instanceof HTMLInputElement) name(slider);
  }
}

/** @param {HTMLInputElement} slider */
function name(slider) {
  const output = slider.closest(".slider")?.querySelector("output");
  if (!output) return;
  const value = Number(slider.value);
  output.textContent =
    "trait" in slider.dataset
      ? traitWord(value, output.dataset)
      : measure(value, output.dataset.unit ?? "", document.documentElement.lang);
}

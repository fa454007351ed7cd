// @ts-check
// The page of the rules. Without this script its lists are plain text, and a button tests the message.

import { WordList } from "./policy/word_list.js";

const form = /** @type {HTMLFormElement} */ (document.getElementById("policy-form"));
const tried = /** @type {HTMLInputElement} */ (document.getElementById("try-line"));
const note = /** @type {HTMLElement | null} */ (form.querySelector("[data-unsaved]"));

// A form with errors was not saved: then whole lists are tried, not differences to the saved ones.
let isChanged = "bound" in form.dataset;
if (isChanged) tried.setAttribute("hx-params", "*");

function changed() {
  isChanged = true;
  if (note) note.hidden = false;
  if (tried.value.trim()) tried.dispatchEvent(new CustomEvent("retry"));
}

/**
 * Mask what is tried, and what was found in it, until the eye is pressed.
 * @param {Element} panel
 */
function offerRevealing(panel) {
  const eye = /** @type {HTMLElement} */ (panel.querySelector("[data-reveal]"));
  eye.hidden = false;
  panel.classList.add("is-private");
  eye.addEventListener("click", () => {
    const isHidden = panel.classList.toggle("is-private");
    eye.setAttribute("aria-pressed", String(!isHidden));
  });
}

/** @type {HTMLElement} */ (form.querySelector("[data-try-button]")).hidden = true;
offerRevealing(/** @type {Element} */ (form.querySelector(".try")));
for (const root of form.querySelectorAll("[data-terms]")) {
  if (root instanceof HTMLElement) new WordList(root, changed);
}
form.querySelector(".policy-settings")?.addEventListener("change", (event) => {
  const field = /** @type {HTMLInputElement} */ (event.target);
  if (field.name && field.type !== "textarea") changed();
});
// Enter in the message that is tried must not save the rules.
tried.addEventListener("keydown", (event) => {
  if (event.key === "Enter") event.preventDefault();
});
form.addEventListener("submit", () => {
  isChanged = false;
});
window.addEventListener("beforeunload", (event) => {
  if (isChanged) event.preventDefault();
});

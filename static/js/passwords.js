// @ts-check
// The button that shows what was typed as a password: <div class="password"><input><button aria-pressed="false" hidden>Show.

/** @param {Document} page */
export function offerShowing(page) {
  for (const button of page.querySelectorAll(".password > button")) {
    const field = button.parentElement?.querySelector("input");
    if (field && button instanceof HTMLButtonElement) offer(field, button);
  }
}

/**
 * @param {HTMLInputElement} field
 * @param {HTMLButtonElement} button
 */
function offer(field, button) {
  button.hidden = false;
  button.parentElement?.classList.add("password-shown");
  button.addEventListener("click", () => show(field, button, field.type === "password"));
  // A browser offers to keep only what is sent as a password.
  field.form?.addEventListener("submit", () => show(field, button, false));
}

/**
 * @param {HTMLInputElement} field
 * @param {HTMLButtonElement} button
 * @param {boolean} shown
 */
function show(field, button, shown) {
  field.type = shown ? "text" : "password";
  button.setAttribute("aria-pressed", String(shown));
}

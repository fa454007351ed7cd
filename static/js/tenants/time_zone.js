// @ts-check
/** Offers the browser's own time zone, where it is not the chosen one. */

const button = /** @type {HTMLButtonElement} */ (document.getElementById("time-zone-here"));
const field = /** @type {HTMLInputElement} */ (document.getElementById(button.dataset.field ?? ""));
const here = Intl.DateTimeFormat().resolvedOptions().timeZone;

if (here && here !== field.value) {
  /** @type {HTMLElement} */ (button.querySelector("span")).textContent = here;
  button.hidden = false;
  button.addEventListener("click", () => {
    field.value = here;
    button.hidden = true;
    field.focus();
  });
}

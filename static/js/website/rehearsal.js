// @ts-check
/** Starts the rehearsal and plays its overlay in the page: the press that starts it allows the sound. */

const page = /** @type {HTMLElement} */ (document.getElementById("rehearsal"));
const stage = /** @type {HTMLElement} */ (document.getElementById("rehearsal-stage"));
const form = /** @type {HTMLFormElement} */ (document.getElementById("rehearsal-start"));
const ending = /** @type {HTMLFormElement} */ (document.getElementById("rehearsal-end"));
let isRunning = false;

function openOverlay() {
  const frame = document.createElement("iframe");
  frame.src = page.dataset.overlay ?? "";
  frame.allow = "autoplay";
  frame.title = page.dataset.title ?? "";
  stage.replaceChildren(frame);
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  isRunning = true;
  openOverlay();
  htmx.ajax("POST", form.action, { target: "#rehearsal-state", swap: "outerHTML" });
});

ending.addEventListener("submit", () => (isRunning = false));

// A rehearsal that nobody hears would go on alone.
window.addEventListener("pagehide", () => {
  if (isRunning) navigator.sendBeacon(page.dataset.end ?? "", new FormData(ending));
});

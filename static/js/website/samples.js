// @ts-check
/** Plays the samples of the first page, and shows their words as captions on the phone. */

import { lineAt } from "./lines.js";
import { PlayButton } from "./play_button.js";

const phone = /** @type {HTMLElement} */ (document.querySelector(".phone"));
const caption = /** @type {HTMLElement} */ (phone.querySelector("[data-caption]"));
const asked = /** @type {HTMLElement} */ (phone.querySelector("[data-asked]"));
const screen = /** @type {HTMLElement} */ (phone.querySelector("[lang]"));

/** @param {HTMLElement} sample */
function offer(sample) {
  const button = /** @type {HTMLButtonElement} */ (sample.querySelector(".sample-play"));
  const audio = /** @type {HTMLAudioElement} */ (sample.querySelector("audio"));
  const lines = [...sample.querySelectorAll(".sample-lines p")].map((line) => line.textContent ?? "");
  sample.classList.add("is-ready");
  new PlayButton(button, audio, {
    onChange(plays) {
      phone.classList.toggle("is-speaking", plays);
      if (!plays) return;
      screen.lang = sample.lang;
      asked.textContent = sample.dataset.asked ?? "";
    },
  });
  audio.addEventListener("timeupdate", () => {
    const share = audio.currentTime / (audio.duration || 1);
    button.style.setProperty("--heard", `${Math.round(share * 100)}%`);
    if (!audio.paused) caption.textContent = lineAt(lines, share);
  });
}

for (const sample of document.querySelectorAll(".sample")) offer(/** @type {HTMLElement} */ (sample));

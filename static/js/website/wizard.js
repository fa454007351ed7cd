// @ts-check
/** The wizard's pages: proposes the browser's time zone, and plays the hosts. */

import { PlayButton } from "./play_button.js";

const field = document.querySelector('input[data-time-zone="propose"]');
if (field instanceof HTMLInputElement && field.list) {
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  if ([...field.list.options].some((option) => option.value === zone)) field.value = zone;
}

for (const hear of document.querySelectorAll("[data-hear]")) {
  const button = /** @type {HTMLButtonElement} */ (hear.querySelector("button"));
  const audio = /** @type {HTMLAudioElement} */ (hear.querySelector("audio"));
  const failed = /** @type {HTMLElement} */ (hear.querySelector("[data-hear-failed]"));
  hear.classList.add("is-ready");
  new PlayButton(button, audio, {
    onChange: () => (failed.hidden = true),
    onFailure: () => (failed.hidden = false),
  });
}

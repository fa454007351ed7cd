// @ts-check
/** The wizard's pages: proposes the browser's time zone, and plays the hosts. */

import { PlayButton } from "./play_button.js";

const zones = document.querySelector('select[data-time-zone="propose"]');
if (zones instanceof HTMLSelectElement && zones.form) {
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  if ([...zones.options].some((option) => option.value === zone)) zones.value = zone;
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

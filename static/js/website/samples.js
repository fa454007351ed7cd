// @ts-check
/** Plays the samples of the first page, one at a time, and shows their words as captions on the phone. */

const caption = /** @type {HTMLElement} */ (document.querySelector("[data-caption]"));
const asked = /** @type {HTMLElement} */ (document.querySelector("[data-asked]"));

/**
 * The line that is heard after a share of the sound, by the lines' lengths.
 * @param {string[]} lines
 * @param {number} share from 0 to 1
 */
export function lineAt(lines, share) {
  const total = lines.reduce((sum, line) => sum + line.length, 0);
  let end = 0;
  for (const line of lines) {
    end += line.length / total;
    if (share < end) return line;
  }
  return lines[lines.length - 1];
}

class Sample {
  #element;
  #button;
  #audio;
  #lines;

  /** @param {HTMLElement} element */
  constructor(element) {
    this.#element = element;
    this.#button = /** @type {HTMLButtonElement} */ (element.querySelector(".sample-play"));
    this.#audio = /** @type {HTMLAudioElement} */ (element.querySelector("audio"));
    this.#lines = [...element.querySelectorAll(".sample-lines p")].map((line) => line.textContent ?? "");
    element.classList.add("is-ready");
    this.#audio.controls = false;
    this.#button.hidden = false;
    this.#button.addEventListener("click", () => (this.#audio.paused ? this.#audio.play() : this.#audio.pause()));
    for (const event of ["play", "pause", "ended"]) this.#audio.addEventListener(event, () => this.#show());
    this.#audio.addEventListener("timeupdate", () => this.#follow());
  }

  #show() {
    const plays = !this.#audio.paused && !this.#audio.ended;
    this.#button.setAttribute("aria-pressed", String(plays));
    document.querySelector(".phone")?.classList.toggle("is-speaking", plays);
    if (!plays) return;
    for (const other of document.querySelectorAll("audio")) if (other !== this.#audio) other.pause();
    caption.closest("[lang]")?.setAttribute("lang", this.#element.lang);
    asked.textContent = this.#element.dataset.asked ?? "";
  }

  #follow() {
    const share = this.#audio.currentTime / (this.#audio.duration || 1);
    this.#button.style.setProperty("--heard", `${Math.round(share * 100)}%`);
    if (!this.#audio.paused) caption.textContent = lineAt(this.#lines, share);
  }
}

for (const element of document.querySelectorAll(".sample")) new Sample(/** @type {HTMLElement} */ (element));

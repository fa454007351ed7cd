// @ts-check
/** A button that plays and pauses one sound in place of the browser's own controls. */

export class PlayButton {
  #button;
  #audio;

  /**
   * @param {HTMLButtonElement} button
   * @param {HTMLAudioElement} audio
   * @param {{onChange?: (plays: boolean) => void, onFailure?: () => void}} on
   */
  constructor(button, audio, on = {}) {
    this.#button = button;
    this.#audio = audio;
    audio.controls = false;
    button.hidden = false;
    button.addEventListener("click", () => this.#toggle(on.onFailure));
    for (const event of ["play", "pause", "ended"]) audio.addEventListener(event, () => this.#show(on.onChange));
  }

  /** @param {(() => void) | undefined} onFailure */
  async #toggle(onFailure) {
    if (!this.#audio.paused) return this.#audio.pause();
    try {
      await this.#audio.play();
    } catch (error) {
      // Another sound that was begun meanwhile ends this one with an AbortError.
      if (!(error instanceof DOMException && error.name === "AbortError")) onFailure?.();
      this.#audio.load(); // the next press asks again
    }
  }

  /** @param {((plays: boolean) => void) | undefined} onChange */
  #show(onChange) {
    const plays = !this.#audio.paused && !this.#audio.ended;
    this.#button.setAttribute("aria-pressed", String(plays));
    if (plays) for (const other of document.querySelectorAll("audio")) if (other !== this.#audio) other.pause();
    onChange?.(plays);
  }
}

// @ts-check

import { LineHistory } from "./line_history.js";

const STORE = "vivavoce.said";

/** The field for the host's words: the arrow keys bring back what was said before. */
export class Say {
  #history = new LineHistory(JSON.parse(sessionStorage.getItem(STORE) ?? "[]"));

  /** @param {HTMLElement} panel the field's panel, whose content is redrawn after each line */
  constructor(panel) {
    panel.addEventListener("keydown", (event) => this.#onKey(event));
    panel.addEventListener("submit", (event) => this.#onSubmit(event), { capture: true });
  }

  /** @param {KeyboardEvent} event */
  #onKey(event) {
    const field = event.target;
    if (!(field instanceof HTMLInputElement) || field.id !== "say-text") return;
    if (event.key !== "ArrowUp" && event.key !== "ArrowDown") return;
    event.preventDefault();
    field.value = event.key === "ArrowUp" ? this.#history.before(field.value) : this.#history.after(field.value);
    field.setSelectionRange(field.value.length, field.value.length);
  }

  /** @param {Event} event */
  #onSubmit(event) {
    const form = /** @type {HTMLFormElement} */ (event.target);
    const text = String(new FormData(form).get("text") ?? "").trim();
    if (!text || !form.matches(".say-form")) return;
    this.#history.add(text);
    sessionStorage.setItem(STORE, JSON.stringify(this.#history.lines));
  }
}

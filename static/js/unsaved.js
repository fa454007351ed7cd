// @ts-check
// Warns before a form with changes is left: <form data-unsaved>, with a note <p data-unsaved-note hidden> in its bar.

/** Watches one form. A form with `data-unsaved-now` has values that are not stored, such as after an error. */
export class UnsavedForm {
  #form;
  #note;
  #first;
  #changed;

  /**
   * @param {HTMLFormElement} form
   * @param {Window} view
   */
  constructor(form, view = window) {
    this.#form = form;
    this.#note = form.querySelector("[data-unsaved-note]");
    this.#first = this.#values();
    this.#changed = "unsavedNow" in form.dataset;
    for (const event of ["input", "change", "edited"]) form.addEventListener(event, () => this.look());
    form.addEventListener("submit", (event) => this.#sent(event));
    view.addEventListener("beforeunload", (event) => this.#leaving(event));
    this.look();
  }

  /** Whether there is something to lose. */
  get isChanged() {
    return this.#changed || this.#values() !== this.#first;
  }

  /** Show the note while there is something to lose. */
  look() {
    if (this.#note instanceof HTMLElement) this.#note.hidden = !this.isChanged;
  }

  /** Take the values of the form as stored. */
  settle() {
    this.#changed = false;
    this.#first = this.#values();
    this.look();
  }

  #values() {
    const entries = [...new FormData(this.#form)].filter(([name]) => name !== "csrfmiddlewaretoken");
    return JSON.stringify(entries.map(([name, value]) => [name, value instanceof File ? value.name : value]));
  }

  /** @param {SubmitEvent} event */
  #sent(event) {
    // A button that only plays or tests something stores nothing.
    if (!event.defaultPrevented && !event.submitter?.hasAttribute("data-no-save")) this.settle();
  }

  /** @param {BeforeUnloadEvent} event */
  #leaving(event) {
    if (this.isChanged) event.preventDefault();
  }
}

for (const form of document.querySelectorAll("form[data-unsaved]")) {
  if (form instanceof HTMLFormElement) new UnsavedForm(form);
}

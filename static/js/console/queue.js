// @ts-check

/** The host's queue: shows what comes next, and sends what the streamer does with a row. */
export class Queue {
  #panel;
  #list;
  #form;
  #template;

  /** @param {HTMLElement} panel */
  constructor(panel) {
    this.#panel = panel;
    this.#list = /** @type {HTMLElement} */ (panel.querySelector("#queue-rows"));
    this.#form = /** @type {HTMLFormElement | null} */ (panel.querySelector("#queue-form"));
    this.#template = /** @type {HTMLTemplateElement} */ (panel.querySelector("#queue-row-template"));
    this.#list.addEventListener("click", (event) => this.#onClick(event));
  }

  /** @param {any} queue a `QueueFrame` */
  show(queue) {
    this.#panel.hidden = !queue.rows.length;
    const more = this.#panel.querySelector("#queue-more");
    if (more) more.textContent = queue.more;
    const known = new Map([...this.#list.children].map((row) => [row.getAttribute("data-id"), row]));
    const rows = queue.rows.map((/** @type {any} */ row) => this.#row(row, known.get(row.id)));
    // Rows that stay are not taken out, so that a press on a button of theirs is not lost.
    const kept = new Set(rows);
    for (const row of [...this.#list.children]) if (!kept.has(row)) row.remove();
    rows.forEach((/** @type {Element} */ row, /** @type {number} */ place) => {
      if (this.#list.children[place] !== row) this.#list.insertBefore(row, this.#list.children[place] ?? null);
    });
    if (queue.problem) this.say(queue.problem, "errorlist");
  }

  /**
   * Answers, pins or removes a message.
   * @param {string} action
   * @param {string} source the message's id
   */
  send(action, source) {
    if (!this.#form) return;
    const fields = /** @type {any} */ (this.#form.elements);
    fields.source_id.value = source;
    fields.action.value = action;
    this.#form.requestSubmit();
  }

  /** @param {string} text @param {string} kind */
  say(text, kind) {
    const said = /** @type {HTMLElement} */ (this.#panel.querySelector("#queue-said"));
    if (said.textContent === text) return;
    const words = document.createElement("p");
    words.className = kind;
    words.textContent = text;
    said.replaceChildren(words);
    this.#panel.hidden = false;
  }

  /** @param {any} row @param {Element} [known] */
  #row(row, known) {
    const made = known ?? /** @type {Element} */ (this.#template.content.firstElementChild?.cloneNode(true));
    made.setAttribute("data-id", row.id);
    made.setAttribute("data-hold", row.hold);
    for (const [selector, text] of [
      [".row-name", row.name],
      [".row-text", row.text],
      [".queue-why", row.why],
    ]) {
      const element = made.querySelector(selector);
      if (element && element.textContent !== text) element.textContent = text;
    }
    const pin = /** @type {HTMLElement | null} */ (made.querySelector("[data-action=pin]"));
    if (pin) {
      pin.hidden = !row.is_message;
      pin.setAttribute("aria-pressed", String(row.hold === "pinned"));
    }
    const answer = /** @type {HTMLElement | null} */ (made.querySelector("[data-action=answer]"));
    if (answer) answer.hidden = row.hold === "next" || !row.id;
    return made;
  }

  /** @param {Event} event */
  #onClick(event) {
    const button = /** @type {Element} */ (event.target).closest("button");
    const row = button?.closest("li");
    if (!button || !row) return;
    const isPinned = button.getAttribute("aria-pressed") === "true";
    this.send(isPinned ? "unpin" : (button.dataset.action ?? ""), row.dataset.id ?? "");
  }
}

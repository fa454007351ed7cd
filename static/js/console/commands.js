// @ts-check

/**
 * Sends the commands that must be fast over the open socket. Without a socket, or without an answer in time,
 * the form goes the ordinary way.
 */

const ANSWER_WITHIN_MS = 2000;

export class Commands {
  #desk;
  #socket;
  #late = 0;

  /**
   * @param {HTMLElement} desk
   * @param {import("./socket.js").ConsoleSocket} socket
   */
  constructor(desk, socket) {
    this.#desk = desk;
    this.#socket = socket;
    // In the capture phase: before htmx takes the form.
    desk.addEventListener("submit", (event) => this.#onSubmit(event), { capture: true });
    for (const failure of ["htmx:responseError", "htmx:sendError", "htmx:timeout"]) {
      desk.addEventListener(failure, (event) => this.#onFailure(event));
    }
  }

  /** A frame has redrawn the controls. */
  answered() {
    clearTimeout(this.#late);
    this.#desk.removeAttribute("data-command-sent");
  }

  /** @param {SubmitEvent} event */
  #onSubmit(event) {
    const form = /** @type {HTMLFormElement} */ (event.target);
    const { command } = form.dataset;
    if (!command || form.dataset.asForm !== undefined || !this.#socket.send(command)) return;
    event.preventDefault();
    event.stopPropagation();
    this.#desk.dataset.commandSent = command;
    if (form.popover !== null) form.hidePopover();
    clearTimeout(this.#late);
    this.#late = setTimeout(() => this.#sendAsForm(form), ANSWER_WITHIN_MS);
  }

  /** @param {HTMLFormElement} form */
  #sendAsForm(form) {
    if (!form.isConnected) return;
    form.dataset.asForm = "";
    form.requestSubmit();
  }

  /** The server could not take a form: the socket, which needs no database, may. @param {Event} event */
  #onFailure(event) {
    const { command } = /** @type {HTMLElement} */ (event.target).closest("form")?.dataset ?? {};
    // @ts-expect-error the event's detail is htmx's
    const status = event.detail.xhr?.status;
    if (!command || (status && status < 500) || !this.#socket.send(command)) return;
    event.stopPropagation(); // nothing has failed yet
  }
}

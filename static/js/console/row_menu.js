// @ts-check

const EDGE_PX = 8;

/** The one menu of all chat rows. It opens at the button of a row and acts on that row's message. */
export class RowMenu {
  #menu;
  #feed;
  /** @type {HTMLElement | null} */
  #opener = null;

  /**
   * @param {HTMLElement} menu a popover with the forms
   * @param {HTMLElement} list the element that holds the rows
   * @param {import("./feed.js").Feed} feed
   * @param {(source: string) => void} answer has the host answer a message
   */
  constructor(menu, list, feed, answer) {
    this.#menu = menu;
    this.#feed = feed;
    list.addEventListener("click", (event) => {
      const button = /** @type {Element} */ (event.target).closest("button");
      if (button?.matches(".row-more")) this.#open(button);
      if (button?.matches(".row-answer")) answer(feed.row(button.closest("li")?.id ?? "")?.source ?? "");
    });
    menu.addEventListener("htmx:afterRequest", (event) => {
      // @ts-expect-error the event's detail is htmx's
      if (event.detail.successful) menu.hidePopover();
    });
    menu.addEventListener("toggle", (event) => {
      if (event.newState === "closed") this.#opener?.focus({ preventScroll: true });
    });
  }

  /** @param {HTMLElement} button */
  #open(button) {
    const row = this.#feed.row(button.closest("li")?.id ?? "");
    if (!row) return;
    this.#opener = button;
    for (const field of this.#menu.querySelectorAll("input[name=source_id]")) {
      /** @type {HTMLInputElement} */ (field).value = row.source;
    }
    const forMessages = /** @type {HTMLElement} */ (this.#menu.querySelector(".for-messages"));
    forMessages.hidden = row.group !== "message";
    const note = /** @type {HTMLInputElement | null} */ (this.#menu.querySelector("input[name=note]"));
    if (note) note.value = "";
    const name = this.#menu.querySelector(".row-menu-name bdi");
    if (name) name.textContent = row.name;
    this.#menu.showPopover();
    this.#place(button.getBoundingClientRect());
    /** @type {HTMLElement | null} */ (this.#menu.querySelector("form:not([hidden]) button"))?.focus();
  }

  /** @param {DOMRect} at the button's place */
  #place(at) {
    const { offsetWidth: width, offsetHeight: height } = this.#menu;
    const left = Math.min(Math.max(at.right - width, EDGE_PX), innerWidth - width - EDGE_PX);
    const fitsBelow = at.bottom + height + EDGE_PX < innerHeight;
    const top = fitsBelow ? at.bottom : Math.max(at.top - height, EDGE_PX);
    this.#menu.style.left = `${left}px`;
    this.#menu.style.top = `${top}px`;
  }
}

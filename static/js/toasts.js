// @ts-check
// Messages that may go by. Without this script they stand in the page.

const SHOWN_MS = 8000;

/** Moves messages into their region below the bar at the top and takes them away after some seconds. */
export class Toasts {
  #region;

  /** @param {HTMLElement} region */
  constructor(region) {
    this.#region = region;
  }

  /** Take the messages that the page came with, and those that htmx adds to the region. */
  watch() {
    const added = new MutationObserver((changes) => {
      for (const change of changes) for (const node of change.addedNodes) this.#take(node);
    });
    added.observe(this.#region, { childList: true });
    this.#region.append(...document.querySelectorAll("main [data-toast]"));
  }

  /** @param {Node} node */
  #take(node) {
    if (!(node instanceof HTMLElement)) return;
    node.append(this.#closeButton(node));
    let timer = 0;
    const wait = () => (timer = window.setTimeout(() => node.remove(), SHOWN_MS));
    const hold = () => window.clearTimeout(timer);
    node.addEventListener("mouseenter", hold);
    node.addEventListener("focusin", hold);
    node.addEventListener("mouseleave", wait);
    node.addEventListener("focusout", wait);
    wait();
  }

  /** @param {HTMLElement} toast */
  #closeButton(toast) {
    const template = /** @type {HTMLTemplateElement} */ (document.getElementById("toast-close"));
    const button = /** @type {HTMLElement} */ (template.content.firstElementChild?.cloneNode(true));
    button.addEventListener("click", () => toast.remove());
    return button;
  }
}

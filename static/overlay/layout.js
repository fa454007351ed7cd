// @ts-check
// Applies a layout to the widgets; see overlay/layout.py for its format.

const WIDE = "(min-aspect-ratio: 1/1)";

export class Layout {
  #root;
  #themes;
  #look;
  #layout = null;
  #wide = matchMedia(WIDE);
  #changed;

  /** `themes`: style sheets by theme. `changed(layout, boxes)` is called after each change. */
  constructor(root, themes, changed) {
    this.#root = root;
    this.#themes = themes;
    this.#look = document.getElementById("theme");
    this.#changed = changed;
    this.#wide.addEventListener("change", () => this.#place());
  }

  apply(layout) {
    if (JSON.stringify(layout) === JSON.stringify(this.#layout)) return;
    this.#layout = layout;
    this.#dress();
    this.#place();
  }

  #dress() {
    const { theme, colors, font, words } = this.#layout;
    const sheet = this.#themes[theme];
    if (sheet && this.#look.getAttribute("href") !== sheet) this.#look.setAttribute("href", sheet);
    Object.assign(this.#root.dataset, { theme, font, words });
    for (const name of ["accent", "text", "panel"]) {
      if (colors) this.#root.style.setProperty(`--${name}`, channels(colors[name]));
      else this.#root.style.removeProperty(`--${name}`);
    }
    this.#root.toggleAttribute("data-own-colors", Boolean(colors));
  }

  #place() {
    const boxes = this.#wide.matches ? this.#layout.wide : this.#layout.tall;
    for (const element of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll("[data-widget]"))) {
      const box = boxes[element.dataset.widget];
      element.dataset.on = box.on;
      for (const name of ["x", "y", "w", "h", "size", "opacity", "order"]) {
        element.style.setProperty(`--${name}`, box[name]);
      }
    }
    this.#root.dataset.face = boxes.avatar.on;
    this.#changed(this.#layout, boxes);
  }
}

function channels(color) {
  return [1, 3, 5].map((start) => parseInt(color.slice(start, start + 2), 16)).join(" ");
}

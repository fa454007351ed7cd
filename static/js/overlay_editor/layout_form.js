// @ts-check
// The form as a layout; see overlay/layout.py for the format.

const COLORS = ["accent", "text", "panel"];
const SIDES = ["tall", "wide"];
const TICKED = ["checkbox", "radio"];

export class LayoutForm {
  #form;
  #saved;

  /**
   * @param {HTMLFormElement} form
   * @param {any} saved the stored layout
   */
  constructor(form, saved) {
    this.#form = form;
    this.#saved = saved;
  }

  /**
   * Return the field with a name: its value is a string, and a checkbox is `checked`.
   * @param {string} name
   * @returns {any}
   */
  field(name) {
    return this.#form.elements.namedItem(name);
  }

  /** Return what the form says now, whether it can be saved or not. */
  layout() {
    const layout = {
      ...this.#saved,
      theme: this.field("theme").value,
      font: this.field("font").value,
      words: this.field("words").value,
      avatar: this.field("avatar").value,
      colors: this.#colors(),
      goal: {
        kind: this.field("goal_kind").value,
        target: this.#number("goal_target", 100),
        label: this.field("goal_label").value,
      },
    };
    if (layout.avatar === "own" && !layout.picture) layout.avatar = this.#avatarWithoutPicture();
    for (const side of SIDES) {
      const widgets = Object.keys(this.#saved[side]);
      layout[side] = Object.fromEntries(widgets.map((widget) => [widget, this.box(side, widget)]));
    }
    return layout;
  }

  /**
   * Return a widget's box on a side, in shares of the canvas.
   * @param {string} side "tall" or "wide"
   * @param {string} widget
   */
  box(side, widget) {
    const name = `${side}-${widget}`;
    const old = this.#saved[side][widget];
    /** @param {string} key */
    const share = (key) => this.#number(`${name}-${key}`, old[key] * 100) / 100;
    const box = {
      x: share("x"),
      y: share("y"),
      w: share("w"),
      h: share("h"),
      size: share("size"),
      opacity: share("opacity"),
      on: this.field(`${name}-on`)?.checked ?? true,
      order: this.#number(`${name}-order`, old.order),
    };
    if (widget !== "label") return box;
    return { ...box, w: (old.w / old.size) * box.size, h: (old.h / old.size) * box.size };
  }

  /**
   * Write a widget's place and size into the form.
   * @param {string} side
   * @param {string} widget
   * @param {import("./boxes.js").Box} box
   */
  write(side, widget, box) {
    for (const key of /** @type {const} */ (["x", "y", "w", "h"])) {
      const input = this.field(`${side}-${widget}-${key}`);
      if (input) input.value = (box[key] * 100).toFixed(1);
    }
  }

  /** Fill the colours of the chosen theme in, unless the user has chosen colours. */
  wearThemeColors() {
    const chosen = this.#form.querySelector('[name="theme"]:checked');
    if (this.field("own_colors").checked || !(chosen instanceof HTMLInputElement)) return;
    for (const name of COLORS) this.field(name).value = chosen.dataset[name];
  }

  /** Return the values of all fields, for `restore`. */
  values() {
    return this.#inputs().map(({ type, value, checked }) => (TICKED.includes(type) ? checked : value));
  }

  /** @param {(string | boolean)[]} values */
  restore(values) {
    for (const [i, input] of this.#inputs().entries()) {
      if (TICKED.includes(input.type)) input.checked = Boolean(values[i]);
      else input.value = String(values[i]);
    }
  }

  #inputs() {
    const fields = /** @type {HTMLInputElement[]} */ ([...this.#form.elements]);
    return fields.filter(({ name, type }) => name && !["hidden", "file"].includes(type));
  }

  #colors() {
    if (!this.field("own_colors").checked) return null;
    return Object.fromEntries(COLORS.map((name) => [name, this.field(name).value]));
  }

  #avatarWithoutPicture() {
    return this.#saved.avatar === "own" ? "bubble" : this.#saved.avatar;
  }

  /**
   * @param {string} name
   * @param {number} fallback
   */
  #number(name, fallback) {
    const value = Number.parseFloat(this.field(name)?.value);
    return Number.isFinite(value) ? value : fallback;
  }
}

// @ts-check
// The overlay's editor. The form holds the layout; the editor draws it and writes drags into the form.

import { Handles, percent } from "./overlay_editor/handles.js";
import { History } from "./overlay_editor/history.js";
import { LayoutForm } from "./overlay_editor/layout_form.js";
import { NumberFields } from "./overlay_editor/number_fields.js";
import { shrinkPicture } from "./overlay_editor/picture.js";

/** @type {Record<string, number>} pixels across */
const WIDTHS = { tall: 1080, wide: 1920 };

class Editor {
  #root;
  #form = /** @type {HTMLFormElement} */ (document.getElementById("layout-form"));
  #canvas = /** @type {HTMLElement} */ (document.getElementById("canvas"));
  #preview = /** @type {HTMLIFrameElement} */ (document.getElementById("preview"));
  #undo = /** @type {HTMLButtonElement} */ (document.getElementById("undo"));
  #safeAreas;
  #fields;
  #numbers;
  #history;
  #handles;
  #side = "tall";

  /** @param {HTMLElement} root */
  constructor(root) {
    this.#root = root;
    this.#safeAreas = JSON.parse(root.dataset.safe ?? "{}");
    this.#fields = new LayoutForm(this.#form, JSON.parse(root.dataset.layout ?? "{}"));
    this.#numbers = new NumberFields(this.#form, matchMedia("(max-width: 899px)"));
    this.#history = new History(this.#fields.values());
    const place = /** @type {HTMLElement} */ (document.getElementById("handles"));
    this.#handles = new Handles(place, this.#canvas, {
      box: (widget) => this.#fields.box(this.#side, widget),
      write: (widget, box) => {
        this.#fields.write(this.#side, widget, box);
        this.#draw();
      },
      lines: () => this.#lines(),
      done: () => this.#remember(),
      open: (widget) => this.#open(widget),
    });
  }

  /** Show the preview and follow what the user does. */
  start() {
    for (const button of this.#sideButtons()) {
      button.addEventListener("click", () => this.#choose(button.dataset.canvas ?? this.#side));
    }
    this.#form.addEventListener("input", (event) => this.#entered(event));
    this.#form.addEventListener("change", (event) => this.#changed(event));
    this.#undo.addEventListener("click", () => this.#takeBack());
    new ResizeObserver(() => this.#scale()).observe(this.#canvas);
    addEventListener("message", ({ origin, data }) => {
      if (origin === location.origin && data?.type === "ready") this.#draw();
    });
    const view = /** @type {HTMLElement} */ (this.#root.querySelector(".editor-view"));
    view.hidden = false;
    for (const error of this.#form.querySelectorAll(".box .errorlist")) error.closest(".box")?.setAttribute("open", "");
    this.#choose(this.#side);
  }

  #sideButtons() {
    return /** @type {NodeListOf<HTMLElement>} */ (this.#root.querySelectorAll(".segmented button"));
  }

  #draw() {
    const layout = this.#fields.layout();
    this.#preview.contentWindow?.postMessage({ type: "layout", layout }, location.origin);
    this.#handles.draw(layout[this.#side]);
    this.#numbers.name();
    this.#form.dispatchEvent(new Event("edited")); // a drag writes values without an event of its own
  }

  /** @param {string} side */
  #choose(side) {
    this.#side = side;
    this.#canvas.dataset.canvas = side;
    for (const button of this.#sideButtons()) {
      button.setAttribute("aria-pressed", String(button.dataset.canvas === side));
    }
    for (const boxes of /** @type {NodeListOf<HTMLElement>} */ (this.#form.querySelectorAll(".boxes"))) {
      boxes.hidden = boxes.dataset.canvas !== side;
    }
    this.#frameSafeArea();
    this.#handles.build(this.#widgets());
    this.#scale();
    this.#draw();
  }

  #frameSafeArea() {
    const frame = /** @type {HTMLElement} */ (this.#canvas.querySelector(".safe"));
    const names = ["left", "top", "right", "bottom"];
    for (const [i, name] of names.entries()) frame.style.setProperty(name, percent(this.#safeAreas[this.#side][i]));
  }

  #widgets() {
    const found = this.#form.querySelectorAll(`.boxes[data-canvas="${this.#side}"] .box`);
    return [.../** @type {NodeListOf<HTMLElement>} */ (found)].map((details) => ({
      widget: details.dataset.box ?? "",
      name: details.querySelector(".box-name")?.textContent ?? "",
    }));
  }

  /** Return the lines to snap to: the edges of the safe area, and the middle of the canvas. */
  #lines() {
    const [left, top, right, bottom] = this.#safeAreas[this.#side];
    return [
      [left, 0.5, 1 - right],
      [top, 0.5, 1 - bottom],
    ];
  }

  /** @param {string} widget */
  #open(widget) {
    const details = document.getElementById(`box-${this.#side}-${widget}`);
    details?.setAttribute("open", "");
    details?.scrollIntoView({ block: "center" });
  }

  #scale() {
    this.#preview.style.setProperty("--scale", String(this.#canvas.clientWidth / WIDTHS[this.#side]));
  }

  /** @param {Event} event */
  #entered(event) {
    if (/** @type {HTMLInputElement} */ (event.target).name === "theme") this.#fields.wearThemeColors();
    this.#draw();
  }

  /** @param {Event} event */
  #changed(event) {
    const input = /** @type {HTMLInputElement} */ (event.target);
    if (input.name === "picture") void this.#takePicture(input);
    this.#remember();
  }

  /** @param {HTMLInputElement} input */
  async #takePicture(input) {
    if (!input.files?.length) return;
    try {
      await shrinkPicture(input);
      this.#fields.field("avatar").value = "own";
    } catch {
      // No picture: the server says so when the form is saved.
    }
  }

  #remember() {
    this.#history.record(this.#fields.values());
    this.#undo.disabled = this.#history.isEmpty;
  }

  #takeBack() {
    this.#fields.restore(this.#history.back());
    this.#undo.disabled = this.#history.isEmpty;
    this.#draw();
  }
}

const root = document.getElementById("editor");
if (root) new Editor(root).start();

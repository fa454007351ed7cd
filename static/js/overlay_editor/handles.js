// @ts-check
// A handle for each widget that is on: dragged, or moved with the arrow keys; with Shift it is resized.

import { moved, resized, snapped } from "./boxes.js";

const STEP = 0.005;
/** @type {Record<string, [number, number]>} */
const STEPS = { ArrowLeft: [-STEP, 0], ArrowRight: [STEP, 0], ArrowUp: [0, -STEP], ArrowDown: [0, STEP] };

/** @param {number} share */
export const percent = (share) => `${(share * 100).toFixed(2)}%`;

/**
 * What the handles work on.
 * @typedef {object} Desk
 * @property {(widget: string) => any} box the widget's box as the form has it
 * @property {(widget: string, box: import("./boxes.js").Box) => void} write put a box into the form
 * @property {() => number[][]} lines the lines to snap to, across and down
 * @property {() => void} done a drag or a key press is over
 * @property {(widget: string) => void} open show the widget's numbers
 */

export class Handles {
  #place;
  #canvas;
  #desk;

  /**
   * @param {HTMLElement} place
   * @param {HTMLElement} canvas
   * @param {Desk} desk
   */
  constructor(place, canvas, desk) {
    this.#place = place;
    this.#canvas = canvas;
    this.#desk = desk;
    place.addEventListener("pointerdown", (event) => this.#grab(event));
    place.addEventListener("keydown", (event) => this.#press(event));
    place.addEventListener("dblclick", (event) => {
      const handle = handleOf(event);
      if (handle) desk.open(handle.dataset.widget ?? "");
    });
  }

  /**
   * Build one handle per widget.
   * @param {{ widget: string, name: string }[]} widgets
   */
  build(widgets) {
    this.#place.replaceChildren(
      ...widgets.map(({ widget, name }) => {
        const handle = document.createElement("button");
        const label = document.createElement("span");
        handle.type = "button";
        handle.className = "handle";
        handle.dataset.widget = widget;
        label.textContent = name;
        handle.append(label);
        if (canResize(widget)) handle.append(document.createElement("i"));
        return handle;
      }),
    );
  }

  /** @param {Record<string, any>} boxes by widget */
  draw(boxes) {
    for (const handle of /** @type {Iterable<HTMLElement>} */ (this.#place.children)) {
      const box = boxes[handle.dataset.widget ?? ""];
      handle.hidden = !box.on;
      handle.style.setProperty("left", percent(box.x));
      handle.style.setProperty("top", percent(box.y));
      handle.style.setProperty("width", percent(box.w));
      handle.style.setProperty("height", percent(box.h));
      handle.style.setProperty("z-index", box.order);
    }
  }

  /** @param {PointerEvent} event */
  #grab(event) {
    const handle = handleOf(event);
    if (!handle) return;
    const widget = handle.dataset.widget ?? "";
    const resizing = /** @type {Element} */ (event.target).localName === "i";
    const start = this.#desk.box(widget);
    const { width, height } = this.#canvas.getBoundingClientRect();
    handle.classList.add("is-held");
    handle.setPointerCapture(event.pointerId);
    /** @param {PointerEvent} at */
    const drag = (at) => {
      const by = /** @type {[number, number]} */ ([
        (at.clientX - event.clientX) / width,
        (at.clientY - event.clientY) / height,
      ]);
      this.#desk.write(widget, this.#snap(resizing ? resized(start, ...by) : moved(start, ...by), resizing));
    };
    const drop = () => {
      handle.removeEventListener("pointermove", drag);
      handle.classList.remove("is-held");
      for (const axis of ["x", "y"]) this.#guide(axis, null);
      this.#desk.done();
    };
    handle.addEventListener("pointermove", drag);
    handle.addEventListener("lostpointercapture", drop, { once: true });
  }

  /** @param {KeyboardEvent} event */
  #press(event) {
    const steps = STEPS[event.key];
    const handle = handleOf(event);
    if (!steps || !handle) return;
    event.preventDefault();
    const widget = handle.dataset.widget ?? "";
    const box = this.#desk.box(widget);
    this.#desk.write(widget, event.shiftKey && canResize(widget) ? resized(box, ...steps) : moved(box, ...steps));
    this.#desk.done();
  }

  /**
   * @param {any} box
   * @param {boolean} resizing
   */
  #snap(box, resizing) {
    const [across, down] = this.#desk.lines();
    const first = snapped(box, "x", across, resizing);
    const second = snapped(first.box, "y", down, resizing);
    this.#guide("x", first.line);
    this.#guide("y", second.line);
    return second.box;
  }

  /**
   * Show the line that a box lies on.
   * @param {string} axis
   * @param {number | null} line
   */
  #guide(axis, line) {
    const guide = /** @type {HTMLElement} */ (this.#canvas.querySelector(`.line-${axis}`));
    guide.classList.toggle("is-on", line !== null);
    if (line !== null) guide.style.setProperty(axis === "x" ? "left" : "top", percent(line));
  }
}

/** @param {string} widget */
const canResize = (widget) => widget !== "label";

/**
 * @param {Event} event
 * @returns {HTMLElement | null}
 */
function handleOf(event) {
  return /** @type {Element} */ (event.target).closest(".handle");
}

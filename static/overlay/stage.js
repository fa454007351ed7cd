// The widgets beside chat and caption: each is loaded when it is first switched on, and told what it missed.

import { Layout } from "./layout.js";

const MODULES = {
  alerts: () => import("./widgets/alerts.js"),
  game: () => import("./widgets/game.js"),
  leaders: () => import("./widgets/leaders.js"),
  goal: () => import("./widgets/goal.js"),
  avatar: () => import("./widgets/avatar.js"),
};

export class Stage {
  #tools;
  #layout;
  #boxes = {};
  #settings = null;
  #widgets = new Map();
  #latest = { game: { kind: "", leaders: [] }, tally: {} };

  /** `tools`: level(), the loudness now; still, a media query list; words, by name. */
  constructor(tools) {
    this.#tools = tools;
    const { body, documentElement } = document;
    this.#layout = new Layout(documentElement, JSON.parse(body.dataset.themes), (layout, boxes) => this.#mount(layout, boxes));
    this.#layout.apply(JSON.parse(body.dataset.layout));
  }

  /** Take in any message of the socket. */
  note(message) {
    if (message.type === "state") this.#restore(message);
    if (message.type === "layout") this.#layout.apply(message.layout);
    if (message.type === "game") this.#tell("game", message.game);
    if (message.type === "tally") this.#tell("tally", message.counts);
    if (message.type === "chat") for (const widget of this.#widgets.values()) widget.line?.(message);
    if (message.type === "live" && !message.live) this.#clear();
  }

  #restore({ layout, game, tally }) {
    if (layout) this.#layout.apply(layout);
    this.#tell("game", game ?? { kind: "", leaders: [] });
    this.#tell("tally", tally ?? {});
  }

  #clear() {
    this.#tell("game", { kind: "", leaders: [] });
    this.#tell("tally", {});
    for (const widget of this.#widgets.values()) widget.clear?.();
  }

  #tell(what, value) {
    this.#latest[what] = value;
    for (const widget of this.#widgets.values()) widget[what]?.(value);
  }

  #mount(layout, boxes) {
    this.#settings = layout;
    this.#boxes = boxes;
    for (const name of Object.keys(MODULES)) {
      if (boxes[name].on && !this.#widgets.has(name)) void this.#load(name);
      this.#widgets.get(name)?.set?.(layout, boxes[name].on);
    }
  }

  async #load(name) {
    const { Widget } = await MODULES[name]();
    if (this.#widgets.has(name)) return;
    const widget = new Widget(document.querySelector(`[data-widget="${name}"]`), this.#tools);
    this.#widgets.set(name, widget);
    widget.set?.(this.#settings, this.#boxes[name].on);
    for (const [what, value] of Object.entries(this.#latest)) widget[what]?.(value);
  }
}

/** Make an element with a class and a text; names and texts come from strangers, and are only ever text. */
export function make(tag, className, text = "") {
  const element = document.createElement(tag);
  element.className = className;
  element.textContent = text;
  return element;
}

/** Make a card smaller until it stays within its place. */
export function fit(card, place) {
  for (const share of [1, 0.92, 0.85, 0.78, 0.7, 0.62]) {
    card.style.setProperty("--fit", share);
    if (card.scrollHeight <= place.clientHeight) return;
  }
}

// @ts-check
// Further widgets: each is loaded when it is first switched on, and gets the messages that it missed.

import { Layout } from "./layout.js";

const MODULES = {
  alerts: () => import("./widgets/alerts.js"),
  game: () => import("./widgets/game.js"),
  leaders: () => import("./widgets/leaders.js"),
  goal: () => import("./widgets/goal.js"),
  avatar: () => import("./widgets/avatar.js"),
};

const MAX_EARLY = 20;

export class Stage {
  #tools;
  #layout;
  #boxes = {};
  #settings = null;
  #widgets = new Map();
  #latest = { game: { kind: "", leaders: [] }, tally: {} };
  #loading = 0; // widgets
  #early = []; // lines that came meanwhile

  /**
   * `tools`: level(), the current loudness; still, the reduced-motion query; words, by name; renew(), to reload;
   * placed(), called after the widgets have been placed anew.
   */
  constructor(tools) {
    this.#tools = tools;
    const { body, documentElement } = document;
    this.#layout = new Layout(documentElement, JSON.parse(body.dataset.themes), (layout, boxes) =>
      this.#mount(layout, boxes),
    );
    this.#layout.apply(JSON.parse(body.dataset.layout));
  }

  /** Handle any message of the socket. */
  note(message) {
    if (message.type === "state") this.#restore(message);
    if (message.type === "layout") this.#layout.apply(message.layout);
    if (message.type === "game") this.#tell("game", message.game);
    if (message.type === "tally") this.#tell("tally", message.counts);
    if (message.type === "chat") this.#line(message);
    if (message.type === "live" && !message.live) this.#clear();
  }

  #line(message) {
    for (const widget of this.#widgets.values()) widget.line?.(message);
    if (this.#loading && this.#early.length < MAX_EARLY) this.#early.push(message);
  }

  #restore({ layout, game, tally }) {
    if (layout) this.#layout.apply(layout);
    this.#tell("game", game ?? { kind: "", leaders: [] });
    this.#tell("tally", tally ?? {});
  }

  #clear() {
    this.#tell("game", { kind: "", leaders: [] });
    this.#tell("tally", {});
    this.#early = [];
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
    this.#tools.placed();
  }

  async #load(name) {
    this.#loading += 1;
    const module = await MODULES[name]().catch(() => null);
    this.#loading -= 1;
    const early = this.#early;
    if (!this.#loading) this.#early = [];
    if (module === null) return this.#tools.renew(); // gone with a deployment, or the network was away
    if (this.#widgets.has(name)) return;
    const widget = new module.Widget(document.querySelector(`[data-widget="${name}"]`), this.#tools);
    this.#widgets.set(name, widget);
    widget.set?.(this.#settings, this.#boxes[name].on);
    for (const [what, value] of Object.entries(this.#latest)) widget[what]?.(value);
    for (const message of early) widget.line?.(message);
  }
}

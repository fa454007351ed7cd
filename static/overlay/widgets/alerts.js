// @ts-check
// Gifts, follows and subscriptions, shown one after the other.

import { make } from "../elements.js";

const KINDS = ["gift", "follow", "subscribe"];
const SHOWN_MS = 4200;
const BETWEEN_MS = 500;
const MAX_WAITING = 20;
const SVG = "http://www.w3.org/2000/svg";
const COME = { duration: 420, easing: "cubic-bezier(.2,1.3,.4,1)", fill: "both" };
const GO = { duration: 260, easing: "ease-in", fill: "both" };

export class Widget {
  #place;
  #tools;
  #waiting = [];
  #busy = false;
  #seen = new Set();
  #on = true;

  constructor(place, tools) {
    this.#place = place;
    this.#tools = tools;
  }

  set(_layout, on) {
    this.#on = on;
    if (!on) this.#waiting = [];
  }

  clear() {
    this.#waiting = [];
  }

  line({ id, name, text, kind }) {
    if (!this.#on || !KINDS.includes(kind) || this.#seen.has(id)) return;
    this.#seen.add(id);
    if (this.#seen.size > 200) this.#seen.delete(this.#seen.values().next().value);
    this.#queue({ name, text, kind, more: 0 });
    if (!this.#busy) void this.#show();
  }

  /** Simultaneous follows share an alert; a gift has its own and comes first. */
  #queue(alert) {
    const last = this.#waiting.at(-1);
    if (alert.kind !== "gift" && last?.kind === alert.kind) {
      last.more += 1;
      return;
    }
    const after = this.#waiting.findIndex(({ kind }) => kind !== "gift");
    if (alert.kind === "gift" && after >= 0) this.#waiting.splice(after, 0, alert);
    else this.#waiting.push(alert);
    if (this.#waiting.length > MAX_WAITING) this.#waiting.pop();
  }

  async #show() {
    this.#busy = true;
    while (this.#waiting.length) {
      const card = this.#card(this.#waiting.shift());
      this.#place.replaceChildren(card);
      if (!this.#tools.still.matches) {
        card.animate(
          [
            { opacity: 0, transform: "translateY(40%) scale(.9)" },
            { opacity: 1, transform: "none" },
          ],
          COME,
        );
      }
      await pass(SHOWN_MS);
      if (!this.#tools.still.matches) {
        await card.animate([{ opacity: 1 }, { opacity: 0, transform: "scale(.96)" }], GO).finished;
      }
      card.remove();
      await pass(BETWEEN_MS);
    }
    this.#busy = false;
  }

  #card({ name, text, kind, more }) {
    const card = make("div", "panel alert");
    card.dataset.kind = kind;
    const icon = document.createElementNS(SVG, "svg");
    const use = document.createElementNS(SVG, "use");
    use.setAttribute("href", `#icon-${kind}`);
    icon.append(use);
    const words = make("p", "alert-words");
    words.append(
      make("bdi", "name", more ? `${name} +${more}` : name),
      make("bdi", "text", text || this.#tools.words[kind]),
    );
    card.append(icon, words);
    return card;
  }
}

function pass(ms) {
  return new Promise((done) => setTimeout(done, ms));
}

// @ts-check
// Progress towards the live's goal.

import { make } from "../elements.js";

export class Widget {
  #title = make("bdi", "goal-label");
  #count = make("b", "goal-count");
  #bar = make("i", "goal-bar");
  #card = make("div", "panel goal");
  #words;
  #goal = null;
  #tally = {};

  constructor(place, { words }) {
    this.#words = words;
    const head = make("p", "goal-head");
    head.append(this.#title, this.#count);
    const track = make("div", "goal-track");
    track.append(this.#bar);
    this.#card.append(head, track);
    place.replaceChildren(this.#card);
  }

  set({ goal }) {
    this.#goal = goal;
    this.#show();
  }

  tally(counts) {
    this.#tally = counts;
    this.#show();
  }

  #show() {
    if (!this.#goal) return;
    const { kind, target, label } = this.#goal;
    const reached = this.#tally[kind] ?? 0;
    this.#title.textContent = label || this.#words[`goal_${kind}`];
    this.#count.textContent = `${short(reached)} / ${short(target)}`;
    this.#bar.style.setProperty("transform", `scaleX(${Math.min(reached / target, 1).toFixed(4)})`);
    this.#card.dataset.reached = reached >= target;
  }
}

function short(number) {
  return new Intl.NumberFormat(document.documentElement.lang, { notation: "compact", maximumFractionDigits: 1 }).format(
    number,
  );
}

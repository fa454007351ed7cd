// @ts-check
// The leaderboard of this live's games.

import { fit, make } from "../elements.js";

const PLACES = 5;

export class Widget {
  #place;
  #tools;
  #told = "";

  constructor(place, tools) {
    this.#place = place;
    this.#tools = tools;
  }

  game({ leaders = [] }) {
    const known = leaders.filter(({ name }) => name).slice(0, PLACES);
    const told = JSON.stringify(known);
    if (told === this.#told) return;
    this.#told = told;
    if (!known.length) {
      this.#place.replaceChildren();
      return;
    }
    const card = make("div", "panel leaders");
    const list = make("ol", "leaders-list");
    for (const [i, { name, points }] of known.entries()) {
      const row = make("li", "leader");
      row.append(
        make("b", "leader-place", String(i + 1)),
        make("bdi", "name", name),
        make("span", "leader-points", String(points)),
      );
      list.append(row);
    }
    card.append(make("p", "leaders-title", this.#tools.words.leaders), list);
    this.#place.replaceChildren(card);
    fit(card, this.#place);
    while (card.scrollHeight > this.#place.clientHeight && list.children.length > 1) list.lastElementChild.remove();
  }

  /** Another size may fit more or fewer rows. */
  set() {
    const told = this.#told;
    this.#told = "";
    if (told) this.game({ leaders: JSON.parse(told) });
  }
}

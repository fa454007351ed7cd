// @ts-check
// The running quiz or poll: the question, bars that move with the votes, and the remaining time.

import { fit, make } from "../elements.js";

export class Widget {
  #place;
  #tools;
  #card = null;
  #title;
  #left;
  #time;
  #result;
  #unfitted = false;
  #asked = "";
  #rows = [];
  #longest = 1;

  constructor(place, tools) {
    this.#place = place;
    this.#tools = tools;
  }

  set() {
    this.#unfitted = true;
  }

  game(state) {
    if (!state.kind) {
      this.#place.replaceChildren();
      this.#asked = "";
      return;
    }
    const asked = `${state.kind}|${state.question}|${(state.options ?? []).map(({ text }) => text).join("|")}`;
    if (asked !== this.#asked) this.#build(state, asked);
    this.#update(state);
  }

  #build({ question, options = [] }, asked) {
    this.#asked = asked;
    this.#longest = 1;
    this.#unfitted = true;
    this.#card = make("div", "panel game");
    this.#card.dataset.size = question.length > 60 || options.length > 4 ? "small" : "large";
    const head = make("div", "game-head");
    this.#title = make("p", "game-question", question || this.#tools.words.topic);
    this.#title.dir = "auto";
    this.#left = make("span", "game-left");
    head.append(this.#title, this.#left);
    this.#time = make("i", "game-time");
    this.#result = make("p", "game-result");
    this.#rows = options.map(({ text }, number) => this.#row(text, number));
    const list = make("ol", "game-options");
    list.append(...this.#rows.map(({ item }) => item));
    this.#card.append(head, ...(options.length ? [list] : []), this.#result, this.#time);
    this.#place.replaceChildren(this.#card);
    if (!this.#tools.still.matches) {
      this.#card.animate(
        [
          { opacity: 0, transform: "translateY(6%)" },
          { opacity: 1, transform: "none" },
        ],
        260,
      );
    }
  }

  #row(text, number) {
    const item = make("li", "game-option");
    const bar = make("i", "game-bar");
    const share = make("b", "game-share");
    item.append(bar, make("span", "game-number", String(number + 1)), make("bdi", "game-text", text), share);
    return { item, bar, share };
  }

  #update(state) {
    const options = state.options ?? [];
    const most = Math.max(...options.map(({ votes }) => votes), 1);
    for (const [i, { bar, share, item }] of this.#rows.entries()) {
      const { votes, percent } = options[i];
      bar.style.setProperty("transform", `scaleX(${(percent / 100).toFixed(3)})`);
      share.textContent = `${percent}%`;
      item.dataset.leads = votes === most;
    }
    const left = state.seconds_left;
    this.#longest = Math.max(this.#longest, left);
    this.#card.dataset.phase = state.phase;
    this.#left.textContent = state.phase === "open" ? clock(left) : "";
    // One second ahead, so that the bar arrives with the next message.
    const share = state.phase === "open" ? Math.max(left - 1, 0) / this.#longest : 0;
    this.#time.style.setProperty("transform", `scaleX(${share.toFixed(3)})`);
    this.#show(state);
    if (this.#unfitted) fit(this.#card, this.#place);
    this.#unfitted = false;
  }

  #show({ kind, phase, winner, answer }) {
    const { words } = this.#tools;
    let result = "";
    if (kind === "quiz")
      result =
        phase === "closed"
          ? [winner && `🏆 ${winner}`, answer && `${words.answer} ${answer}`].filter(Boolean).join(" · ")
          : words.quiz;
    else if (phase !== "closed") result = words.poll;
    if (this.#result.textContent === result) return;
    this.#result.textContent = result;
    this.#unfitted = true;
  }
}

function clock(seconds) {
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}

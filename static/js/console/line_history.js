// @ts-check

const STORED = 30;

/** What was typed into a field before, newest last, as a terminal remembers it. */
export class LineHistory {
  /** @type {string[]} */
  #lines;
  #place;
  #draft = "";

  /** @param {string[]} [lines] */
  constructor(lines = []) {
    this.#lines = lines.slice(-STORED);
    this.#place = this.#lines.length;
  }

  get lines() {
    return [...this.#lines];
  }

  /** Adds a line that was sent. @param {string} line */
  add(line) {
    this.#lines = [...this.#lines.filter((known) => known !== line), line].slice(-STORED);
    this.#place = this.#lines.length;
    this.#draft = "";
  }

  /** Returns the line before; `typed` is what the field holds now. @param {string} typed */
  before(typed) {
    if (this.#place === this.#lines.length) this.#draft = typed;
    this.#place = Math.max(0, this.#place - 1);
    return this.#lines[this.#place] ?? typed;
  }

  /** Returns the line after; after the last one, what was being typed. @param {string} typed */
  after(typed) {
    if (this.#place >= this.#lines.length) return typed;
    this.#place += 1;
    return this.#lines[this.#place] ?? this.#draft;
  }
}

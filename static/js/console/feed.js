// @ts-check

import { RowStore } from "./row_store.js";

const SHOWN = 60;
const STORED = 600;
const AT_NEWEST_PX = 24;

/**
 * One feed of the console: shows a window of the newest rows, and stops moving while its reader looks back.
 *
 * The list stands in a reversed column, so that the newest row stays in view without a script.
 */
export class Feed {
  #element;
  #list;
  #empty;
  #jump;
  #make;
  /** @type {RowStore<any>} */
  #store = new RowStore(STORED);
  /** @type {(row: any) => boolean} */
  #matches = () => true;
  #unseen = 0;

  /**
   * @param {HTMLElement} element the scrolled element, with its list and the words of an empty one
   * @param {(row: any, known?: HTMLElement) => HTMLElement} make makes a row's element, or updates a known one
   */
  constructor(element, make) {
    this.#element = element;
    this.#list = /** @type {HTMLElement} */ (element.querySelector("ol"));
    this.#empty = /** @type {HTMLElement} */ (element.querySelector(".feed-empty"));
    this.#jump = /** @type {HTMLButtonElement} */ (element.parentElement?.querySelector(".feed-jump"));
    this.#make = make;
    element.addEventListener("scroll", () => this.#onScroll(), { passive: true });
    this.#jump.addEventListener("click", () => this.jumpToNewest());
  }

  /** @param {any[]} rows all rows from now on */
  replace(rows) {
    this.#store.clear();
    this.#store.put(rows);
    this.#redraw();
  }

  /** @param {any[]} rows new and changed rows */
  update(rows) {
    const isNew = rows.filter((row) => !this.#store.get(row.id) && this.#matches(row)).length;
    this.#store.put(rows);
    if (!this.#isAtNewest) {
      this.#unseen += isNew;
      for (const row of rows) this.#change(row);
      this.#showJump();
      return;
    }
    for (const row of rows) this.#change(row) || this.#append(row);
    while (this.#list.childElementCount > SHOWN) this.#list.firstElementChild?.remove();
    this.#empty.hidden = this.#list.childElementCount > 0;
  }

  /** @param {(row: any) => boolean} matches which rows are shown from now on */
  filter(matches) {
    this.#matches = matches;
    this.#redraw();
  }

  /** @param {string} id */
  row(id) {
    return this.#store.get(id);
  }

  /**
   * Marks a shown row, for example as answered.
   * @param {string} id
   * @param {string} name of the data attribute
   */
  mark(id, name) {
    const row = this.#store.get(id);
    if (!row || row[name]) return;
    row[name] = true;
    this.#change(row);
  }

  jumpToNewest() {
    this.#redraw();
    this.#element.focus({ preventScroll: true });
  }

  get #isAtNewest() {
    return this.#element.scrollTop > -AT_NEWEST_PX;
  }

  #onScroll() {
    if (this.#isAtNewest && this.#unseen) this.#redraw();
    this.#showJump();
  }

  #showJump() {
    const { one = "", many = "", none = "" } = this.#jump.dataset;
    this.#jump.hidden = this.#isAtNewest;
    const words = this.#unseen > 1 ? many.replace("{count}", String(this.#unseen)) : this.#unseen ? one : none;
    if (this.#jump.textContent !== words) this.#jump.textContent = words;
  }

  /** @param {any} row @returns {boolean} whether the row is shown */
  #change(row) {
    const known = document.getElementById(row.id);
    if (!known) return false;
    this.#make(row, known);
    return true;
  }

  /** @param {any} row */
  #append(row) {
    if (this.#matches(row)) this.#list.append(this.#make(row));
  }

  #redraw() {
    this.#unseen = 0;
    const rows = this.#store.newest(this.#matches, SHOWN);
    this.#list.replaceChildren(...rows.map((row) => this.#make(row)));
    this.#element.scrollTop = 0;
    this.#empty.hidden = rows.length > 0;
    this.#jump.hidden = true;
  }
}

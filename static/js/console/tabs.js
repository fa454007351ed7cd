// @ts-check

/** The phone's tabs. On wide screens all panels are visible, and the tabs are not. */
export class Tabs {
  #desk;
  /** @type {HTMLElement[]} */
  #tabs;

  /** @param {HTMLElement} desk */
  constructor(desk) {
    this.#desk = desk;
    this.#tabs = [...desk.querySelectorAll("[role=tab]")].map((tab) => /** @type {HTMLElement} */ (tab));
    for (const tab of this.#tabs) {
      tab.addEventListener("click", () => this.select(tab));
      tab.addEventListener("keydown", (event) => this.#onKey(event, tab));
    }
  }

  /** @param {HTMLElement} chosen */
  select(chosen) {
    for (const tab of this.#tabs) {
      tab.setAttribute("aria-selected", String(tab === chosen));
      tab.tabIndex = tab === chosen ? 0 : -1;
    }
    this.#desk.dataset.tab = chosen.id.replace("tab-", "");
    this.note(this.#desk.dataset.tab, false);
  }

  /**
   * Marks a tab that has something to look at, unless it is open.
   * @param {string} name
   * @param {boolean} isMarked
   */
  note(name, isMarked) {
    const dot = /** @type {HTMLElement | null} */ (document.querySelector(`#tab-${name} .tab-dot`));
    if (dot) dot.hidden = !isMarked || this.#desk.dataset.tab === name;
  }

  /** @param {KeyboardEvent} event @param {HTMLElement} tab */
  #onKey(event, tab) {
    const place = this.#tabs.indexOf(tab);
    const next = nextPlace(event.key, place, this.#tabs.length);
    if (next === place) return;
    event.preventDefault();
    this.select(this.#tabs[next]);
    this.#tabs[next].focus();
  }
}

/**
 * Returns the place of the tab to which a key leads.
 * @param {string} key
 * @param {number} place
 * @param {number} count
 */
export function nextPlace(key, place, count) {
  if (key === "ArrowRight") return (place + 1) % count;
  if (key === "ArrowLeft") return (place + count - 1) % count;
  if (key === "Home") return 0;
  if (key === "End") return count - 1;
  return place;
}

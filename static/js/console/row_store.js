// @ts-check

/**
 * The latest rows of a feed by their ids, oldest first. A row with a known id replaces that row in its place.
 * @template {{ id: string }} Row
 */
export class RowStore {
  /** @type {Map<string, Row>} */
  #rows = new Map();
  #capacity;

  /** @param {number} capacity */
  constructor(capacity) {
    this.#capacity = capacity;
  }

  /**
   * Adds or replaces rows; drops the oldest beyond the capacity.
   * @param {Row[]} rows
   */
  put(rows) {
    for (const row of rows) this.#rows.set(row.id, row);
    for (const id of this.#rows.keys()) {
      if (this.#rows.size <= this.#capacity) break;
      this.#rows.delete(id);
    }
  }

  clear() {
    this.#rows.clear();
  }

  /** @param {string} id */
  get(id) {
    return this.#rows.get(id);
  }

  /**
   * Returns the newest rows that match, at most `limit`, oldest first.
   * @param {(row: Row) => boolean} matches
   * @param {number} limit
   * @returns {Row[]}
   */
  newest(matches, limit) {
    const found = [];
    const rows = [...this.#rows.values()];
    for (let place = rows.length - 1; place >= 0 && found.length < limit; place -= 1) {
      if (matches(rows[place])) found.push(rows[place]);
    }
    return found.reverse();
  }
}

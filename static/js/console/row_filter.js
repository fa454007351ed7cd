// @ts-check

/**
 * Returns whether a row of the chat is shown.
 * @param {{ group: string, risk: string, name: string, text: string }} row
 * @param {string} group message, gift, risk for what the rules have marked, or empty for all
 * @param {string} query words that must occur in the name or the text
 */
export function isShown(row, group, query) {
  if (group === "risk" ? !["medium", "high"].includes(row.risk) : group && row.group !== group) return false;
  return !query || `${row.name} ${row.text}`.toLocaleLowerCase().includes(query);
}

/** The filters above the chat. */
export class RowFilter {
  #group = "";
  #query = "";
  #feed;

  /**
   * @param {HTMLElement} tools the buttons and the search field
   * @param {import("./feed.js").Feed} feed
   */
  constructor(tools, feed) {
    this.#feed = feed;
    const buttons = [...tools.querySelectorAll("button[data-group]")];
    for (const button of buttons) {
      button.addEventListener("click", () => {
        for (const other of buttons) other.setAttribute("aria-pressed", String(other === button));
        this.#group = button.getAttribute("data-group") ?? "";
        this.#apply();
      });
    }
    const search = /** @type {HTMLInputElement} */ (tools.querySelector("input[type=search]"));
    search.addEventListener("input", () => {
      this.#query = search.value.trim().toLocaleLowerCase();
      this.#apply();
    });
  }

  #apply() {
    this.#feed.filter((row) => isShown(row, this.#group, this.#query));
  }
}

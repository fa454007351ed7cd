// @ts-check
// A text field of words as a list to search, add to and remove from. Without this script it is the text field.
// Words stay hidden until somebody asks for them: a screen may be shared.

import { difference, found, readWords } from "./words.js";

const MAX_SHOWN = 300;
const TYPING_MS = 150;

export class WordList {
  #root;
  #changed;
  #area;
  #list;
  #search;
  #adding;
  #saved;
  #words;
  #disclosure;
  #remover;
  #marks;
  #waiting = 0;

  /**
   * @param {HTMLElement} root
   * @param {() => void} changed called after each change
   */
  constructor(root, changed) {
    this.#root = root;
    this.#changed = changed;
    this.#area = /** @type {HTMLTextAreaElement} */ (root.querySelector("textarea"));
    this.#list = this.#part("[data-list]");
    this.#search = /** @type {HTMLInputElement} */ (root.querySelector("[data-search]"));
    this.#adding = /** @type {HTMLInputElement} */ (root.querySelector("[data-add]"));
    this.#saved = readWords(this.#area.defaultValue);
    this.#words = readWords(this.#area.value);
    this.#disclosure = /** @type {HTMLDetailsElement} */ (root.querySelector("[data-words]"));
    this.#remover = /** @type {HTMLTemplateElement} */ (root.querySelector("template"));
    this.#marks = { added: this.#hiddenField("added"), removed: this.#hiddenField("removed") };
    this.#listen();
    this.#part("[data-adding]").hidden = false;
    this.#part(".terms-tools").hidden = false;
    this.#showAsText(root.classList.contains("is-wrong"));
    this.#reveal();
  }

  /**
   * @param {string} selector
   * @returns {HTMLElement}
   */
  #part(selector) {
    return /** @type {HTMLElement} */ (this.#root.querySelector(selector));
  }

  /** @param {string} what */
  #hiddenField(what) {
    const input = document.createElement("input");
    input.type = "hidden";
    input.name = `${this.#root.dataset.name}_${what}`;
    input.dataset.draft = "";
    this.#root.append(input);
    return input;
  }

  /** Show or hide the words as the disclosure is open or closed; hidden words are not in the page's list either. */
  #reveal() {
    this.#adding.classList.toggle("is-masked", !this.#disclosure.open);
    this.#draw();
  }

  #listen() {
    this.#disclosure.addEventListener("toggle", () => this.#reveal());
    this.#search.addEventListener("input", () => this.#draw());
    this.#part("[data-add-button]").addEventListener("click", () => this.#add(this.#adding.value));
    this.#adding.addEventListener("paste", (event) => this.#paste(event));
    for (const field of [this.#adding, this.#search]) {
      field.addEventListener("keydown", (event) => {
        if (event.key !== "Enter") return;
        event.preventDefault();
        if (field === this.#adding) this.#add(field.value);
      });
    }
    this.#list.addEventListener("click", (event) => this.#remove(event));
    this.#area.addEventListener("input", () => {
      clearTimeout(this.#waiting);
      this.#waiting = window.setTimeout(() => {
        this.#words = readWords(this.#area.value);
        this.#report();
      }, TYPING_MS);
    });
    this.#part("[data-as-text]").addEventListener("click", () => this.#showAsText(this.#area.hidden));
  }

  /**
   * A single-line field drops the line breaks of pasted text.
   * @param {ClipboardEvent} event
   */
  #paste(event) {
    const text = event.clipboardData?.getData("text") ?? "";
    if (!text.includes("\n")) return;
    event.preventDefault();
    this.#add(text);
  }

  /** @param {string} text */
  #add(text) {
    const added = readWords(text);
    for (const [key, word] of added) if (!this.#words.has(key)) this.#words.set(key, word);
    this.#adding.value = "";
    this.#search.value = "";
    if (added.size) this.#write();
    this.#adding.focus();
  }

  /** @param {Event} event */
  #remove(event) {
    const item = /** @type {Element} */ (event.target).closest("button")?.parentElement;
    if (!item) return;
    const next = item.nextElementSibling instanceof HTMLElement ? (item.nextElementSibling.dataset.key ?? "") : "";
    this.#words.delete(item.dataset.key ?? "");
    this.#write();
    const button = this.#list.querySelector(`[data-key="${CSS.escape(next)}"] button`);
    /** @type {HTMLElement} */ (button ?? this.#list).focus();
  }

  #write() {
    this.#area.value = [...this.#words.values()].join("\n");
    this.#report();
  }

  #report() {
    const { added, removed } = difference(this.#saved, this.#words);
    this.#marks.added.value = added.join("\n");
    this.#marks.removed.value = removed.join("\n");
    this.#draw();
    this.#changed();
  }

  /** @param {boolean} asText */
  #showAsText(asText) {
    this.#area.hidden = !asText;
    for (const part of this.#root.querySelectorAll(".terms-find, .terms-list")) {
      /** @type {HTMLElement} */ (part).hidden = asText;
    }
    this.#part("[data-as-text]").setAttribute("aria-pressed", String(asText));
    if (!asText) this.#draw();
  }

  /** Draw how many words there are, and those that are searched for; of a long list only the first part. */
  #draw() {
    const texts = this.#root.dataset;
    const size = this.#words.size;
    this.#part("[data-count-text]").textContent = size === 1 ? (texts.countOne ?? "") : fill(texts.count, size);
    const wanted = this.#search.value.trim();
    const entries = this.#disclosure.open ? found(this.#words, wanted) : [];
    const rows = entries.slice(0, MAX_SHOWN).map(([key, word]) => this.#row(key, word));
    if (entries.length > MAX_SHOWN) rows.push(note(fill(texts.more, entries.length - MAX_SHOWN)));
    if (this.#disclosure.open && !entries.length) rows.push(note((wanted ? texts.none : texts.empty) ?? ""));
    this.#list.replaceChildren(...rows);
    this.#part("[data-figure]").textContent = wanted ? fill(texts.found, entries.length) : "";
  }

  /**
   * @param {string} key
   * @param {string} word
   */
  #row(key, word) {
    const item = document.createElement("li");
    const name = document.createElement("span");
    const button = /** @type {HTMLElement} */ (this.#remover.content.firstElementChild?.cloneNode(true));
    item.dataset.key = key;
    item.classList.toggle("is-new", !this.#saved.has(key));
    name.textContent = word;
    name.dir = "auto";
    button.setAttribute("aria-label", (this.#root.dataset.remove ?? "").replace("%s", word));
    item.append(name, button);
    return item;
  }
}

/** @param {string} text */
function note(text) {
  const item = document.createElement("li");
  item.className = "note";
  item.textContent = text;
  return item;
}

/**
 * @param {string | undefined} text with %d
 * @param {number} number
 */
function fill(text, number) {
  return (text ?? "").replace("%d", number.toLocaleString(document.documentElement.lang));
}

// Without this script the lists are plain text, one word a line, and a button tests the line.
// Words stay hidden until somebody asks for them: a screen may be shared.

const SHOWN_AT_MOST = 300;
const clean = (text) =>
  text
    .replace(/\s+/g, " ")
    .trim()
    .replace(/^[# ]+/, "");
const keyOf = (term) => term.toLowerCase();

class Terms {
  constructor(root, changed) {
    this.root = root;
    this.changed = changed;
    this.area = root.querySelector("textarea");
    this.list = root.querySelector("[data-list]");
    this.search = root.querySelector("[data-search]");
    this.adding = root.querySelector("[data-add]");
    this.figure = root.querySelector("[data-figure]");
    this.words = root.querySelector("[data-words]");
    this.size = root.querySelector("[data-count-text]");
    this.saved = this.read(this.area.defaultValue);
    this.terms = this.read(this.area.value);
    this.marks = { added: this.hidden("added"), removed: this.hidden("removed") };
    this.listen();
    root.querySelector("[data-adding]").hidden = false;
    root.querySelector(".terms-tools").hidden = false;
    this.showAsText(root.classList.contains("is-wrong"));
    this.reveal();
  }

  hidden(what) {
    const input = document.createElement("input");
    input.type = "hidden";
    input.name = `${this.root.dataset.name}_${what}`;
    input.dataset.draft = "";
    this.root.append(input);
    return input;
  }

  read(text) {
    const terms = new Map();
    for (const line of text.split("\n")) {
      const term = clean(line);
      if (term && !terms.has(keyOf(term))) terms.set(keyOf(term), term);
    }
    return terms;
  }

  /** Show or hide the words as the disclosure is open or closed; hidden words are not in the page's list either. */
  reveal() {
    this.adding.classList.toggle("is-masked", !this.words.open);
    this.draw();
  }

  listen() {
    this.words.addEventListener("toggle", () => this.reveal());
    this.search.addEventListener("input", () => this.draw());
    this.root.querySelector("[data-add-button]").addEventListener("click", () => this.add(this.adding.value));
    // A single-line field drops the line breaks of pasted text.
    this.adding.addEventListener("paste", (event) => {
      const text = event.clipboardData.getData("text");
      if (!text.includes("\n")) return;
      event.preventDefault();
      this.add(text);
    });
    for (const field of [this.adding, this.search]) {
      field.addEventListener("keydown", (event) => {
        if (event.key !== "Enter") return;
        event.preventDefault();
        if (field === this.adding) this.add(field.value);
      });
    }
    this.list.addEventListener("click", (event) => {
      const button = event.target.closest("button");
      if (!button) return;
      const next = button.parentElement.nextElementSibling?.dataset.key ?? "";
      this.terms.delete(button.parentElement.dataset.key);
      this.write();
      (this.list.querySelector(`[data-key="${CSS.escape(next)}"] button`) ?? this.list).focus();
    });
    this.area.addEventListener("input", () => {
      clearTimeout(this.waiting);
      this.waiting = setTimeout(() => {
        this.terms = this.read(this.area.value);
        this.tell();
      }, 150);
    });
    this.root.querySelector("[data-as-text]").addEventListener("click", () => this.showAsText(this.area.hidden));
  }

  add(text) {
    const found = this.read(text);
    for (const [key, term] of found) if (!this.terms.has(key)) this.terms.set(key, term);
    this.adding.value = "";
    this.search.value = "";
    if (found.size) this.write();
    this.adding.focus();
  }

  write() {
    this.area.value = [...this.terms.values()].join("\n");
    this.tell();
  }

  tell() {
    const added = [...this.terms].filter(([key]) => !this.saved.has(key)).map(([, term]) => term);
    const removed = [...this.saved.keys()].filter((key) => !this.terms.has(key));
    this.marks.added.value = added.join("\n");
    this.marks.removed.value = removed.join("\n");
    this.draw();
    this.changed();
  }

  showAsText(asText) {
    this.area.hidden = !asText;
    for (const part of this.root.querySelectorAll(".terms-find, .terms-list")) part.hidden = asText;
    this.root.querySelector("[data-as-text]").setAttribute("aria-pressed", String(asText));
    if (!asText) this.draw();
  }

  // Newest words first; of long lists only the first part is drawn.
  draw() {
    const words = this.root.dataset;
    this.size.textContent =
      this.terms.size === 1 ? words.countOne : words.count.replace("%d", this.terms.size.toLocaleString());
    if (!this.words.open) {
      this.list.replaceChildren();
      return;
    }
    const wanted = keyOf(this.search.value.trim());
    const found = [];
    for (const entry of this.terms) if (!wanted || entry[0].includes(wanted)) found.push(entry);
    found.reverse();
    const rows = found.slice(0, SHOWN_AT_MOST).map(([key, term]) => this.row(key, term));
    if (found.length > SHOWN_AT_MOST) rows.push(this.note(words.more.replace("%d", found.length - SHOWN_AT_MOST)));
    if (!found.length) rows.push(this.note(wanted ? words.none : words.empty));
    this.list.replaceChildren(...rows);
    this.figure.textContent = wanted ? words.found.replace("%d", found.length.toLocaleString()) : "";
    this.adding.setCustomValidity("");
  }

  row(key, term) {
    const item = document.createElement("li");
    const name = document.createElement("span");
    const button = document.createElement("button");
    item.dataset.key = key;
    item.classList.toggle("is-new", !this.saved.has(key));
    name.textContent = term;
    name.dir = "auto";
    button.type = "button";
    button.setAttribute("aria-label", this.root.dataset.remove.replace("%s", term));
    button.innerHTML = '<svg class="icon" aria-hidden="true"><use href="#icon-x"></use></svg>';
    item.append(name, button);
    return item;
  }

  note(text) {
    const item = document.createElement("li");
    item.className = "note";
    item.textContent = text;
    return item;
  }
}

/** Mask what is tested, and what was found in it, until the eye is pressed. */
function offerRevealing(panel) {
  const eye = panel.querySelector("[data-reveal]");
  eye.hidden = false;
  panel.classList.add("is-private");
  eye.addEventListener("click", () => {
    const hidden = panel.classList.toggle("is-private");
    eye.setAttribute("aria-pressed", String(!hidden));
  });
}

document.addEventListener("DOMContentLoaded", () => {
  const form = document.getElementById("policy-form");
  const line = document.getElementById("try-line");
  const unsaved = form.querySelector("[data-unsaved]");
  form.querySelector("[data-try-button]").hidden = true;
  offerRevealing(form.querySelector(".try"));
  // A form with errors was not saved: send whole lists, not differences to the saved ones.
  let dirty = "bound" in form.dataset;
  if (dirty) line.setAttribute("hx-params", "*");

  const changed = () => {
    dirty = true;
    if (unsaved) unsaved.hidden = false;
    if (line.value.trim()) htmx.trigger(line, "retry");
  };
  for (const root of form.querySelectorAll("[data-terms]")) new Terms(root, changed);
  form.querySelector(".policy-settings").addEventListener("change", (event) => {
    if (event.target.name && !event.target.matches("textarea")) changed();
  });

  // Enter in the test line must not save the rules.
  line.addEventListener("keydown", (event) => {
    if (event.key === "Enter") event.preventDefault();
  });
  form.addEventListener("submit", () => (dirty = false));
  window.addEventListener("beforeunload", (event) => {
    if (dirty) event.preventDefault();
  });
});

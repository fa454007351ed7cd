// @ts-check
// The chat's lines. Names and texts are untrusted: they are set as text only, never as HTML.

const MAX_SHOWN = 8;
const MAX_RETRACTED = 200;
const SLIDE = { duration: 220, easing: "cubic-bezier(.2,.7,.3,1)", composite: "accumulate" };
const SVG = "http://www.w3.org/2000/svg";

export class Chat {
  #list;
  #words;
  #still;
  #retracted = new Set();

  /** `words`: the text of kinds that have none. `still`: the reduced-motion query. */
  constructor(list, words, still) {
    this.#list = list;
    this.#words = words;
    this.#still = still;
    const resized = new ResizeObserver(() => this.#tidy());
    for (const box of [list, list.parentElement]) resized.observe(box);
  }

  /** Replace all lines. */
  reset(lines) {
    this.#list.replaceChildren();
    for (const line of lines.slice(-MAX_SHOWN)) this.#list.append(this.#element(line));
  }

  add(line) {
    if (this.#retracted.has(line.id) || this.#find(line.id)) return;
    const before = this.#list.scrollHeight;
    this.#list.append(this.#element(line));
    const rise = this.#list.scrollHeight - before;
    while (this.#list.children.length > MAX_SHOWN) this.#list.firstElementChild.remove();
    this.#tidy();
    if (this.#still.matches) return;
    // Only the older lines move: the new one appears where it stays, never cut by the edge.
    const [newest, ...older] = [...this.#list.children].reverse();
    for (const line of older) line.animate([{ transform: `translateY(${rise}px)` }, { transform: "none" }], SLIDE);
    newest.animate([{ opacity: 0 }, { opacity: 0, offset: 0.5 }, { opacity: 1 }], SLIDE.duration);
  }

  /** Remove lines, also those not received yet. */
  retract(ids) {
    for (const id of ids) {
      this.#find(id)?.remove();
      this.#retracted.add(id);
      if (this.#retracted.size > MAX_RETRACTED) this.#retracted.delete(this.#retracted.values().next().value);
    }
  }

  /** Hide a line that no longer fits as a whole. */
  #tidy() {
    const over = this.#list.offsetHeight - this.#list.parentElement.clientHeight;
    for (const line of this.#list.children) line.classList.toggle("cut", line.offsetTop < over);
  }

  #find(id) {
    return [...this.#list.children].find((element) => element.dataset.line === id);
  }

  #element({ id, name, text, kind }) {
    const element = document.createElement("li");
    element.dataset.line = id;
    element.dataset.kind = kind;
    const icon = makeIcon(kind);
    if (icon) element.append(icon);
    element.append(makeText("name", name), " ", makeText("text", text || this.#words[kind] || ""));
    return element;
  }
}

function makeText(className, text) {
  const element = document.createElement("bdi");
  element.className = className;
  element.textContent = text;
  return element;
}

function makeIcon(kind) {
  const symbol = `icon-${kind}`;
  if (document.getElementById(symbol)?.localName !== "symbol") return null;
  const icon = document.createElementNS(SVG, "svg");
  const use = document.createElementNS(SVG, "use");
  use.setAttribute("href", `#${symbol}`);
  icon.append(use);
  return icon;
}

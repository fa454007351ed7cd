// @ts-check
// The caption: shows the host's sentence word by word with the audio, and a level meter.

import { makeHabit, Pace } from "./pace.js";

const HOLD_MS = 900;
const READ_MS = 2500; // for a caption whose voice is not heard here: so long, and so long for each character
const READ_CHARACTER_MS = 60;
const LONG = 70;
const VERY_LONG = 140;
const REACH = [2, 1, 0, 1, 2]; // how many frames ago each bar looks: the voice spreads from the middle
const FADE_IN = { duration: 180, easing: "ease-out" };
const FITS = [1, 0.9, 0.8, 0.7, 0.6, 0.5]; // how much smaller a long sentence may be set, to stay in its place

export class Caption {
  #box;
  #text;
  #bars;
  #still;
  #level;
  #levels = [0, 0, 0];
  #utterance = null;
  #timer = 0;
  #moving = false;
  #timings;
  #words = []; // their elements
  #heights = []; // of the text up to and with the line of each word, in rem
  #shown = 0;
  #pace = null;
  #habit = makeHabit();
  #lasts = null; // tells how many milliseconds the sentence sounds; null while all of it is shown
  #since = 0;

  /** `level()` is the current loudness, `still` the reduced-motion query, `timings` the sentences' lengths. */
  constructor(box, level, still, timings) {
    this.#timings = timings;
    this.#box = box;
    this.#text = box.querySelector("p");
    this.#bars = [...box.querySelectorAll("i")];
    this.#level = level;
    this.#still = still;
    // A theme and its fonts may arrive while a sentence is shown.
    document.getElementById("theme").addEventListener("load", () => this.refit());
    document.fonts.addEventListener("loadingdone", () => this.refit());
  }

  /** Show a sentence whose audio starts now, until the utterance ends. */
  speak(utterance, text, language) {
    this.#show(utterance, text, language);
    this.#lasts = this.#timings.start(utterance, text);
    this.#since = performance.now();
    this.#reveal();
    if (this.#moving) return;
    this.#moving = true;
    requestAnimationFrame(() => this.#move());
  }

  /** Show a sentence without audio for its reading time. */
  show({ utterance, text, language }) {
    if (utterance === this.#utterance && text === this.#text.textContent) return;
    this.#show(utterance, text, language);
    this.#lasts = null;
    this.#reveal();
    this.#timer = setTimeout(() => this.hide(null), READ_MS + READ_CHARACTER_MS * text.length);
  }

  /** Handle the end of the utterance: keep its last words for a moment. */
  rest(utterance) {
    if (utterance !== this.#utterance) return;
    this.#moving = false;
    this.#lasts = null;
    this.#reveal();
    this.#timer = setTimeout(() => this.hide(utterance), HOLD_MS);
  }

  /** Hide the caption of an utterance, or any caption if it is null. */
  hide(utterance) {
    if (utterance !== null && utterance !== this.#utterance) return;
    clearTimeout(this.#timer);
    this.#moving = false;
    this.#utterance = null;
    this.#box.hidden = true;
    this.#text.textContent = "";
    this.#words = [];
  }

  /** Fit the sentence again, after its place or its font has changed. */
  refit() {
    if (this.#box.hidden) return;
    this.#fit();
    if (this.#shown > 0) this.#grow();
  }

  /** `language` is missing where it is the page's, which is the show's. */
  #show(utterance, text, language) {
    clearTimeout(this.#timer);
    const fresh = this.#box.hidden || this.#text.textContent !== text;
    this.#utterance = utterance;
    if (language) this.#text.lang = language;
    else this.#text.removeAttribute("lang");
    this.#set(text);
    this.#box.dataset.size = text.length > VERY_LONG ? "small" : text.length > LONG ? "medium" : "large";
    this.#box.hidden = text.trim() === "";
    this.#fit();
    if (fresh && !this.#still.matches) this.#text.animate([{ opacity: 0 }, { opacity: 1 }], FADE_IN);
  }

  /** Split the sentence into word elements; the text between words is unchanged. */
  #set(text) {
    this.#words = [];
    this.#shown = 0;
    const parts = text.split(/(\s+)/);
    this.#pace = new Pace(parts, this.#habit);
    this.#text.replaceChildren(...parts.map((part) => (part.trim() === "" ? part : this.#word(part))));
  }

  #word(text) {
    const element = document.createElement("span");
    element.className = "word";
    element.textContent = text;
    this.#words.push(element);
    return element;
  }

  /** Show the words whose audio has been played; the box grows with their lines. */
  #reveal() {
    const said =
      this.#lasts && !this.#still.matches
        ? this.#pace.said(performance.now() - this.#since, this.#lasts(), this.#level())
        : this.#words.length;
    if (this.#shown >= said) return;
    while (this.#shown < said) this.#words[this.#shown++].classList.add("said");
    this.#grow();
  }

  #grow() {
    this.#text.style.setProperty("--lines", `${this.#heights[this.#shown - 1]}rem`);
  }

  /** Reduce the font size until a long sentence fits its box. */
  #fit() {
    const place = this.#box.parentElement;
    this.#text.style.setProperty("--lines", "none");
    for (const fit of FITS) {
      this.#box.style.setProperty("--fit", fit);
      this.#text.style.width = "";
      if (this.#box.offsetHeight <= place.clientHeight) break;
    }
    this.#hug();
  }

  /** Fit the box to its longest line, because balanced text leaves it half empty. */
  #hug() {
    const range = document.createRange();
    range.selectNodeContents(this.#text);
    const rem = parseFloat(getComputedStyle(document.documentElement).fontSize);
    this.#text.style.width = `${(range.getBoundingClientRect().width / rem + 0.1).toFixed(2)}rem`;
    this.#measure(rem);
  }

  /** Note how high the text is up to each word: the box shows no line whose words are still to come. */
  #measure(rem) {
    const tops = this.#words.map((word) => word.offsetTop);
    const lines = [...new Set(tops)];
    const line = lines.length > 1 ? lines[1] - lines[0] : this.#text.offsetHeight;
    this.#heights = tops.map((top) => ((top - tops[0] + line) / rem).toFixed(2));
    this.#text.style.setProperty("--lines", this.#words.length ? `${this.#heights[0]}rem` : "none");
  }

  #move() {
    if (this.#moving) this.#reveal();
    const level = this.#moving ? Math.min(1, (this.#level() * 4) ** 0.7) : 0;
    this.#levels = [Math.max(level, this.#levels[0] * 0.8), ...this.#levels.slice(0, 2)];
    for (const [i, bar] of this.#bars.entries()) {
      const height = this.#still.matches ? 0.5 : 0.16 + 0.84 * this.#levels[REACH[i]] * (1 - 0.18 * REACH[i]);
      bar.style.transform = `scaleY(${height.toFixed(3)})`;
    }
    if (this.#moving) requestAnimationFrame(() => this.#move());
  }
}

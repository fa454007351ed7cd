// @ts-check
// The start and length of each sentence of an utterance, as far as known.

const MAX_KEPT = 16;
const FIRST_MS_A_CHARACTER = 66; // until the voice has shown how fast it speaks
const LEARNING = 0.3;

export class Timings {
  #utterances = new Map(); // id: {sentences: [{text, at}], end, shown}
  #pace = FIRST_MS_A_CHARACTER;

  /** Handle any message of the socket. */
  note(message) {
    if (message.type === "begin") this.#begin(message);
    const utterance = this.#utterances.get(message.utterance);
    if (!utterance) return;
    if (message.type === "caption") this.#follow(utterance, message);
    if (message.type === "end") this.#end(utterance, message.duration_ms);
  }

  /** For a sentence that starts now, return a function that gives its length in ms; the estimate improves. */
  start(id, text) {
    const utterance = this.#utterances.get(id);
    const guess = () => this.#pace * text.length;
    if (!utterance) return guess;
    const from = utterance.sentences.findIndex((sentence, i) => i >= utterance.shown && sentence.text === text);
    if (from < 0) return guess;
    utterance.shown = from + 1;
    return () => this.#lasts(utterance, from) ?? Math.max(guess(), 1);
  }

  #begin({ utterance, text }) {
    if (this.#utterances.has(utterance)) return;
    this.#utterances.set(utterance, { sentences: [{ text, at: 0 }], end: null, shown: 0 });
    if (this.#utterances.size > MAX_KEPT) this.#utterances.delete(this.#utterances.keys().next().value);
  }

  #follow(utterance, { text, at_ms: at }) {
    const { sentences } = utterance;
    if (sentences.at(-1).at >= at && sentences.at(-1).text === text) return;
    sentences.push({ text, at });
    this.#learn(utterance, sentences.length - 2);
  }

  #end(utterance, duration) {
    utterance.end = duration;
    this.#learn(utterance, utterance.sentences.length - 1);
  }

  #learn(utterance, index) {
    const { length } = utterance.sentences[index].text;
    const lasts = this.#lasts(utterance, index);
    if (length > 10 && lasts > 0) this.#pace += LEARNING * (lasts / length - this.#pace);
  }

  #lasts({ sentences, end }, index) {
    const next = sentences[index + 1]?.at ?? end;
    return next === null ? null : Math.max(next - sentences[index].at, 1);
  }
}

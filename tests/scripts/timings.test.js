import assert from "node:assert/strict";
import { test } from "node:test";

import { Timings } from "../../static/overlay/timings.js";

test("a sentence's length is a guess until the next one begins", () => {
  const timings = new Timings();
  timings.note({ type: "begin", utterance: "u", text: "Hello everybody!" });
  const length = timings.start("u", "Hello everybody!");
  assert.equal(length(), 16 * 66);
  timings.note({ type: "caption", utterance: "u", text: "How are you?", at_ms: 900 });
  assert.equal(length(), 900);
  timings.note({ type: "end", utterance: "u", duration_ms: 1600 });
  assert.equal(timings.start("u", "How are you?")(), 700);
});

test("the guess follows how fast the voice speaks", () => {
  const timings = new Timings();
  const text = "A sentence of some length.";
  timings.note({ type: "begin", utterance: "slow", text });
  timings.note({ type: "end", utterance: "slow", duration_ms: text.length * 100 });
  const guess = timings.start("unknown", text)();
  assert.ok(guess > text.length * 66 && guess < text.length * 100);
});

test("two equal sentences are told apart", () => {
  const timings = new Timings();
  timings.note({ type: "begin", utterance: "u", text: "Ciao!" });
  timings.note({ type: "caption", utterance: "u", text: "Ciao!", at_ms: 300 });
  timings.note({ type: "end", utterance: "u", duration_ms: 1000 });
  assert.equal(timings.start("u", "Ciao!")(), 300);
  assert.equal(timings.start("u", "Ciao!")(), 700);
});

import assert from "node:assert/strict";
import { test } from "node:test";

import { makeHabit, Pace } from "../../static/overlay/pace.js";

const SPEECH = 0.1;
const SILENCE = 0;

test("words come by their share of the sentence while the voice makes no pause", () => {
  const pace = new Pace(["one", " ", "two", " ", "six", " ", "ten"], makeHabit());
  assert.equal(pace.said(0, 1500, SPEECH), 1);
  assert.equal(pace.said(750, 1500, SPEECH), 2);
  assert.equal(pace.said(1500, 1500, SPEECH), 4);
});

test("a word behind a comma waits for the pause, and comes when the voice goes on", () => {
  const pace = new Pace(["Thank", " ", "you,", " ", "Luke"], makeHabit());
  assert.equal(pace.said(500, 1000, SPEECH), 2);
  assert.equal(pace.said(720, 1000, SPEECH), 2);
  assert.equal(pace.said(730, 1000, SILENCE), 2);
  assert.equal(pace.said(840, 1000, SPEECH), 3);
});

test("a voice without pauses makes the words wait less at its next mark", () => {
  const habit = makeHabit();
  const pace = new Pace(["a,", " ", "b,", " ", "c"], habit);
  const first = habit.holdMs;
  for (let ms = 0; ms < 2000; ms += 10) pace.said(ms, 2000, SPEECH);
  assert.ok(habit.holdMs < first);
});

test("at the end of its time the whole sentence stands there", () => {
  assert.equal(new Pace(["a,", " ", "b,", " ", "c"], makeHabit()).said(2000, 2000, SILENCE), 3);
});

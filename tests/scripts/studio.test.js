import assert from "node:assert/strict";
import { test } from "node:test";

import { sentLength } from "../../static/js/studio/counter.js";
import { measure, traitWord } from "../../static/js/studio/sliders.js";

const WORDS = { low: "calm", middle: "no preference", high: "lively" };

test("a trait has its word at both ends and none in the middle", () => {
  assert.deepEqual(
    [0, 0.35, 0.5, 0.65, 1].map((value) => traitWord(value, WORDS)),
    ["calm", "calm", "no preference", "lively", "lively"],
  );
});

test("a number is written in the page's language", () => {
  assert.equal(measure(1.25, " ×", "it"), "1,25 ×");
  assert.equal(measure(1.25, " ×", "en"), "1.25 ×");
});

test("a text counts as the server counts it: trimmed, a line break is two characters", () => {
  assert.equal(sentLength("  a\nb  "), 4);
  assert.equal(sentLength("a\r\nb"), 4);
});

import assert from "node:assert/strict";
import { test } from "node:test";

import { History } from "../../static/js/overlay_editor/history.js";

test("states come back in reverse order, down to the first", () => {
  const history = new History(["a"]);
  history.record(["b"]);
  history.record(["b"]);
  history.record(["c"]);
  assert.deepEqual([history.back(), history.back(), history.isEmpty], [["b"], ["a"], true]);
  assert.deepEqual(history.back(), ["a"]);
});

test("after going back a new state follows the one that is shown", () => {
  const history = new History([1]);
  history.record([2]);
  history.back();
  history.record([3]);
  assert.deepEqual(history.back(), [1]);
});

test("only the last hundred states are kept", () => {
  const history = new History([0]);
  for (let i = 1; i <= 150; i++) history.record([i]);
  let steps = 0;
  while (!history.isEmpty) {
    history.back();
    steps++;
  }
  assert.equal(steps, 100);
});

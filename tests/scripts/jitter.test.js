import assert from "node:assert/strict";
import { test } from "node:test";

import { Jitter, Transit } from "../../static/overlay/jitter.js";

test("a late chunk makes the buffer longer, up to a limit", () => {
  const jitter = new Jitter();
  assert.equal(jitter.lead, 0.3);
  jitter.meet(0.35);
  assert.equal(jitter.lead.toFixed(2), "0.45");
  jitter.meet(2);
  assert.equal(jitter.lead, 0.7);
});

test("an outage is not jitter", () => {
  const jitter = new Jitter();
  jitter.meet(30);
  assert.equal(jitter.lead, 0.3);
});

test("even utterances shorten the buffer step by step, never below its least", () => {
  const jitter = new Jitter();
  jitter.meet(0.4);
  jitter.settle(0.05);
  assert.equal(jitter.lead.toFixed(2), "0.48");
  for (let i = 0; i < 100; i++) jitter.settle(0);
  assert.equal(jitter.lead, 0.3);
});

test("chunks that come as fast as the quickest are in time, though the clocks disagree", () => {
  const transit = new Transit();
  const now = performance.timeOrigin + performance.now();
  assert.equal(transit.note((now + 123_456) % 2 ** 32, 0), 0);
  assert.equal(transit.worst, 0);
});

import assert from "node:assert/strict";
import { test } from "node:test";

import { fadeIn, JOIN_S, makeTail } from "../../static/overlay/fading.js";

test("a stretch begins at silence and is whole after the fade", () => {
  const samples = new Float32Array(1000).fill(1);
  fadeIn(samples, 48000);
  assert.equal(samples[0], 0);
  assert.equal(samples[JOIN_S * 48000], 1);
  assert.ok(samples.every((sample, i) => i === 0 || sample >= samples[i - 1]));
});

test("a stretch shorter than the fade fades over its own length", () => {
  const samples = new Float32Array(4).fill(1);
  fadeIn(samples, 48000);
  assert.deepEqual([...samples], [0, 0.25, 0.5, 0.75]);
});

test("a tail goes from the last sample down to silence", () => {
  const tail = makeTail(-0.5, 48000);
  assert.equal(tail.length, JOIN_S * 48000);
  assert.ok(tail[0] < -0.49 && tail.at(-1) === 0);
});

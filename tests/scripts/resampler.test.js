import assert from "node:assert/strict";
import { test } from "node:test";

import { Resampler } from "../../static/overlay/resampler.js";

const sine = (length, hz, rate) => Float32Array.from({ length }, (_, i) => Math.sin((2 * Math.PI * hz * i) / rate));
const joined = (chunks) => Float32Array.from(chunks.flatMap((chunk) => [...chunk]));

test("chunks come out without seams: the same samples as in one piece", () => {
  const tone = sine(4800, 440, 24000);
  const whole = new Resampler(24000, 48000).feed(tone);
  const stream = new Resampler(24000, 48000);
  const parts = [0, 700, 1033, 2400].map((from, i, all) => stream.feed(tone.slice(from, all[i + 1])));
  const apart = joined(parts);
  assert.equal(apart.length, whole.length);
  assert.ok(apart.every((sample, i) => Math.abs(sample - whole[i]) < 1e-5));
});

test("a tone keeps its pitch and loudness at the new rate", () => {
  const out = new Resampler(24000, 48000).feed(sine(4800, 440, 24000));
  const delay = 32; // half the filter, in samples of the new rate
  const ideal = sine(out.length, 440, 48000);
  const middle = [...out.keys()].slice(200, -200);
  assert.ok(middle.every((i) => Math.abs(out[i] - ideal[i - delay]) < 0.01));
});

test("a lower rate drops what it cannot carry instead of folding it back", () => {
  const out = new Resampler(48000, 16000).feed(sine(9600, 15000, 48000));
  const loudest = Math.max(...[...out].slice(100, -100).map(Math.abs));
  assert.ok(loudest < 0.05, `${loudest}`);
});

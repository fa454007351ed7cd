import assert from "node:assert/strict";
import { test } from "node:test";

import { unpackAudio, VERSION } from "../../static/overlay/frames.js";

function frame({ version = VERSION, rate = 24000, samples = [0, -32768, 16384] } = {}) {
  const view = new DataView(new ArrayBuffer(33 + 2 * samples.length));
  view.setUint8(0, version);
  for (let i = 0; i < 16; i++) view.setUint8(1 + i, i);
  view.setUint32(17, 7);
  view.setUint32(21, rate);
  view.setUint32(25, 1_500_000);
  view.setUint32(29, 42);
  for (const [i, sample] of samples.entries()) view.setInt16(33 + 2 * i, sample, true);
  return view.buffer;
}

test("a frame is unpacked into its fields and samples from -1 to 1", () => {
  const audio = unpackAudio(frame());
  assert.equal(audio.utterance, "00010203-0405-0607-0809-0a0b0c0d0e0f");
  assert.deepEqual([audio.sequence, audio.rate, audio.at, audio.sentMs], [7, 24000, 1.5, 42]);
  assert.deepEqual([...audio.samples], [0, -1, 0.5]);
});

test("a frame of another version, without samples, with half a sample or at an odd rate is refused", () => {
  assert.equal(unpackAudio(frame({ version: VERSION + 1 })), null);
  assert.equal(unpackAudio(frame({ samples: [] })), null);
  assert.equal(unpackAudio(frame().slice(0, -1)), null);
  assert.equal(unpackAudio(frame({ rate: 7999 })), null);
  assert.equal(unpackAudio(frame({ rate: 96001 })), null);
});

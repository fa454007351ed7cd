// @ts-check
// The binary frame of overlay/connection/wire.py: a header of 33 bytes, then mono PCM, 16 bits, little-endian.

export const VERSION = 2;
const HEADER_BYTES = 33;
const MIN_RATE_HZ = 8000;
const MAX_RATE_HZ = 96000;

/** Return {utterance, sequence, rate, at (seconds into the utterance), sentMs, samples: Float32Array}, or null. */
export function unpackAudio(frame) {
  if (frame.byteLength <= HEADER_BYTES || (frame.byteLength - HEADER_BYTES) % 2) return null;
  const view = new DataView(frame);
  const rate = view.getUint32(21);
  if (view.getUint8(0) !== VERSION || rate < MIN_RATE_HZ || rate > MAX_RATE_HZ) return null;
  const samples = new Float32Array((frame.byteLength - HEADER_BYTES) / 2);
  for (let i = 0; i < samples.length; i++) samples[i] = view.getInt16(HEADER_BYTES + 2 * i, true) / 32768;
  return {
    utterance: uuidAt(view, 1),
    sequence: view.getUint32(17),
    rate,
    at: view.getUint32(25) / 1e6,
    sentMs: view.getUint32(29),
    samples,
  };
}

function uuidAt(view, offset) {
  let text = "";
  for (let i = 0; i < 16; i++) {
    if (i === 4 || i === 6 || i === 8 || i === 10) text += "-";
    text += view
      .getUint8(offset + i)
      .toString(16)
      .padStart(2, "0");
  }
  return text;
}

// @ts-check
// Fades against clicks at the start and end of audio, in seconds. The worklet uses the same values.

export const CUT_S = 0.012; // short enough for a cut, long enough not to click
export const JOIN_S = 0.005; // where a stretch is missing, on both sides of it

/** Fade in the first samples. */
export function fadeIn(samples, rate) {
  const length = Math.min(samples.length, Math.round(JOIN_S * rate));
  for (let i = 0; i < length; i++) samples[i] *= i / length;
}

/** Return the samples from a last sample down to silence. */
export function makeTail(last, rate) {
  const tail = new Float32Array(Math.round(JOIN_S * rate));
  for (let i = 0; i < tail.length; i++) tail[i] = last * (1 - (i + 1) / tail.length);
  return tail;
}

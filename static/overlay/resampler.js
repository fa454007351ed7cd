// @ts-check
// Resamples a stream of chunks without seams: a sinc of 32 taps under a Hann window.

const HALF = 16;

export class Resampler {
  #step;
  #cutoff;
  #kept = new Float32Array(2 * HALF);
  #place = HALF; // of the next sample, in what is kept and comes

  constructor(from, to) {
    this.from = from;
    this.#step = from / to;
    this.#cutoff = Math.min(1, to / from);
  }

  /** Return the samples at the new rate; the last few are kept for the next call. */
  feed(samples) {
    const all = new Float32Array(this.#kept.length + samples.length);
    all.set(this.#kept);
    all.set(samples, this.#kept.length);
    const out = new Float32Array(Math.max(0, Math.ceil((all.length - HALF - this.#place) / this.#step)));
    for (let n = 0; n < out.length; n++) out[n] = this.#at(all, this.#place + n * this.#step);
    const used = Math.max(0, Math.floor(this.#place + out.length * this.#step) - HALF);
    this.#place += out.length * this.#step - used;
    this.#kept = all.slice(used);
    return out;
  }

  #at(all, place) {
    const first = Math.floor(place) - HALF + 1;
    let sum = 0;
    for (let i = Math.max(0, first); i < first + 2 * HALF && i < all.length; i++) {
      const distance = i - place;
      const x = Math.PI * distance * this.#cutoff;
      const sinc = Math.abs(x) < 1e-9 ? 1 : Math.sin(x) / x;
      sum += all[i] * this.#cutoff * sinc * (0.5 + 0.5 * Math.cos((Math.PI * distance) / HALF));
    }
    return sum;
  }
}

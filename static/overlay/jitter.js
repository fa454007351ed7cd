// @ts-check
// The jitter buffer's delay: longer on an uneven network, shorter again on a steady one.

const LEAST_S = 0.3;
const MOST_S = 0.7;
const MARGIN_S = 0.1; // beyond the worst that was seen
const SHRINK_S = 0.02; // after each utterance that came evenly
const OUTAGE_S = 3; // whoever was away for so long has not met with jitter
const WRAP_MS = 2 ** 32;

export class Jitter {
  /** Seconds to delay the start of an utterance. */
  lead = LEAST_S;

  /** Call at the end of an utterance with its worst lateness. */
  settle(lateness) {
    if (lateness + MARGIN_S <= this.lead) this.lead = Math.max(LEAST_S, this.lead - SHRINK_S);
  }

  /** Record a chunk's lateness in seconds, relative to the fastest chunk of its utterance. */
  meet(lateness) {
    if (lateness < OUTAGE_S) this.lead = Math.min(MOST_S, Math.max(this.lead, lateness + MARGIN_S));
  }
}

/** Transit times of an utterance's chunks. The two clocks need not agree. */
export class Transit {
  worst = 0;
  #quickest = null;
  #began = null; // when the utterance's beginning came, as far as the first chunk tells

  /** Return by how many seconds a chunk that belongs at `at` seconds was late: slower than the quickest so far,
      and later than its place allows. A host speaks ahead, so that on a narrow link much waits and is in time. */
  note(sentMs, at) {
    const now = performance.timeOrigin + performance.now();
    let took = ((now % WRAP_MS) - sentMs + WRAP_MS) % WRAP_MS;
    if (took > WRAP_MS / 2) took -= WRAP_MS;
    this.#quickest = Math.min(this.#quickest ?? took, took);
    this.#began ??= now - 1000 * at;
    const late = Math.max(0, Math.min(took - this.#quickest, now - 1000 * at - this.#began)) / 1000;
    this.worst = Math.max(this.worst, late);
    return late;
  }
}

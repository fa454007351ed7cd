// @ts-check

const MAX_STEPS = 100;

/**
 * The states of a form that can be brought back, the newest last.
 * @template T
 */
export class History {
  /** @type {T[]} */
  #steps = [];
  #now;

  /** @param {T} now */
  constructor(now) {
    this.#now = now;
  }

  get isEmpty() {
    return this.#steps.length === 0;
  }

  /**
   * Record a state, unless it is the present one.
   * @param {T} state
   */
  record(state) {
    if (String(state) === String(this.#now)) return;
    this.#steps = [...this.#steps, this.#now].slice(-MAX_STEPS);
    this.#now = state;
  }

  /** Return the state before the present one, which becomes the present one. */
  back() {
    this.#now = this.#steps.pop() ?? this.#now;
    return this.#now;
  }
}

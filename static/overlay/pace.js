// @ts-check
// Which words of a sentence have been said: estimated by their share of its text, checked against the voice's pauses.

const QUIET = 0.008; // a loudness below it is a pause; speech is at about 0.1
const PAUSE_MS = 90; // shorter ones lie inside words
const NEAR = 0.3; // the share of a sentence by which a pause may be away from where its mark is expected
const HOLD_MS = 400; // so long a word behind a mark waits for the pause before it
const BRIEFLY_MS = 100; // and so long with a voice that made none at its last mark
const MARK_AT_END = /[,;:.!?…]["'”’»)\]]*$/;

/** How long words wait for pauses; one for all sentences of a page. */
export const makeHabit = () => ({ holdMs: HOLD_MS });

export class Pace {
  #habit;
  #words; // {from, follows}: its share of the text, and whether a mark stands before it
  #anchor = { share: 0, ms: 0 }; // where the voice was heard to be
  #unheard = 0; // the first word behind the mark whose pause was heard last
  #said = 0;
  #hasSpoken = false;
  #quietSince = null;
  #heldSince = null;

  /** `parts` are the words of the sentence, and what stands between them. */
  constructor(parts, habit) {
    this.#habit = habit;
    const length = parts.join("").length;
    let at = 0;
    let follows = false;
    this.#words = [];
    for (const part of parts) {
      if (part.trim() !== "") {
        this.#words.push({ from: at / length, follows });
        follows = MARK_AT_END.test(part);
      }
      at += part.length;
    }
  }

  /** Return how many words have begun, `ms` into a sentence that lasts `lasts` ms, with this loudness now. */
  said(ms, lasts, loudness) {
    this.#listen(ms, lasts, loudness);
    const share = this.#share(ms, lasts);
    const isHeld = () => share < 1 && this.#isHeld(ms);
    while (this.#said < this.#words.length && this.#words[this.#said].from <= share && !isHeld()) {
      this.#said++;
      this.#heldSince = null;
    }
    return this.#said;
  }

  #share(ms, lasts) {
    const { share, ms: since } = this.#anchor;
    return share + ((ms - since) / Math.max(lasts - since, 1)) * (1 - share);
  }

  /** When a pause ends, take the nearest mark for its place. */
  #listen(ms, lasts, loudness) {
    if (loudness < QUIET) {
      if (this.#hasSpoken) this.#quietSince ??= ms;
      return;
    }
    const hasPaused = this.#quietSince !== null && ms - this.#quietSince >= PAUSE_MS;
    this.#hasSpoken = true;
    this.#quietSince = null;
    if (hasPaused) this.#place(ms, this.#share(ms, lasts));
  }

  #place(ms, share) {
    const away = ({ from }) => Math.abs(from - share);
    const behindMarks = this.#words.slice(this.#unheard).filter((word) => word.follows && away(word) <= NEAR);
    if (behindMarks.length === 0) return;
    const word = behindMarks.reduce((one, other) => (away(other) < away(one) ? other : one));
    this.#anchor = { share: word.from, ms };
    this.#unheard = this.#words.indexOf(word) + 1;
    this.#habit.holdMs = HOLD_MS;
  }

  #isHeld(ms) {
    if (this.#said < this.#unheard || !this.#words[this.#said].follows) return false;
    this.#heldSince ??= ms;
    if (ms - this.#heldSince < this.#habit.holdMs) return true;
    this.#habit.holdMs = BRIEFLY_MS;
    return false;
  }
}

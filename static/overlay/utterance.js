// @ts-check
// One utterance: schedules its chunks and captions on the output's clock, and cuts cleanly.

import { fadeIn } from "./fading.js";
import { Transit } from "./jitter.js";
import { Resampler } from "./resampler.js";

const LEAD_AGAIN_S = 0.15; // held back at least, after a gap: the host has been silent long enough already
const LATE_S = 0.02; // a chunk has to be there so long before it plays
const SENTENCE_S = 0.03; // a gap so near to a sentence's start is the host's own pause
const AUDIBLE = 0.001;
const MAX_LOUD = 64;
const HEARD_S = 0.1; // so much of a chunk has to have played
const DROP_AFTER_S = 0.1;
const SILENCE_DB = -120;

export class Utterance {
  #output;
  #on;
  #cancels = new Set();
  #captions = [];
  #sentences = [0];
  #transit = new Transit();
  #resampler = null;
  #startFrame = null; // of frame 0 of the utterance, in the output's frames; moves on when a gap was heard
  #frames = 0; // where the next chunk belongs
  #end = null; // where the last one ended, in the output's frames
  #laid = 0;
  #loud = []; // the latest audible chunks, in seconds on the output's clock
  #complete = false;
  #playing = false;
  #heard = 0;
  #heardSince = null;
  #energy = 0;
  #listened = 0;
  #underruns = 0;
  #underrunS = 0;

  /** `on`: started(), caption(text, language), ended(). `text` is shown with the first sample; `language` is
      undefined for the show's. */
  constructor(id, { text, language }, on) {
    this.id = id;
    this.text = text;
    this.language = language;
    this.sequence = -1;
    this.#on = on;
    this.#captions.push({ text, language, at: 0 });
  }

  get started() {
    return this.#playing;
  }

  get output() {
    return this.#output;
  }

  /** The worst lateness of a chunk, in seconds. */
  get lateness() {
    return this.#transit.worst;
  }

  /** Seconds until the last known sample. */
  get remaining() {
    if (this.#startFrame === null) return 0;
    return Math.max(0, this.#timeOf(this.#frames) - this.#output.now);
  }

  /** The playback figures so far, in the wire format. */
  get report() {
    return {
      played_ms: this.#heardMs,
      level_db: this.#levelDb,
      underruns: this.#underruns,
      underrun_ms: Math.round(1000 * this.#underrunS),
      context: this.#output?.context.state ?? "",
    };
  }

  /** Schedule a chunk. The first one chooses the output and starts after `busy` seconds. */
  add(chunk, output, busy, jitter) {
    if (this.#complete || chunk.sequence <= this.sequence) return;
    const late = this.#transit.note(chunk.sentMs, chunk.at);
    jitter.meet(late);
    const missing = chunk.sequence > this.sequence + 1;
    this.sequence = chunk.sequence;
    this.#output ??= output;
    if (missing) this.#skipTo(Math.round(chunk.at * this.#output.rate));
    this.#place(busy, jitter.lead, late);
    this.#lay(chunk, missing);
    this.#armCaptions();
  }

  /** Idempotent. */
  caption(text, atMs, language) {
    const at = atMs / 1000;
    if (this.#sentences.includes(at)) return;
    this.#sentences.push(at);
    this.#captions.push({ text, language, at });
    this.#armCaptions();
  }

  /** No more audio will come. */
  finish() {
    if (this.#complete) return;
    this.#complete = true;
    if (this.#startFrame === null) return void this.#on.ended();
    this.#armCaptions();
    this.#at(this.#timeOf(this.#frames), () => this.#finished());
  }

  /** Count audio as heard only while this page is not muted. */
  setAudible(audible) {
    if (!this.#playing) return;
    if (this.#heardSince !== null) this.#heard += this.#output.now - this.#heardSince;
    this.#heardSince = audible ? this.#output.now : null;
  }

  /** Record the output's level during this utterance. */
  listen({ energy, count }) {
    this.#energy += energy;
    this.#listened += count;
  }

  /** Whether it has audible samples between two times of the output's clock. */
  soundsBetween(from, to) {
    return this.#loud.some((chunk) => Math.min(chunk.to, to) - Math.max(chunk.from, from) >= HEARD_S);
  }

  cut() {
    this.setAudible(false);
    this.#complete = true;
    for (const cancel of this.#cancels) cancel();
    this.#output?.cut(this.id);
  }

  get #heardMs() {
    const open = this.#heardSince === null ? 0 : this.#output.now - this.#heardSince;
    const most = this.#output ? this.#laid / this.#output.rate : 0;
    return Math.round(1000 * Math.min(this.#heard + open, most));
  }

  get #levelDb() {
    if (this.#listened === 0 || this.#energy === 0) return SILENCE_DB;
    // A measured window has silence at both ends, because it is not sample-exact.
    const level = 10 * Math.log10(this.#energy / Math.min(this.#listened, this.#laid));
    return Math.max(SILENCE_DB, Math.round(10 * level) / 10);
  }

  /** A missing chunk is replaced by silence of the same length. */
  #skipTo(frame) {
    if (frame <= this.#frames) return;
    if (this.#startFrame !== null) this.#noteGap((frame - this.#frames) / this.#output.rate);
    this.#frames = frame;
  }

  #place(busy, lead, late) {
    const { now, rate } = this.#output;
    if (this.#startFrame === null) {
      this.#startFrame = Math.ceil((now + Math.max(lead, busy)) * rate) - this.#frames;
      this.#at(this.#timeOf(this.#frames), () => this.#start());
    } else if (this.#timeOf(this.#frames) < now + LATE_S) {
      const again = Math.ceil((now + Math.max(LEAD_AGAIN_S, lead / 2)) * rate) - this.#frames;
      const isPause = late < LATE_S && this.#isSentence(this.#frames / rate);
      if (!isPause) this.#noteGap((again - this.#startFrame) / rate);
      this.#startFrame = again;
    }
  }

  #isSentence(at) {
    return this.#sentences.some((sentence) => Math.abs(sentence - at) < SENTENCE_S);
  }

  #noteGap(seconds) {
    this.#underruns += 1;
    this.#underrunS += seconds;
  }

  #lay(chunk, missing) {
    const samples = this.#atOutputRate(chunk);
    if (samples.length === 0) return;
    const { rate } = this.#output;
    const frame = this.#startFrame + this.#frames;
    if (missing || (this.#end !== null && this.#end !== frame)) fadeIn(samples, rate);
    if (samples.some((sample) => Math.abs(sample) > AUDIBLE)) this.#noteLoud(frame, samples.length);
    this.#end = frame + samples.length;
    this.#frames += samples.length;
    this.#laid += samples.length;
    this.#output.lay(this.id, frame, samples); // which may take the samples away
  }

  #atOutputRate({ samples, rate }) {
    if (rate === this.#output.rate) return samples;
    if (this.#resampler?.from !== rate) this.#resampler = new Resampler(rate, this.#output.rate);
    return this.#resampler.feed(samples);
  }

  #noteLoud(frame, length) {
    const { rate } = this.#output;
    this.#loud.push({ from: frame / rate, to: (frame + length) / rate });
    if (this.#loud.length > MAX_LOUD) this.#loud.shift();
  }

  #timeOf(frame) {
    return (this.#startFrame + frame) / this.#output.rate;
  }

  /** Only for scheduled chunks: later ones may still move. */
  #armCaptions() {
    if (this.#startFrame === null) return;
    const known = this.#complete ? Infinity : this.#frames / this.#output.rate;
    const ready = this.#captions.filter((caption) => caption.at < known);
    this.#captions = this.#captions.filter((caption) => caption.at >= known);
    for (const { text, language, at } of ready) {
      this.#at(this.#timeOf(Math.round(at * this.#output.rate)), () => this.#on.caption(text, language));
    }
  }

  #at(time, callback) {
    const cancel = this.#output.at(time, () => {
      this.#cancels.delete(cancel);
      callback();
    });
    this.#cancels.add(cancel);
  }

  #start() {
    this.#playing = true;
    this.#on.started();
  }

  #finished() {
    this.setAudible(false);
    this.#output.at(this.#output.now + DROP_AFTER_S, () => this.#output.drop(this.id));
    this.#on.ended();
  }
}

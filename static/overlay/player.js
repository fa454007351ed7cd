// The host's voice: utterances one after the other, without gaps, until they end or are cut.

import { unpackAudio } from "./frames.js";
import { Utterance } from "./utterance.js";

const FIRST_RATE_HZ = 24000; // a guess; the first chunk decides
const FADE_S = 0.012;
const BETWEEN_S = 0.15; // a breath between two utterances
const BLOCKED_AFTER_MS = 1500; // a context that may play is running long before
const MAX_OUTPUTS = 4; // a voice has one rate; whoever has more is resampled chunk by chunk
const MAX_DEAD = 64;

/** A way to the loudspeaker at one rate: the browser resamples its sum once, and well, instead of every chunk. */
class Output {
  constructor(rate, loud) {
    this.rate = rate;
    this.context = new AudioContext({ latencyHint: "interactive", sampleRate: rate });
    this.analyser = new AnalyserNode(this.context, { fftSize: 1024, smoothingTimeConstant: 0 });
    this.volume = new GainNode(this.context, { gain: loud ? 1 : 0 });
    this.volume.connect(this.analyser).connect(this.context.destination);
    this.askedAt = performance.now();
  }

  get now() {
    return this.context.currentTime;
  }

  get blocked() {
    return this.context.state !== "running" && performance.now() - this.askedAt > BLOCKED_AFTER_MS;
  }

  makeGain() {
    const gain = new GainNode(this.context);
    gain.connect(this.volume);
    return gain;
  }

  setLoud(loud) {
    const { gain } = this.volume;
    gain.cancelScheduledValues(this.now);
    gain.setValueAtTime(gain.value, this.now);
    gain.linearRampToValueAtTime(loud ? 1 : 0, this.now + FADE_S);
  }
}

export class Player {
  #on;
  #outputs = new Map(); // by rate
  #output;
  #utterances = new Map(); // in the order in which they play
  #dead = new Set(); // cut, perhaps before they began
  #muted = false;
  #loud = true;

  /** `on`: started(id), caption(id, text), ended(id, playedMs), cut(id, playedMs or null), blocked(bool). */
  constructor(on) {
    this.#on = on;
    this.#output = this.#outputAt(FIRST_RATE_HZ);
    setTimeout(() => this.#tellBlocked(), BLOCKED_AFTER_MS + 100);
  }

  get analyser() {
    return this.#output.analyser;
  }

  get context() {
    return this.#output.context;
  }

  /** Loudness right now, from 0 to 1: the root mean square of the last 1024 samples, as it is heard. */
  get level() {
    const samples = new Float32Array(this.analyser.fftSize);
    this.analyser.getFloatTimeDomainData(samples);
    return Math.sqrt(samples.reduce((sum, sample) => sum + sample * sample, 0) / samples.length);
  }

  begin(id, text) {
    if (this.#muted || this.#dead.has(id) || this.#utterances.has(id)) return;
    this.close();
    const utterance = new Utterance(id, text, {
      started: () => this.#started(utterance),
      caption: (words) => this.#on.caption(id, words),
      ended: () => this.#ended(utterance),
    });
    this.#utterances.set(id, utterance);
  }

  audio(frame) {
    const chunk = unpackAudio(frame);
    const utterance = chunk && this.#utterances.get(chunk.utterance);
    if (!utterance) return;
    const output = utterance.output ?? this.#outputAt(chunk.rate);
    if (output.blocked) {
      this.cut(chunk.utterance); // it would play when somebody clicks, long after its moment
      this.#tellBlocked();
      return;
    }
    utterance.add(chunk, output, this.#busyBefore(utterance));
  }

  caption(id, text, atMs) {
    this.#utterances.get(id)?.caption(text, atMs);
  }

  end(id) {
    this.#utterances.get(id)?.finish();
  }

  /** What is under way plays to where it was received; nothing more is taken for it. */
  close() {
    for (const utterance of this.#utterances.values()) utterance.finish();
  }

  /** Stop an utterance, or all when `id` is null, and remember that its rest may still come. */
  cut(id) {
    if (id !== null) this.#bury(id);
    for (const utterance of [...this.#utterances.values()]) {
      if (id === null || utterance.id === id) this.#stop(utterance);
    }
  }

  setMuted(muted) {
    this.#muted = muted;
    if (muted) this.cut(null);
  }

  /** Mute on this screen only: time goes on, unheard. */
  setLoud(loud) {
    this.#loud = loud;
    for (const output of this.#outputs.values()) output.setLoud(loud);
    for (const utterance of this.#utterances.values()) utterance.setAudible(loud);
  }

  /** To be called from a click, where browsers let sound begin. */
  async unblock() {
    this.cut(null);
    await Promise.all([...this.#outputs.values()].map((output) => output.context.resume()));
    this.#tellBlocked();
  }

  #outputAt(rate) {
    let output = this.#outputs.get(rate);
    if (!output && this.#outputs.size >= MAX_OUTPUTS) return this.#output;
    if (!output) {
      output = new Output(rate, this.#loud);
      output.context.addEventListener("statechange", () => this.#tellBlocked());
      this.#outputs.set(rate, output);
    }
    return output;
  }

  #busyBefore(utterance) {
    let busy = 0;
    for (const other of this.#utterances.values()) {
      if (other === utterance) break;
      busy = Math.max(busy, other.remaining + BETWEEN_S);
    }
    return busy;
  }

  #started(utterance) {
    this.#output = utterance.output;
    utterance.setAudible(this.#loud);
    this.#on.started(utterance.id);
  }

  #ended(utterance) {
    this.#utterances.delete(utterance.id);
    if (utterance.output) this.#on.ended(utterance.id, utterance.heardMs);
  }

  #stop(utterance) {
    this.#bury(utterance.id);
    this.#utterances.delete(utterance.id);
    utterance.cut();
    this.#on.cut(utterance.id, utterance.started ? utterance.heardMs : null);
  }

  #bury(id) {
    this.#dead.add(id);
    if (this.#dead.size > MAX_DEAD) this.#dead.delete(this.#dead.values().next().value);
  }

  #tellBlocked() {
    this.#on.blocked([...this.#outputs.values()].some((output) => output.blocked));
  }
}

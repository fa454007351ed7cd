// @ts-check
// Plays the host's utterances one after the other, without gaps.

import { unpackAudio } from "./frames.js";
import { Jitter } from "./jitter.js";
import { LEVEL_SAMPLES, Output } from "./output.js";
import { Utterance } from "./utterance.js";

const FIRST_RATE_HZ = 24000; // a guess; the first chunk decides
const BETWEEN_S = 0.15; // a breath between two utterances
const STALE_S = 10; // what would have to wait longer has lost its moment
const LISTEN_EVERY_MS = 250;
const MAX_OUTPUTS = 4; // a voice has one rate; whoever has more is resampled here
const MAX_DEAD = 64;

export class Player {
  #on;
  #worklet;
  #outputs = new Map(); // by rate
  #output;
  #utterances = new Map(); // in the order in which they play
  #dead = new Set(); // played or cut, perhaps before they began
  #last = null; // the last utterance that was announced
  #jitter = new Jitter();
  #silentSince = null;
  #samples = new Float32Array(LEVEL_SAMPLES);
  #muted = false;
  #loud = true;

  /** `on`: started(id), caption(id, text, language), ended(id, report), cut(id, report or null),
      missed(id, text, language).

      `worklet` is the address of worklet.js, empty for the plain way. */
  constructor(on, worklet) {
    this.#on = on;
    this.#worklet = worklet;
    this.#output = this.#outputAt(FIRST_RATE_HZ);
    setInterval(() => this.#listen(), LISTEN_EVERY_MS);
  }

  get analyser() {
    return this.#output.analyser;
  }

  get context() {
    return this.#output.context;
  }

  get output() {
    return this.#output;
  }

  get outputs() {
    return [...this.#outputs.values()];
  }

  /** Seconds of delay before an utterance. */
  get lead() {
    return this.#jitter.lead;
  }

  /** When playback became silent although audio plays, in ms of the page's clock; null if all is well. */
  get silentSince() {
    return this.#silentSince;
  }

  /** Whether an utterance plays or is queued. */
  get isBusy() {
    return this.#utterances.size > 0;
  }

  /** The replay position that is sent on reconnection. */
  get reached() {
    return this.#last && { utterance: this.#last.id, sequence: this.#last.sequence };
  }

  /** Loudness right now, from 0 to 1: the root mean square of the last 1024 samples, as it is heard. */
  get level() {
    const samples = this.#samples;
    this.analyser.getFloatTimeDomainData(samples);
    let energy = 0;
    for (let i = 0; i < samples.length; i++) energy += samples[i] * samples[i];
    return Math.sqrt(energy / samples.length);
  }

  begin(id, text, language) {
    if (this.#muted || this.#dead.has(id) || this.#utterances.has(id)) return;
    this.close();
    const utterance = new Utterance(
      id,
      { text, language },
      {
        started: () => this.#started(utterance),
        caption: (words, of) => this.#on.caption(id, words, of),
        ended: () => this.#ended(utterance),
      },
    );
    this.#utterances.set(id, utterance);
    this.#last = utterance;
  }

  audio(frame) {
    const chunk = unpackAudio(frame);
    const utterance = chunk && this.#utterances.get(chunk.utterance);
    if (!utterance) return;
    const output = utterance.output ?? this.#outputAt(chunk.rate);
    if (output.blocked) return this.cut(chunk.utterance); // it would play long after its moment
    const busy = this.#busyBefore(utterance);
    if (!utterance.output && busy > STALE_S) return this.#miss(utterance);
    utterance.add(chunk, output, busy, this.#jitter);
  }

  caption(id, text, atMs, language) {
    this.#utterances.get(id)?.caption(text, atMs, language);
  }

  end(id) {
    this.#utterances.get(id)?.finish();
  }

  /** Let current utterances play what was received and accept no more for them, except for `but`. */
  close(but = []) {
    for (const utterance of [...this.#utterances.values()]) {
      if (!but.includes(utterance.id)) utterance.finish();
    }
  }

  /** Stop an utterance, or all if `id` is null, and ignore its later messages. */
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

  /** Mute this page only; playback continues silently. */
  setLoud(loud) {
    this.#listen();
    this.#loud = loud;
    for (const output of this.outputs) output.setLoud(loud);
    for (const utterance of this.#utterances.values()) utterance.setAudible(loud);
  }

  /** Resume suspended audio; browsers may require a click for it. */
  async resume() {
    await Promise.allSettled(this.outputs.map((output) => output.context.resume()));
  }

  /** Restart with new outputs; current utterances are lost. */
  rebuild() {
    this.cut(null);
    const { rate } = this.#output;
    for (const output of this.outputs) void output.close();
    this.#outputs.clear();
    this.#silentSince = null;
    this.#output = this.#outputAt(rate);
  }

  #outputAt(rate) {
    const known = this.#outputs.get(rate);
    if (known) return known;
    if (this.#outputs.size >= MAX_OUTPUTS) return this.#output;
    const broken = () => {
      this.#worklet = "";
      this.rebuild();
    };
    const output = new Output(rate, { loud: this.#loud, worklet: this.#worklet, broken });
    this.#outputs.set(rate, output);
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
    this.#listen();
    this.#output = utterance.output;
    utterance.setAudible(this.#loud);
    this.#on.started(utterance.id);
  }

  #ended(utterance) {
    this.#listen();
    this.#bury(utterance.id);
    this.#utterances.delete(utterance.id);
    if (!utterance.output) return;
    this.#jitter.settle(utterance.lateness);
    this.#on.ended(utterance.id, utterance.report);
  }

  #stop(utterance) {
    this.#listen();
    this.#bury(utterance.id);
    this.#utterances.delete(utterance.id);
    utterance.cut();
    this.#on.cut(utterance.id, utterance.started ? utterance.report : null);
  }

  #miss(utterance) {
    this.#bury(utterance.id);
    this.#utterances.delete(utterance.id);
    this.#on.missed(utterance.id, utterance.text, utterance.language);
  }

  #bury(id) {
    this.#dead.add(id);
    if (this.#dead.size > MAX_DEAD) this.#dead.delete(this.#dead.values().next().value);
  }

  /** Measure the audio that left the graph, and detect silence during playback. */
  #listen() {
    for (const output of this.outputs) {
      const from = output.heardTo;
      const heard = output.listen();
      for (const utterance of this.#utterances.values()) {
        if (!utterance.started || utterance.output !== output || heard.count === 0) continue;
        utterance.listen(heard);
        if (heard.energy > 0) this.#silentSince = null;
        else if (this.#loud && utterance.soundsBetween(from, output.heardTo)) this.#silentSince ??= performance.now();
        else this.#silentSince = null; // it waits for what is still to come
      }
    }
  }
}

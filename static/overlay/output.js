// @ts-check
// An audio output at one sample rate: the browser resamples the mix once instead of each chunk.

import { CUT_S } from "./fading.js";
import { openVoice } from "./voices.js";

const BLOCKED_AFTER_MS = 1500; // a context that may play is running long before
export const LEVEL_SAMPLES = 1024; // what the loudness of a moment is taken from
const EAR_SAMPLES = 32768; // the most that an analyser keeps: 1.4 s at 24 kHz

export class Output {
  #voice = null;
  #waiting = [];
  #heardTo = 0;
  #samples = new Float32Array(EAR_SAMPLES);
  #marks = new Set();

  /** `broken` is called when playback cannot continue. */
  constructor(rate, { loud, worklet, broken }) {
    this.context = new AudioContext({ latencyHint: "interactive", sampleRate: rate });
    this.rate = this.context.sampleRate;
    this.analyser = new AnalyserNode(this.context, { fftSize: LEVEL_SAMPLES, smoothingTimeConstant: 0 });
    this.ear = new AnalyserNode(this.context, { fftSize: EAR_SAMPLES });
    this.volume = new GainNode(this.context, { gain: loud ? 1 : 0 });
    this.volume.connect(this.analyser).connect(this.context.destination);
    this.volume.connect(this.ear);
    this.askedAt = performance.now();
    this.everRan = this.context.state === "running";
    this.context.addEventListener("statechange", () => (this.everRan ||= this.context.state === "running"));
    this.ready = openVoice(this.context, this.volume, worklet, broken).then((voice) => this.#open(voice));
  }

  get mode() {
    return this.#voice?.mode ?? "";
  }

  /** Seconds on the context's clock. */
  get now() {
    return this.context.currentTime;
  }

  get blocked() {
    return this.context.state !== "running" && performance.now() - this.askedAt > BLOCKED_AFTER_MS;
  }

  lay(id, frame, samples) {
    this.#tell((voice) => voice.lay(id, frame, samples));
  }

  cut(id) {
    this.#tell((voice) => voice.cut(id));
  }

  drop(id) {
    this.#tell((voice) => voice.drop(id));
  }

  setLoud(loud) {
    const { gain } = this.volume;
    gain.cancelScheduledValues(this.now);
    gain.setValueAtTime(gain.value, this.now);
    gain.linearRampToValueAtTime(loud ? 1 : 0, this.now + CUT_S);
  }

  /** Call back when playback reaches a time. The returned function cancels it.

      A timer would drift from it, and a hidden page's timers sleep. */
  at(time, callback) {
    const mark = new ConstantSourceNode(this.context, { offset: 0 });
    mark.connect(this.context.destination);
    mark.onended = () => {
      this.#marks.delete(mark); // kept until now, so that it is not collected before it ends
      callback();
    };
    mark.start();
    mark.stop(time);
    this.#marks.add(mark);
    return () => {
      mark.onended = null;
      this.#marks.delete(mark);
    };
  }

  /** The clock time up to which this output has been measured. */
  get heardTo() {
    return this.#heardTo / this.rate;
  }

  /** Return the sum of squares and the number of samples played since the last call. */
  listen() {
    const to = Math.round(this.now * this.rate);
    const count = Math.min(to - this.#heardTo, EAR_SAMPLES);
    this.#heardTo = to;
    if (count <= 0) return { energy: 0, count: 0 };
    const samples = this.#samples;
    this.ear.getFloatTimeDomainData(samples);
    let energy = 0;
    for (let i = EAR_SAMPLES - count; i < EAR_SAMPLES; i++) energy += samples[i] * samples[i];
    return { energy, count };
  }

  async close() {
    for (const mark of this.#marks) mark.onended = null;
    if (this.context.state !== "closed") await this.context.close();
  }

  #open(voice) {
    this.#voice = voice;
    for (const act of this.#waiting.splice(0)) act(voice);
  }

  #tell(act) {
    if (this.#voice) act(this.#voice);
    else this.#waiting.push(act);
  }
}

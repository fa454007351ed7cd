// One utterance on its output's clock: chunks laid end to end, captions in their places, a clean cut.

const LEAD_S = 0.3; // kept in hand before the first sample, so that an uneven network is not heard
const LEAD_AGAIN_S = 0.15; // the same after a gap, when the host has been silent long enough already
const FADE_S = 0.012; // short enough for a cut, long enough not to click

export class Utterance {
  #output;
  #on;
  #gain;
  #sources = new Set();
  #marks = new Set();
  #captions = [];
  #startFrame = null; // of the first sample, in the output's frames; moves on when a gap was heard
  #frames = 0;
  #sequence = -1;
  #complete = false;
  #playing = false;
  #heard = 0;
  #heardSince = null;

  /** `on`: started(), caption(text), ended(). `text` is shown with the first sample. */
  constructor(id, text, on) {
    this.id = id;
    this.#on = on;
    this.#captions.push({ text, at: 0 });
  }

  get started() {
    return this.#playing;
  }

  get output() {
    return this.#output;
  }

  /** Seconds until the last sample that is known. */
  get remaining() {
    if (!this.#output) return 0;
    return Math.max(0, this.#timeOf(this.#frames) - this.#output.now);
  }

  /** Milliseconds that could be heard so far. */
  get heardMs() {
    const open = this.#heardSince === null ? 0 : this.#output.now - this.#heardSince;
    const most = this.#output ? this.#frames / this.#output.rate : 0;
    return Math.round(1000 * Math.min(this.#heard + open, most));
  }

  /** Lay a chunk after the last; its first one decides on the output, and waits until `busy` seconds are over. */
  add({ sequence, rate, samples }, output, busy) {
    if (this.#complete || sequence <= this.#sequence) return;
    this.#sequence = sequence;
    this.#output ??= output;
    this.#place(busy);
    this.#lay(samples, rate);
  }

  caption(text, atMs) {
    this.#captions.push({ text, at: atMs / 1000 });
    if (this.#startFrame !== null) this.#armCaptions();
  }

  /** No more audio will come. */
  finish() {
    if (this.#complete) return;
    this.#complete = true;
    if (this.#startFrame === null) this.#on.ended();
    else this.#at(this.#timeOf(this.#frames), () => this.#end());
  }

  /** Count what is heard only while the page is not muted on this screen. */
  setAudible(audible) {
    if (!this.#playing) return;
    if (this.#heardSince !== null) this.#heard += this.#output.now - this.#heardSince;
    this.#heardSince = audible ? this.#output.now : null;
  }

  cut() {
    this.setAudible(false);
    this.#complete = true;
    for (const mark of this.#marks) mark.onended = null;
    if (!this.#gain) return;
    const { now } = this.#output;
    this.#gain.gain.setValueAtTime(1, now);
    this.#gain.gain.linearRampToValueAtTime(0, now + FADE_S);
    for (const source of this.#sources) source.stop(now + FADE_S);
  }

  #place(busy) {
    const { now, rate } = this.#output;
    if (this.#startFrame === null) {
      this.#startFrame = Math.ceil((now + Math.max(LEAD_S, busy)) * rate);
      this.#gain = this.#output.makeGain();
      this.#at(this.#timeOf(0), () => this.#start());
      this.#armCaptions();
    } else if (this.#timeOf(this.#frames) < now) {
      this.#startFrame = Math.ceil((now + LEAD_AGAIN_S) * rate) - this.#frames;
    }
  }

  #lay(samples, rate) {
    const context = this.#output.context;
    const buffer = context.createBuffer(1, samples.length, rate);
    buffer.copyToChannel(samples, 0);
    const source = new AudioBufferSourceNode(context, { buffer });
    source.connect(this.#gain);
    source.onended = () => this.#sources.delete(source);
    source.start(this.#timeOf(this.#frames));
    this.#sources.add(source);
    this.#frames += Math.round((samples.length * context.sampleRate) / rate);
  }

  #timeOf(frame) {
    return (this.#startFrame + frame) / this.#output.rate;
  }

  #armCaptions() {
    for (const { text, at } of this.#captions.splice(0)) {
      this.#at(this.#timeOf(0) + at, () => this.#on.caption(text));
    }
  }

  /** Call when the sound gets there. A timer would drift from it, and a hidden page's timers sleep. */
  #at(time, callback) {
    const mark = new ConstantSourceNode(this.#output.context, { offset: 0 });
    mark.connect(this.#output.context.destination);
    mark.onended = () => {
      this.#marks.delete(mark);
      callback();
    };
    mark.start();
    mark.stop(time);
    this.#marks.add(mark);
  }

  #start() {
    this.#playing = true;
    this.#on.started();
  }

  #end() {
    this.setAudible(false);
    this.#on.ended();
  }
}

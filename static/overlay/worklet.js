// @ts-check
// Runs in the browser's audio thread: plays samples at given frames of the context's clock.

const CUT_S = 0.012;
const JOIN_S = 0.005;

class Track {
  chunks = [];
  last = 0; // the last sample that was played
  tail = 0; // frames since there was nothing to play
  cutting = -1; // frames since the cut, -1 before

  /** Return a frame's sample; at a gap the last sample fades out. */
  at(frame) {
    while (this.chunks.length && frame >= this.chunks[0].frame + this.chunks[0].samples.length) this.chunks.shift();
    const chunk = this.chunks[0];
    if (chunk && frame >= chunk.frame) {
      this.tail = 0;
      this.last = chunk.samples[frame - chunk.frame];
      return this.last;
    }
    this.tail += 1;
    return this.last * Math.max(0, 1 - this.tail / (JOIN_S * sampleRate));
  }
}

class Voice extends AudioWorkletProcessor {
  #tracks = new Map();

  constructor() {
    super();
    this.port.onmessage = ({ data }) => this[data.act](data);
  }

  lay({ id, frame, samples }) {
    if (!this.#tracks.has(id)) this.#tracks.set(id, new Track());
    this.#tracks.get(id).chunks.push({ frame, samples });
  }

  cut({ id }) {
    const track = this.#tracks.get(id);
    if (track && track.cutting < 0) track.cutting = 0;
  }

  drop({ id }) {
    this.#tracks.delete(id);
  }

  process(_inputs, [[out]]) {
    for (const [id, track] of this.#tracks) this.#add(id, track, out);
    return true;
  }

  #add(id, track, out) {
    for (let n = 0; n < out.length; n++) {
      let gain = 1;
      if (track.cutting >= 0) gain = Math.max(0, 1 - ++track.cutting / (CUT_S * sampleRate));
      out[n] += gain * track.at(currentFrame + n);
    }
    if (track.cutting > CUT_S * sampleRate) this.#tracks.delete(id);
  }
}

registerProcessor("voice", Voice);

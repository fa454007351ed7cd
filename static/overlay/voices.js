// @ts-check
// Schedules samples on an audio context's clock. Two implementations of one interface, by `mode`:
//   lay(id, frame, samples)  plays a track's samples from a frame on; adjacent ones are seamless
//   cut(id)                  stops a track at once, without a click
//   drop(id)                 deletes a played track

import { CUT_S, makeTail } from "./fading.js";

const OPEN_WITHIN_MS = 2000;

/** In the audio thread, so that a busy page causes no gaps. Needs a secure context. */
class WorkletVoice {
  mode = "worklet";
  #node;

  constructor(context, destination, broken) {
    this.#node = new AudioWorkletNode(context, "voice", { numberOfInputs: 0, outputChannelCount: [1] });
    this.#node.addEventListener("processorerror", broken);
    this.#node.connect(destination);
  }

  lay(id, frame, samples) {
    this.#node.port.postMessage({ act: "lay", id, frame, samples }, [samples.buffer]);
  }

  cut(id) {
    this.#node.port.postMessage({ act: "cut", id });
  }

  drop(id) {
    this.#node.port.postMessage({ act: "drop", id });
  }
}

/** With one buffer source per chunk. */
class BufferVoice {
  mode = "buffers";
  #context;
  #destination;
  #tracks = new Map();

  constructor(context, destination) {
    this.#context = context;
    this.#destination = destination;
  }

  lay(id, frame, samples) {
    const track = this.#tracks.get(id) ?? this.#open(id);
    if (track.end === frame) track.tail.disconnect();
    this.#start(track, frame, samples);
    track.end = frame + samples.length;
    track.tail = this.#start(track, track.end, makeTail(samples[samples.length - 1], this.#context.sampleRate));
  }

  cut(id) {
    const track = this.#tracks.get(id);
    if (!track) return;
    const now = this.#context.currentTime;
    track.gain.gain.setValueAtTime(1, now);
    track.gain.gain.linearRampToValueAtTime(0, now + CUT_S);
    for (const source of track.sources) source.stop(now + CUT_S);
    this.#tracks.delete(id);
  }

  drop(id) {
    this.#tracks.delete(id);
  }

  #open(id) {
    const gain = new GainNode(this.#context);
    gain.connect(this.#destination);
    const track = { gain, sources: new Set(), end: null, tail: null };
    this.#tracks.set(id, track);
    return track;
  }

  #start(track, frame, samples) {
    const buffer = this.#context.createBuffer(1, samples.length, this.#context.sampleRate);
    buffer.copyToChannel(samples, 0);
    const source = new AudioBufferSourceNode(this.#context, { buffer });
    source.connect(track.gain);
    source.onended = () => track.sources.delete(source);
    source.start(frame / this.#context.sampleRate);
    track.sources.add(source);
    return source;
  }
}

/** Open a voice that plays into `destination`; `url` is the worklet's, empty for buffer sources. */
export async function openVoice(context, destination, url, broken) {
  if (url && window.isSecureContext && context.audioWorklet) {
    try {
      const late = new Promise((_, reject) => setTimeout(reject, OPEN_WITHIN_MS));
      await Promise.race([context.audioWorklet.addModule(url), late]);
      return new WorkletVoice(context, destination, broken);
    } catch {
      // Fall back to buffer sources.
    }
  }
  return new BufferVoice(context, destination);
}

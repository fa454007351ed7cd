"""A tape recorder on a page: it stands where all sound leaves for the loudspeaker, and keeps every sample."""

import base64
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from playwright.sync_api import Page

Samples = NDArray[np.float32]

BATCH = 2_048  # frames a message
QUIET = 1e-4

RECORDER = """
class Recorder extends AudioWorkletProcessor {
  #batch = new Float32Array(@BATCH@);
  #filled = 0;

  process([input], [output]) {
    if (input.length) this.#batch.set(input[0], this.#filled);
    this.#filled += output[0].length;
    if (this.#filled === this.#batch.length) {
      const frame = currentFrame + output[0].length - this.#batch.length;
      this.port.postMessage({ frame, samples: this.#batch }, [this.#batch.buffer]);
      this.#batch = new Float32Array(@BATCH@);
      this.#filled = 0;
    }
    return true;
  }
}
registerProcessor("recorder", Recorder);
""".replace("@BATCH@", str(BATCH))

# Whatever is connected to a loudspeaker is connected to the recorder too, whoever mixed it before.
TAPE = """
(() => {
  const connect = AudioNode.prototype.connect;
  const tapes = new Map();
  window.tapes = [];
  window.shown = [];

  function tapeOf(context) {
    if (tapes.has(context)) return tapes.get(context).tap;
    const tape = { context, tap: new GainNode(context), rate: context.sampleRate, blocks: [], ready: false };
    tapes.set(context, tape);
    window.tapes.push(tape);
    context.audioWorklet.addModule("@URL@").then(() => {
      const options = { channelCount: 1, channelCountMode: "explicit", outputChannelCount: [1] };
      const node = new AudioWorkletNode(context, "recorder", options);
      node.port.onmessage = ({ data }) => tape.blocks.push(data);
      connect.call(tape.tap, node);
      connect.call(node, context.destination);
      tape.ready = true;
    });
    return tape.tap;
  }

  AudioNode.prototype.connect = function (target, ...rest) {
    if (target instanceof AudioDestinationNode) connect.call(this, tapeOf(this.context));
    return connect.call(this, target, ...rest);
  };

  addEventListener("DOMContentLoaded", () => {
    const caption = document.getElementById("caption-text");
    const note = () => window.shown.push({
      text: caption.textContent,
      times: window.tapes.map(({ context }) => context.currentTime - (context.outputLatency || 0)),
    });
    new MutationObserver(note).observe(caption, { childList: true });
  });
})();
""".replace("@URL@", f"data:text/javascript;base64,{base64.b64encode(RECORDER.encode()).decode()}")

FETCH = """
(index) => {
  const { blocks, rate } = tapes[index];
  const first = blocks.length ? blocks[0].frame : 0;
  const last = blocks.length ? blocks[blocks.length - 1].frame + blocks[0].samples.length : 0;
  const all = new Float32Array(last - first);
  for (const { frame, samples } of blocks) all.set(samples, frame - first);
  const bytes = new Uint8Array(all.buffer);
  const parts = [];
  for (let at = 0; at < bytes.length; at += 32766) {
    parts.push(btoa(String.fromCharCode(...bytes.subarray(at, at + 32766))));
  }
  return { rate, first, blocks: blocks.length, audio: parts.join("") };
}
"""


@dataclass(frozen=True, slots=True)
class Recording:
    """What one context has played: its samples from the frame `first` on, and what is lost of the tape."""

    rate_hz: int
    first: int
    samples: Samples
    lost: int

    def time_of(self, index: int) -> float:
        """Return the time of a sample, in seconds on the context's clock."""
        return (self.first + index) / self.rate_hz


@dataclass(frozen=True, slots=True)
class Shown:
    """A caption, and when it came, in seconds on each context's clock."""

    text: str
    times: tuple[float, ...]


def silences(samples: Samples, rate_hz: int, *, longer_than_s: float = 0.005) -> list[float]:
    """Return how many seconds each stretch of silence between two sounds lasts."""
    (loud,) = np.nonzero(np.abs(samples) > QUIET)
    gaps = np.diff(loud) / rate_hz
    return [float(gap) for gap in gaps if gap > longer_than_s]


def stretches(samples: Samples, rate_hz: int, *, apart_s: float = 0.02) -> list[float]:
    """Return how many seconds each stretch of sound lasts; a silence of at least `apart_s` ends one."""
    (loud,) = np.nonzero(np.abs(samples) > QUIET)
    parts = np.split(loud, np.nonzero(np.diff(loud) >= apart_s * rate_hz)[0] + 1)
    return [float(part[-1] - part[0] + 1) / rate_hz for part in parts if part.size]


def biggest_jump(samples: Samples) -> float:
    """Return the biggest step from one sample to the next."""
    return float(np.abs(np.diff(samples)).max())


class Tape:
    """Put it on a page before the page is opened."""

    def __init__(self, page: Page) -> None:
        self._page = page
        page.add_init_script(TAPE)
        # The recorder comes from nowhere that the page's policy allows.
        page.context.new_cdp_session(page).send("Page.setBypassCSP", {"enabled": True})

    def wait_until_it_runs(self) -> None:
        self._page.evaluate(
            """async () => {
              const until = performance.now() + 60000;
              while (!tapes.length || !tapes.every((tape) => tape.ready && tape.blocks.length)) {
                if (performance.now() > until) throw new Error("The recorder does not run.");
                await new Promise((resolve) => setTimeout(resolve, 20));
              }
            }"""
        )

    def sound(self) -> Samples:
        """What the page's one context has played, from the first sound to the last; nothing of it is lost."""
        self._page.evaluate(
            """async () => {
              const enough = tapes[0].blocks.length + 2;
              while (tapes[0].blocks.length < enough) await new Promise((resolve) => setTimeout(resolve, 20));
            }"""
        )
        (recording,) = self.recordings()
        assert recording.lost == 0
        (loud,) = np.nonzero(np.abs(recording.samples) > QUIET)
        return recording.samples[loud[0] : loud[-1] + 1]

    def recordings(self) -> list[Recording]:
        """What was played so far, by each context that has come to life."""
        count = self._page.evaluate("tapes.length")
        return [self._recording(index) for index in range(count)]

    def shown(self) -> list[Shown]:
        return [Shown(each["text"], tuple(each["times"])) for each in self._page.evaluate("shown")]

    def _recording(self, index: int) -> Recording:
        found = self._page.evaluate(FETCH, index)
        samples = np.frombuffer(base64.b64decode(found["audio"]), "<f4")
        return Recording(found["rate"], found["first"], samples, samples.size - found["blocks"] * BATCH)

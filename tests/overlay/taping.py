"""A tape that runs along with what the page sends to its loudspeaker, sample by sample."""

import base64

import numpy as np
from numpy.typing import NDArray

from tests.overlay.viewing import Viewer

Sound = NDArray[np.float32]

QUIET = 1e-4
BUFFER = 16384
# The old node for scripts: it hands over whole stretches, in order, whatever the page is busy with.
TAPE = """
(length) => {
  window.tape = [];
  const { context, volume } = vivavoce.player.output;
  const node = context.createScriptProcessor(length, 1, 1);
  node.onaudioprocess = ({ inputBuffer }) => window.tape.push(inputBuffer.getChannelData(0).slice());
  volume.connect(node);
  node.connect(context.destination);
  window.tapeNode = node;
}
"""
TAKE = """
async () => {
  const enough = window.tape.length + 2;
  while (window.tape.length < enough) await new Promise(requestAnimationFrame);
  const all = new Float32Array(window.tape.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of window.tape) { all.set(part, at); at += part.length; }
  const bytes = new Uint8Array(all.buffer);
  let text = "";
  for (let i = 0; i < bytes.length; i += 8192) text += String.fromCharCode(...bytes.subarray(i, i + 8192));
  return btoa(text);
}
"""


def start_tape(viewer: Viewer) -> None:
    """Record from now on what plays at the rate of the page's first output."""
    viewer.page.evaluate(TAPE, BUFFER)


def played_on(viewer: Viewer) -> Sound:
    """Return what was recorded, from the first sound to the last."""
    tape = np.frombuffer(base64.b64decode(viewer.page.evaluate(TAKE)), dtype=np.float32)
    (loud,) = np.nonzero(np.abs(tape) > QUIET)
    return tape[loud[0] : loud[-1] + 1] if len(loud) else tape[:0]


def silences(sound: Sound, rate_hz: int, *, longer_than_s: float = 0.005) -> list[float]:
    """Return how many seconds each stretch of silence lasts."""
    (loud,) = np.nonzero(np.abs(sound) > QUIET)
    gaps = np.diff(loud) / rate_hz
    return [float(gap) for gap in gaps if gap > longer_than_s]


def biggest_jump(sound: Sound) -> float:
    """Return the biggest step from one sample to the next."""
    return float(np.abs(np.diff(sound)).max())

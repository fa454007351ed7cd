"""A program that behaves as Piper does: run with a voice file, it reads a line and writes its raw audio.

What it does follows from the voice's name: "hangs", "breaks" in mid-line, "fails" at once, "babbles" without
end. Every line that it is given goes into a file beside the voice.
"""

import json
import sys
import time
from pathlib import Path

RATE_HZ = 16_000
COMMAND = f"{sys.executable} {__file__}"


def make_voice(folder: Path, voice_id: str, language: str = "it") -> None:
    """Put a voice of the name into a folder."""
    (folder / f"{voice_id}.onnx").touch()
    about = {"audio": {"sample_rate": RATE_HZ}, "language": {"family": language}}
    (folder / f"{voice_id}.onnx.json").write_text(json.dumps(about))


def main(arguments: list[str]) -> None:
    model = Path(arguments[arguments.index("--model") + 1])
    scale = float(arguments[arguments.index("--length-scale") + 1])
    assert "--output-raw" in arguments
    for line in sys.stdin:
        with model.with_suffix(".said").open("a") as said:
            said.write(line)
        _say(line.strip(), model.stem, scale)


def _say(line: str, voice_id: str, scale: float) -> None:
    if "fails" in voice_id:
        sys.exit("no such model")
    if "hangs" in voice_id:
        time.sleep(3_600)
    _write(b"\x00\x20" * round(len(line) * 0.05 * scale * RATE_HZ))
    if "breaks" in voice_id:
        sys.exit(1)
    while "babbles" in voice_id:
        _write(b"\x00\x20" * RATE_HZ)


def _write(pcm: bytes) -> None:
    sys.stdout.buffer.write(pcm)
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    main(sys.argv[1:])

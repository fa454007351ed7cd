"""A program that behaves as Piper does: run with a voice file, it reads a line and writes its raw audio.

What it does follows from the voice's name: "hangs", "breaks" in mid-line, "fails" at once, "babbles" without
end. One whose name says "speaks" really says its lines. Every line goes into a file beside the voice.
"""

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path

RATE_HZ = 16_000
LUFS = -23.0
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
    speak = _load(model.stem) if "speaks" in model.stem else None
    for line in sys.stdin:
        with model.with_suffix(".said").open("a") as said:
            said.write(line)
        if speak is not None:
            speak(line.strip())
        else:
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


def _load(voice_id: str) -> Callable[[str], None]:
    """Get ready to speak, which takes as long as for a small voice of the real one."""
    sys.path.insert(0, str(Path(__file__).parents[2]))
    from tests.fakes.spoken import Espeak, Speech

    speech = Speech(Espeak(), rate_hz=RATE_HZ, lufs=LUFS)

    def speak(line: str) -> None:
        for piece in speech.pieces(line, voice_id[:2]):
            _write(piece)
            time.sleep(len(piece) / speech.bytes_per_s)

    return speak


def _write(pcm: bytes) -> None:
    sys.stdout.buffer.write(pcm)
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    main(sys.argv[1:])

"""Records the samples of the first page in the built-in voice, and compresses them with ffmpeg."""

import asyncio
import shutil
import subprocess
from contextlib import AsyncExitStack, aclosing
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from speech.runtime.synthesizers import open_synthesizer
from speech.runtime.wav import wav_of
from speech.services.voices import Provider
from speech.stage.audio import AudioChunk
from speech.stage.level import Level
from speech.stage.ports import Synthesizer, VoiceSpec
from speech.stage.speaker import Speaker
from speech.stage.text_normalization.normalizer import TextNormalizer
from website.samples import HostSample, host_samples

PAUSE_S = 0.35  # between two lines
BIT_RATE = "32k"


class Command(BaseCommand):
    help = "Record static/samples/host-*.mp3 from website/samples.toml. Needs ffmpeg in the PATH."

    def handle(self, *args: Any, **options: Any) -> None:
        ffmpeg = shutil.which("ffmpeg")
        if ffmpeg is None:
            raise CommandError("There is no ffmpeg in the PATH.")
        for sample in host_samples():
            chunks = asyncio.run(_say(sample))
            target = Path(settings.BASE_DIR) / "static" / sample.audio
            _compress(ffmpeg, wav_of(chunks), target)
            seconds = sum(chunk.duration_s for chunk in chunks)
            self.stdout.write(f"{sample.audio}: {seconds:.1f} s, {target.stat().st_size:,} bytes")


async def _say(sample: HostSample) -> list[AudioChunk]:
    async with AsyncExitStack() as stack:
        synthesizer = await open_synthesizer(stack, Provider.PICO, pool_size=1)
        return await _say_with(synthesizer, sample)


async def _say_with(synthesizer: Synthesizer, sample: HostSample) -> list[AudioChunk]:
    """Return the lines as a live would play them; a first one teaches the level and is left out."""
    speaker = Speaker(
        synthesizer,
        VoiceSpec("", sample.language),
        normalizer=TextNormalizer(sample.language, {}),
        level=Level(),
    )
    said: list[AudioChunk] = []
    for number, line in enumerate([sample.lines[0], *sample.lines]):
        async with aclosing(speaker.speak(line)) as chunks:
            spoken = [chunk async for chunk in chunks]
        if number:
            said += [*([_silence(spoken[0])] if said else []), *spoken]
    return said


def _silence(like: AudioChunk) -> AudioChunk:
    return AudioChunk(bytes(2 * round(PAUSE_S * like.sample_rate_hz)), like.sample_rate_hz)


def _compress(ffmpeg: str, wav: bytes, target: Path) -> None:
    target.parent.mkdir(exist_ok=True)
    # Without the encoder's name and the time, the same sound is the same file.
    encode = ("-codec:a", "libmp3lame", "-b:a", BIT_RATE, "-map_metadata", "-1", "-fflags", "+bitexact")
    command = [ffmpeg, "-v", "error", "-y", "-i", "pipe:0", *encode, "-flags:a", "+bitexact", str(target)]
    subprocess.run(command, input=wav, check=True)

"""A host that talks without end, in a process of its own: an overlay goes in, a line a reply comes out.

It talks as a live does, or as fast as it can (`--hurried`).
"""

import asyncio
import json
import time
from argparse import ArgumentParser
from collections.abc import Iterator
from itertools import count
from uuid import UUID

import django

django.setup()

from django.conf import settings  # noqa: E402
from redis.asyncio import Redis  # noqa: E402

from speech.providers.espeak import EspeakSynthesizer  # noqa: E402
from speech.stage.ports import VoiceSpec  # noqa: E402
from tests.overlay.hosting import Host, KeepingPublisher  # noqa: E402

SENTENCES = (
    "Ciao a tutti, siamo già in {}, che bella compagnia!",
    "Chi arriva adesso può salutare in chat, io leggo tutto e rispondo appena posso.",
    "La prossima sorpresa arriva tra {} minuti, quindi restate con me.",
    "Intanto grazie a chi ha mandato {} rose, siete davvero gentilissimi.",
    "Ditemi da quale città mi seguite, sono curiosa di saperlo.",
)


def talk() -> Iterator[list[str]]:
    """Never say the same twice."""
    for number in count(2):
        yield [sentence.format(number) for sentence in SENTENCES]


async def main(overlay_id: UUID, seconds: float, *, hurried: bool) -> None:
    voice = EspeakSynthesizer()
    await voice.warm_up()
    try:
        async with Redis.from_url(settings.REDIS_URL, **settings.REDIS_ASYNC_OPTIONS) as redis:
            host = Host(voice, {"it": VoiceSpec("", "it")})
            await host.get_ready()
            publisher = KeepingPublisher(overlay_id, redis=redis)
            began_s, spoken_s = time.monotonic(), 0.0
            for sentences in talk():
                if (spoken_s if hurried else time.monotonic() - began_s) > seconds:
                    break
                await host.reply(publisher, "it", sentences, hurried=hurried)
                spoken_s += _tell(publisher)
    finally:
        await voice.aclose()


def _tell(publisher: KeepingPublisher) -> float:
    """Say what was said, and return how long it sounds, in seconds."""
    spoken_s = 0.0
    for said in publisher.said.values():
        duration_s = sum(chunk.duration_s for chunk in said.chunks)
        told = {"utterance": str(said.id), "duration_s": duration_s, "sent_at": said.sent_at}
        print(json.dumps(told), flush=True)
        spoken_s += duration_s
    publisher.said.clear()
    return spoken_s


if __name__ == "__main__":
    parser = ArgumentParser()
    parser.add_argument("overlay", type=UUID)
    parser.add_argument("seconds", type=float, help="of speech, where it is hurried; of time elsewhere")
    parser.add_argument("--hurried", action="store_true")
    asked = parser.parse_args()
    asyncio.run(main(asked.overlay, asked.seconds, hurried=asked.hurried))

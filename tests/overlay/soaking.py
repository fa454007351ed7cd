"""A host that talks without end, in a process of its own: an overlay goes in, a line a reply comes out."""

import asyncio
import json
import sys
import time
from collections.abc import Iterator
from itertools import count
from uuid import UUID

import django

django.setup()

from channels.layers import get_channel_layer  # noqa: E402, TID251 - closed here, as a worker does when it stops
from django.conf import settings  # noqa: E402
from redis.asyncio import Redis  # noqa: E402

from speech.providers.espeak import EspeakSynthesizer  # noqa: E402
from speech.stage.ports import Voice  # noqa: E402
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


async def main(overlay_id: UUID, seconds: float) -> None:
    voice = EspeakSynthesizer()
    await voice.warm_up()
    try:
        async with Redis.from_url(settings.REDIS_URL, **settings.REDIS_ASYNC_OPTIONS) as redis:
            host = Host(voice, {"it": Voice("", "it")})
            await host.get_ready()
            publisher = KeepingPublisher(overlay_id, redis=redis)
            over_s = time.monotonic() + seconds
            for sentences in talk():
                if time.monotonic() > over_s:
                    break
                await host.reply(publisher, "it", sentences)
                _tell(publisher)
    finally:
        await voice.aclose()
        await get_channel_layer().flush()


def _tell(publisher: KeepingPublisher) -> None:
    for said in publisher.said.values():
        duration_s = sum(chunk.duration_s for chunk in said.chunks)
        told = {"utterance": str(said.id), "duration_s": duration_s, "sent_at": said.sent_at}
        print(json.dumps(told), flush=True)
    publisher.said.clear()


if __name__ == "__main__":
    asyncio.run(main(UUID(sys.argv[1]), float(sys.argv[2])))

"""A room that never rests, in a process of its own: chat, gifts, a poll and counts on an overlay."""

import asyncio
import sys
from itertools import count
from typing import Any
from uuid import UUID

import django

django.setup()

from django.conf import settings  # noqa: E402
from redis.asyncio import Redis  # noqa: E402

from overlay.publisher import OverlayPublisher  # noqa: E402

LINES_A_SECOND = 8
GIFT_EVERY = 24  # lines
LINES = (
    "ciao a tutti!",
    "ma quanto è bravo questo host, non ci credo 😂",
    "da Palermo con amore, vi seguo sempre mentre torno a casa dal lavoro",
    "2",
    "che canzone è questa?",
    "🔥🔥🔥",
)


async def main(overlay_id: UUID, seconds: float) -> None:
    try:
        async with Redis.from_url(settings.REDIS_URL, **settings.REDIS_ASYNC_OPTIONS) as redis:
            publisher = OverlayPublisher(overlay_id, redis=redis)
            await publisher.set_live(True)
            async with asyncio.timeout(seconds):
                await bustle(publisher)
    except TimeoutError:
        pass


async def bustle(publisher: OverlayPublisher) -> None:
    """Go on without end, at a pace that delays of one line do not change."""
    now_s = asyncio.get_running_loop().time
    began_s = now_s()
    for number in count():
        await asyncio.sleep(began_s + number / LINES_A_SECOND - now_s())
        name = f"viewer_{number % 37}"
        if number % GIFT_EVERY == 0:
            await publisher.chat(f"bustle-{number}", name, f"Rosa × {number % 9 + 1}", "gift")
        else:
            await publisher.chat(f"bustle-{number}", name, LINES[number % len(LINES)], "comment")
        if number % LINES_A_SECOND == 0:
            await publisher.game(_poll(number // LINES_A_SECOND))
            await publisher.tally({"follow": number})


def _poll(second: int) -> dict[str, Any]:
    votes = [3 * second + 5, 2 * second + 20, second * second % 50]
    options = [
        {"text": text, "votes": some, "percent": round(100 * some / sum(votes))}
        for text, some in zip(("Pizza", "Pasta al forno", "Gelato"), votes, strict=True)
    ]
    leaders = [{"name": f"viewer_{n}", "points": 40 - 7 * n + second % 7} for n in range(5)]
    state = {"kind": "poll", "phase": "open", "seconds_left": 59 - second % 60}
    return {**state, "question": "Che si mangia stasera?", "options": options, "leaders": leaders}


if __name__ == "__main__":
    asyncio.run(main(UUID(sys.argv[1]), float(sys.argv[2])))

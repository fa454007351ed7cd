"""Sends a busy chat to the consoles of one live, as its worker would: ten times a second, in batches."""

import asyncio
import sys
import time
from itertools import count
from uuid import UUID

from django.utils import timezone

from livesessions.console.publisher import (
    ConsoleChatMessage,
    ConsoleCountsMessage,
    ConsoleReplyMessage,
    Message,
    publish,
)

TICK_S = 0.1
TEXTS = (
    "ciao a tutti, come state?",
    "Viva, quanti anni hai?",
    "ahahahah bellissimo",
    "da dove guardate la live stasera? io sono di Bari e qui piove da tre giorni",
    "🔥🔥🔥",
)
# One message in so many is a gift of a streak, or blocked by the rules.
GIFT_EACH, BLOCKED_EACH = 12, 25
REPLY_EACH_S = 4.0


def main(session_id: str, per_minute: str, seconds: str) -> None:
    asyncio.run(send(UUID(session_id), float(per_minute), float(seconds)))


async def send(session_id: UUID, per_minute: float, seconds: float) -> None:
    """Send so many messages a minute for some seconds, with counts each second and a reply now and then."""
    numbers, started_s = count(), time.monotonic()
    sent, next_reply_s, next_counts_s = 0, 0.0, 0.0
    while (elapsed_s := time.monotonic() - started_s) < seconds:
        due = int(elapsed_s * per_minute / 60)
        messages: list[Message] = [chat_message(next(numbers)) for _ in range(due - sent)]
        sent = due
        if elapsed_s >= next_counts_s:
            next_counts_s += 1.0
            messages.append(counts_message(sent))
        if elapsed_s >= next_reply_s:
            messages.append(reply_message(int(next_reply_s)))
            next_reply_s += REPLY_EACH_S
        await publish(session_id, messages)
        await asyncio.sleep(TICK_S)


def chat_message(number: int) -> ConsoleChatMessage:
    """Return a message of the room."""
    is_gift = number % GIFT_EACH == 0
    return {
        "kind": "chat",
        "id": f"load-{number}",
        "event": "gift" if is_gift else "comment",
        "name": f"Viewer {number % 200}",
        "text": "" if is_gift else TEXTS[number % len(TEXTS)],
        "risk": "high" if number % BLOCKED_EACH == 1 else "low",
        "gift_name": "Rosa" if is_gift else "",
        "count": 1 + number // GIFT_EACH % 10,
        "at": timezone.now().isoformat(),
        "categories": ["insults"] if number % BLOCKED_EACH == 1 else [],
        "viewer": f"{number % 200:032x}",
        "streak": f"s{number // GIFT_EACH // 10}" if is_gift else "",
        "streak_open": True,
        "diamonds": 1,
    }


def reply_message(number: int) -> ConsoleReplyMessage:
    """Return a reply of the host."""
    return {
        "kind": "reply",
        "id": f"reply-{number}",
        "status": "speaking",
        "text": "Ciao Giulia, che bello sentirti! Qui si sta benissimo stasera.",
        "fault": "",
        "trigger_kind": "comment",
        "trigger_id": f"load-{number}",
        "trigger_name": "Giulia",
        "trigger_text": "mi senti?",
        "first_audio_ms": 1_400,
        "heard": True,
        "hearing": "",
        "at": timezone.now().isoformat(),
    }


def counts_message(messages: int) -> ConsoleCountsMessage:
    """Return what a worker counts."""
    counts = {"decoded": messages, "messages": messages, "gifts": messages // GIFT_EACH, "likes": messages}
    return {
        "kind": "counts",
        "viewers": 1_000 + messages % 50,
        "counts": counts,
        "connection": "connected",
        "retry_in_s": 0,
    }


if __name__ == "__main__":
    main(*sys.argv[1:])

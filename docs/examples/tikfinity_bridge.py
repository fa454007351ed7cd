"""Passes what TikFinity tells on this PC on to a live: needs Python 3.11, httpx and websockets.

VIVAVOCE_TOKEN=vv_… python tikfinity_bridge.py https://vivavoce.example/api/v1/sessions/<id>/events/
"""

import asyncio
import contextlib
import json
import logging
import os
import sys
import uuid
from typing import Any

import httpx
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

TIKFINITY = os.environ.get("TIKFINITY", "ws://localhost:21213/")
KINDS = {
    "chat": "comment",
    "questionNew": "question",
    "gift": "gift",
    "like": "like",
    "follow": "follow",
    "share": "share",
    "member": "join",
    "subscribe": "subscribe",
    "roomUser": "viewers",
}
STREAKABLE = 1
TRY_AGAIN = (429, 500, 502, 503, 504)


def translate(message: str | bytes) -> dict[str, Any] | None:
    """Return TikFinity's message as an event, None when it is nothing that a host cares for."""
    frame = json.loads(message)
    kind, data = KINDS.get(frame["event"]), frame["data"]
    if kind is None:
        return None
    number = data.get("msgId")
    event: dict[str, Any] = {"id": str(number or uuid.uuid4()), "kind": kind}
    if isinstance(number, str) and number.isdigit():  # a number has lost digits on its way through JavaScript
        event["tiktok_msg_id"] = number
    if kind == "viewers":
        return event | {"count": data["viewerCount"]}
    user = data.get("user") or data
    handle = user.get("uniqueId") or ""
    event["viewer"] = {"id": str(user.get("userId") or handle), "name": user.get("nickname") or handle}
    event["viewer"] |= {"handle": handle}
    if kind in ("comment", "question"):
        return event | {"text": (data.get("comment") or data.get("questionText") or "")[:500]}
    if kind == "like":
        return event | {"count": max(1, int(data.get("likeCount") or 1))}
    return event | gift_of(data) if kind == "gift" else event


def gift_of(data: dict[str, Any]) -> dict[str, Any]:
    gift = {"id": str(data["giftId"]), "name": data.get("giftName") or "?"}
    gift["diamonds"] = int(data.get("diamondCount") or 0)
    count = {"count": max(1, int(data.get("repeatCount") or 1))}
    if data.get("giftType") != STREAKABLE:
        return {"gift": gift, **count}
    streak = str(data["groupId"])
    return {"gift": gift | {"streak_id": streak}, "streak_open": not data.get("repeatEnd"), **count}


async def listen(events: "asyncio.Queue[dict[str, Any]]") -> None:
    async for socket in connect(TIKFINITY):  # connects again, more and more slowly, for as long as it must
        logging.info("TikFinity is there.")
        with contextlib.suppress(ConnectionClosed):
            async for message in socket:
                with contextlib.suppress(ValueError, TypeError, LookupError, AttributeError):
                    event = translate(message)
                    if event is not None:
                        await events.put(event)


async def send(events: "asyncio.Queue[dict[str, Any]]", address: str) -> None:
    headers = {"Authorization": f"Bearer {os.environ['VIVAVOCE_TOKEN']}"}
    async with httpx.AsyncClient(headers=headers) as http:
        while True:
            batch = [await events.get()]
            await asyncio.sleep(0.1)  # what comes together goes together
            while len(batch) < 100 and not events.empty():
                batch.append(events.get_nowait())
            await post(http, address, batch)


async def post(http: httpx.AsyncClient, address: str, batch: list[dict[str, Any]]) -> None:
    """Send a batch, again if it must be: an event that has arrived already is not taken twice."""
    while True:
        wait_s = 2.0
        with contextlib.suppress(httpx.TransportError):
            answer = await http.post(address, json={"events": batch})
            if answer.status_code not in TRY_AGAIN:
                return report(answer)
            wait_s = float(answer.headers.get("Retry-After", wait_s))
        await asyncio.sleep(wait_s)


def report(answer: httpx.Response) -> None:
    if answer.status_code == httpx.codes.CONFLICT:
        logging.warning("The live is not on air.")
        return
    answer.raise_for_status()
    for refused in answer.json()["rejected"]:
        logging.warning("Refused: %s", refused["errors"])


async def main(address: str) -> None:
    events: asyncio.Queue[dict[str, Any]] = asyncio.Queue(10_000)
    await asyncio.gather(listen(events), send(events, address))


if __name__ == "__main__":
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    logging.getLogger("httpx").setLevel(logging.WARNING)
    asyncio.run(main(sys.argv[1]))

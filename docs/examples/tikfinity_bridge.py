"""Passes what TikFinity tells on this PC on to a live: needs Python 3.11, httpx and websockets.

VIVAVOCE_TOKEN=vv_… python tikfinity_bridge.py https://vivavoce.example/api/v1/sessions/<id>/events/
"""

import asyncio
import contextlib
import json
import logging
import os
import re
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
    "superFan": "subscribe",
    "superFanJoined": "join",
    "roomUser": "viewers",
}
STREAKABLE = 1
TRY_AGAIN = (429, 500, 502, 503, 504)


def translate(message: str | bytes) -> dict[str, Any] | None:
    """Return TikFinity's message as an event, None when it is nothing that a host cares for.

    Raise ValueError, TypeError, LookupError or AttributeError for a message that cannot be understood.
    """
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
    event |= viewer_of(data)
    if kind in ("comment", "question"):
        return event | {"text": (data.get("comment") or data.get("questionText") or "")[:500]}
    if kind == "like":
        return event | {"count": number_in(data, "likeCount"), "total": number_in(data, "totalLikeCount")}
    return event | gift_of(data) if kind == "gift" else event


def viewer_of(data: dict[str, Any]) -> dict[str, Any]:
    """Return who did it; nothing when the message does not say."""
    user = data | (data.get("user") or {})
    handle = user.get("uniqueId") or ""
    number = user.get("userId") or user.get("id") or handle
    if not number:
        return {}
    return {"viewer": {"id": str(number), "name": user.get("nickname") or handle, "handle": handle}}


def gift_of(data: dict[str, Any]) -> dict[str, Any]:
    """Return a gift, whether its particulars stand in `giftDetails`, in `gift` or beside the rest."""
    if not data:
        raise LookupError("an empty gift")
    details = (data.get("gift") or {}) | (data.get("giftDetails") or {})
    told = details | {field: value for field, value in data.items() if value is not None}
    name = str(told.get("giftName") or details.get("name") or "")
    number = told.get("giftId") or details.get("id") or name or "unknown"
    gift: dict[str, Any] = {"id": re.sub(r"[^!-~]+", "-", str(number))[:40], "name": name}
    gift["diamonds"] = number_in(told, "diamondCount")
    event: dict[str, Any] = {"gift": gift, "count": max(1, number_in(data, "repeatCount"))}
    group, kind = data.get("groupId"), told.get("giftType", details.get("type"))
    if kind == STREAKABLE or (kind is None and (group or "repeatEnd" in data)):
        event["streak_open"] = not data.get("repeatEnd")
        if group and str(group) != "0":
            gift["streak_id"] = str(group)
    return event


def number_in(data: dict[str, Any], name: str) -> int:
    """Return a number that may be missing or a text; 0 when there is none."""
    try:
        return max(0, int(data.get(name) or 0))
    except (TypeError, ValueError):
        return 0


async def listen(events: "asyncio.Queue[dict[str, Any]]") -> None:
    async for socket in connect(TIKFINITY):  # connects again, more and more slowly, for as long as it must
        logging.info("TikFinity is there.")
        with contextlib.suppress(ConnectionClosed):
            async for message in socket:
                try:
                    event = translate(message)
                except (ValueError, TypeError, LookupError, AttributeError) as error:
                    logging.warning("Left out, because it was not understood (%r): %.200s", error, message)
                    continue
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

"""A page that was away, or could not keep up, gets the rest: nothing twice, no whole line lost."""

import time
from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID, uuid4

import pytest
from redis.asyncio import Redis

from overlay.connection import flow_control, replay_buffer, wire
from overlay.models import Overlay
from overlay.publisher import OverlayPublisher
from speech.stage.audio import AudioChunk
from tests.overlay.conftest import Connect, Socket, open_socket
from tests.overlay.test_reports import HELLO

CHUNK = AudioChunk(b"\x10\x00" * 480, 24_000)
CHUNK_MS = 20


@pytest.fixture
async def newcomer(overlay: Overlay) -> AsyncIterator[Socket]:
    """A page that has said hello and confirms nothing by itself."""
    async with open_socket(f"{overlay.token}/?version=2") as page:
        await page.receive()
        await page.send(HELLO)
        yield page


async def say(publisher: OverlayPublisher, text: str, chunks: int, *, end: bool = True) -> UUID:
    utterance = uuid4()
    await publisher.begin(utterance, text)
    for sequence in range(chunks):
        await publisher.audio(utterance, sequence, CHUNK)
    if end:
        await publisher.end(utterance, chunks * CHUNK_MS)
    return utterance


async def read_until(page: Socket, marker: str) -> list[Any]:
    """Read until a chat line of that id; return the rest in short: types, and (utterance, sequence)."""
    seen: list[Any] = []
    while True:
        frame = await page.receive()
        if isinstance(frame, bytes):
            audio = wire.unpack_audio(frame)
            seen.append((str(audio.utterance_id), audio.sequence))
        elif frame["type"] == "chat" and frame["id"] == marker:
            return seen
        else:
            seen.append(frame)


async def come_back(
    connect: Connect, overlay: Overlay, publisher: OverlayPublisher, utterance: UUID | None, sequence: int
) -> list[Any]:
    name = f"utterance={utterance}&" if utterance else ""
    page = await connect(f"{overlay.token}/?version=2&{name}sequence={sequence}")
    await publisher.chat("marker", "Marta", "ciao", "comment")
    state, *rest = await read_until(page, "marker")
    assert state["type"] == "state"
    return rest


async def test_a_page_that_comes_back_gets_the_rest_and_nothing_twice(
    overlay: Overlay, publisher: OverlayPublisher, connect: Connect
) -> None:
    before = await say(publisher, "Prima.", 2)
    broken = await say(publisher, "Una storia.", 4, end=False)
    await publisher.caption(broken, "Va avanti.", 80)
    await publisher.audio(broken, 4, CHUNK)
    await publisher.end(broken, 100)
    after = await say(publisher, "Dopo.", 1)
    rest = await come_back(connect, overlay, publisher, broken, 2)
    assert rest == [
        {"type": "resumed", "utterances": [str(broken), str(after)]},
        {"type": "begin", "utterance": str(broken), "text": "Una storia."},
        {"type": "caption", "utterance": str(broken), "text": "Va avanti.", "at_ms": 80},
        (str(broken), 3),
        (str(broken), 4),
        {"type": "end", "utterance": str(broken), "duration_ms": 100},
        {"type": "begin", "utterance": str(after), "text": "Dopo."},
        (str(after), 0),
        {"type": "end", "utterance": str(after), "duration_ms": 20},
    ]
    assert str(before) not in str(rest)


async def test_a_page_that_knew_nothing_gets_whole_lines_only(
    overlay: Overlay, publisher: OverlayPublisher, connect: Connect
) -> None:
    utterance = await say(publisher, "Ciao!", 2)
    rest = await come_back(connect, overlay, publisher, None, -1)
    assert rest[0] == {"type": "resumed", "utterances": [str(utterance)]}
    assert [item for item in rest if isinstance(item, tuple)] == [(str(utterance), 0), (str(utterance), 1)]


async def test_a_page_that_is_there_for_the_first_time_gets_no_old_sound(
    overlay: Overlay, publisher: OverlayPublisher, connect: Connect
) -> None:
    await say(publisher, "Ciao!", 2)
    page = await connect(f"{overlay.token}/?version=2")
    await publisher.chat("marker", "Marta", "ciao", "comment")
    assert len(await read_until(page, "marker")) == 1


async def test_a_line_whose_moment_is_over_is_shown_and_not_played(
    overlay: Overlay, publisher: OverlayPublisher, connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = await say(publisher, "Prima.", 1)
    await say(publisher, "Seconda.", 1)
    missed = await say(publisher, "Persa.", 1)
    now_s = time.time()
    monkeypatch.setattr(time, "time", lambda: now_s + replay_buffer.OVER_AFTER_S + 1.0)
    rest = await come_back(connect, overlay, publisher, known, 0)
    assert rest == [
        {"type": "resumed", "utterances": []},
        {"type": "missed", "utterance": str(missed), "text": "Persa."},
    ]


@pytest.mark.parametrize("silence", ["cut", "cut everything", "mute"])
async def test_what_was_silenced_meanwhile_stays_silent(
    overlay: Overlay, publisher: OverlayPublisher, connect: Connect, silence: str
) -> None:
    utterance = await say(publisher, "Ciao!", 4)
    if silence == "mute":
        await publisher.set_muted(True)
        await publisher.set_muted(False)
    else:
        await publisher.cut(utterance if silence == "cut" else None)
    rest = await come_back(connect, overlay, publisher, utterance, 1)
    assert rest[0] == {"type": "resumed", "utterances": []}
    assert not [item for item in rest if isinstance(item, tuple)]


async def test_no_more_than_half_a_minute_is_kept(
    overlay: Overlay, publisher: OverlayPublisher, connect: Connect, redis: Redis
) -> None:
    utterance = await say(publisher, "Una storia senza fine.", replay_buffer.MAX_ENTRIES + 20, end=False)
    (key,) = [name async for name in redis.scan_iter(f"overlay:{overlay.id}:replay")]
    assert await redis.llen(key) == replay_buffer.MAX_ENTRIES
    assert 0 < await redis.pttl(key) <= replay_buffer.LIFETIME_MS
    rest = await come_back(connect, overlay, publisher, utterance, replay_buffer.MAX_ENTRIES + 17)
    assert rest == [
        {"type": "resumed", "utterances": [str(utterance)]},
        (str(utterance), replay_buffer.MAX_ENTRIES + 18),
        (str(utterance), replay_buffer.MAX_ENTRIES + 19),
    ]


async def test_a_slow_page_is_sent_no_more_than_it_confirms_and_everything_in_the_end(
    newcomer: Socket, publisher: OverlayPublisher
) -> None:
    chunks = flow_control.MAX_UNCONFIRMED + 40
    await publisher.chat("start", "Marta", "ciao", "comment")
    await read_until(newcomer, "start")
    utterance = await say(publisher, "Una storia.", chunks)
    await publisher.chat("marker", "Marta", "ciao", "comment")
    first = await read_until(newcomer, "marker")
    assert first[0] == {"type": "begin", "utterance": str(utterance), "text": "Una storia."}
    assert [item for item in first if isinstance(item, tuple)] == [
        (str(utterance), sequence) for sequence in range(flow_control.MAX_UNCONFIRMED)
    ]
    assert first[-1] == (str(utterance), flow_control.MAX_UNCONFIRMED - 1)  # and its end waits too
    await newcomer.send({"type": "got", "frames": flow_control.MAX_UNCONFIRMED})
    await publisher.chat("again", "Marta", "ciao", "comment")
    rest = await read_until(newcomer, "again")
    assert [item for item in rest if isinstance(item, tuple)] == [
        (str(utterance), sequence) for sequence in range(flow_control.MAX_UNCONFIRMED, chunks)
    ]
    assert rest[-1] == {"type": "end", "utterance": str(utterance), "duration_ms": chunks * CHUNK_MS}


async def test_a_slow_page_slows_nobody_else(
    newcomer: Socket, overlay: Overlay, publisher: OverlayPublisher, connect: Connect
) -> None:
    other = await connect(f"{overlay.token}/?version=2")
    await publisher.chat("start", "Marta", "ciao", "comment")
    await read_until(newcomer, "start")
    chunks = flow_control.MAX_UNCONFIRMED + 10
    utterance = await say(publisher, "Una storia.", chunks)
    await publisher.chat("marker", "Marta", "ciao", "comment")
    heard = [item for item in await read_until(other, "marker") if isinstance(item, tuple)]
    assert heard == [(str(utterance), sequence) for sequence in range(chunks)]

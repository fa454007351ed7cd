import asyncio
from collections.abc import Iterator
from typing import Any
from uuid import UUID, uuid4

import pytest
from asgiref.sync import sync_to_async
from django_scopes import scopes_disabled

from overlay import consumers
from overlay.connection import wire
from overlay.connection.release import page_release
from overlay.models import Overlay, make_token
from overlay.publisher import OverlayPublisher
from overlay.services import mute_overlay, rotate_token
from overlay.signals import utterance_acknowledged
from speech.stage.audio import AudioChunk
from tests.overlay.conftest import Connect

CHUNK = AudioChunk(b"\x10\x00" * 480, 24_000)
Acks = asyncio.Queue[dict[str, Any]]


def heard(frame: bytes) -> tuple[UUID, int, AudioChunk, int]:
    """What a binary frame carries, but for when it was sent."""
    audio = wire.unpack_audio(frame)
    return audio.utterance_id, audio.sequence, audio.chunk, audio.position_us


@pytest.fixture
def acks() -> Iterator[Acks]:
    received: Acks = asyncio.Queue()

    async def note(**kwargs: Any) -> None:
        await received.put(kwargs)

    utterance_acknowledged.connect(note)
    yield received
    utterance_acknowledged.disconnect(note)


async def test_a_page_first_gets_the_state(overlay: Overlay, connect: Connect) -> None:
    page = await connect(overlay.token)
    assert await page.receive() == {
        "type": "state",
        "live": False,
        "muted": False,
        "lines": [],
        "caption": None,
        "release": page_release(),
    }


async def test_an_unknown_token_is_refused(overlay: Overlay, connect: Connect) -> None:
    with pytest.raises(ConnectionRefusedError):
        await connect("x" * 32)


async def test_everything_published_reaches_every_page_in_order(
    overlay: Overlay, publisher: OverlayPublisher, connect: Connect
) -> None:
    pages = [await connect(f"{overlay.token}/?version=2") for _ in range(2)]
    utterance = uuid4()
    await publisher.begin(utterance, "Ciao!")
    await publisher.audio(utterance, 0, CHUNK)
    await publisher.caption(utterance, "Come va?", 20)
    await publisher.audio(utterance, 1, CHUNK)
    await publisher.end(utterance, 40)
    await publisher.cut(utterance)
    for page in pages:
        assert (await page.receive())["type"] == "state"
        assert await page.receive() == {"type": "begin", "utterance": str(utterance), "text": "Ciao!"}
        assert heard(await page.receive()) == (utterance, 0, CHUNK, 0)
        assert await page.receive() == {
            "type": "caption",
            "utterance": str(utterance),
            "text": "Come va?",
            "at_ms": 20,
        }
        assert heard(await page.receive()) == (utterance, 1, CHUNK, 20_000)
        assert await page.receive() == {"type": "end", "utterance": str(utterance), "duration_ms": 40}
        assert await page.receive() == {"type": "cut", "utterance": str(utterance)}


async def test_what_is_said_to_one_tenant_never_reaches_another(
    overlay: Overlay, other_overlay: Overlay, publisher: OverlayPublisher, connect: Connect
) -> None:
    charlie = await connect(other_overlay.token)
    await charlie.receive()
    await publisher.chat("1", "Marta", "ciao", "comment")
    await publisher.begin(uuid4(), "Ciao Marta!")
    await publisher.audio(uuid4(), 0, CHUNK)
    alice = await connect(overlay.token)
    assert (await alice.receive())["lines"]
    later = await connect(other_overlay.token)
    assert (await later.receive())["lines"] == []
    assert await charlie.communicator.receive_nothing()


async def test_a_mute_from_the_web_reaches_the_page_without_a_worker(
    overlay: Overlay, connect: Connect
) -> None:
    page = await connect(overlay.token)
    await page.receive()
    await sync_to_async(mute_overlay)(overlay.id, muted=True)
    assert await page.receive() == {"type": "mute", "muted": True}
    again = await connect(overlay.token)
    assert (await again.receive())["muted"] is True


async def test_a_rotated_token_closes_open_sockets_and_opens_no_more(
    overlay: Overlay, connect: Connect
) -> None:
    page = await connect(overlay.token)
    await page.receive()
    old_token = overlay.token
    await sync_to_async(rotate_token)(overlay=overlay)
    assert await page.receive_close() == consumers.CLOSE_ROTATED
    with pytest.raises(ConnectionRefusedError):
        await connect(old_token)
    await connect(overlay.token)


async def test_a_deleted_overlay_closes_its_open_sockets(overlay: Overlay, connect: Connect) -> None:
    page = await connect(overlay.token)
    await page.receive()

    def delete() -> None:
        with scopes_disabled():
            overlay.delete()

    await sync_to_async(delete)()
    assert await page.receive_close() == consumers.CLOSE_ROTATED


async def test_a_rotation_that_redis_lost_closes_open_sockets_at_the_regular_check(
    overlay: Overlay, connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert consumers.OverlayConsumer.check_every_s == 60.0
    monkeypatch.setattr(consumers.OverlayConsumer, "check_every_s", 0.01)
    page = await connect(overlay.token)
    await page.receive()

    def rotate_silently() -> None:
        with scopes_disabled():
            Overlay.objects.filter(id=overlay.id).update(token=make_token())

    await sync_to_async(rotate_silently)()
    assert await page.receive_close() == consumers.CLOSE_ROTATED


async def test_the_pages_word_becomes_a_signal(overlay: Overlay, connect: Connect, acks: Acks) -> None:
    page = await connect(overlay.token)
    utterance = uuid4()
    await page.send({"type": "started", "utterance": str(utterance)})
    await page.send({"type": "ended", "utterance": str(utterance), "played_ms": 1_500})
    started, ended = await acks.get(), await acks.get()
    assert (started["overlay_id"], started["utterance_id"]) == (overlay.id, utterance)
    assert (started["phase"], started["played_ms"]) == ("started", None)
    assert (ended["phase"], ended["played_ms"]) == ("ended", 1_500)
    assert isinstance(ended["overlay_id"], UUID)


async def test_what_a_page_reports_just_before_it_leaves_still_counts(
    overlay: Overlay, connect: Connect, acks: Acks
) -> None:
    page = await connect(overlay.token)
    await page.send({"type": "ended", "utterance": str(uuid4()), "played_ms": 10})
    await page.leave()
    assert (await acks.get())["played_ms"] == 10


async def test_a_receiver_that_fails_costs_one_acknowledgement(
    overlay: Overlay, connect: Connect, acks: Acks, caplog: pytest.LogCaptureFixture
) -> None:
    async def fail(**kwargs: Any) -> None:
        raise RuntimeError("the database is away")

    page = await connect(overlay.token)
    await page.receive()
    utterance_acknowledged.connect(fail)
    try:
        for _ in range(2):
            await page.send({"type": "started", "utterance": str(uuid4())})
            await acks.get()
    finally:
        utterance_acknowledged.disconnect(fail)
    assert await page.communicator.receive_nothing()
    assert overlay.token not in caplog.text


async def test_a_slow_receiver_does_not_hold_up_the_voice(
    overlay: Overlay, publisher: OverlayPublisher, connect: Connect
) -> None:
    called, done = asyncio.Event(), asyncio.Event()

    async def wait(**kwargs: Any) -> None:
        called.set()
        await done.wait()

    page = await connect(overlay.token)
    await page.receive()
    utterance_acknowledged.connect(wait)
    try:
        await page.send({"type": "started", "utterance": str(uuid4())})
        await called.wait()
        await publisher.audio(uuid4(), 0, CHUNK)
        assert isinstance(await page.receive(), bytes)
    finally:
        done.set()
        utterance_acknowledged.disconnect(wait)


async def test_malformed_input_is_ignored_until_it_is_too_much(
    overlay: Overlay, publisher: OverlayPublisher, connect: Connect, acks: Acks
) -> None:
    page = await connect(overlay.token)
    await page.receive()
    for _ in range(consumers.MAX_MALFORMED - 1):
        await page.send("nonsense")
    await page.send({"type": "started", "utterance": str(uuid4())})
    await acks.get()
    await page.communicator.send_to(bytes_data=b"\x00")
    assert await page.receive_close() == consumers.CLOSE_MALFORMED


async def test_a_page_that_cannot_keep_up_is_closed(
    overlay: Overlay, publisher: OverlayPublisher, connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(consumers, "MAX_BACKLOG", 3)
    gate = asyncio.Event()
    page = await connect(overlay.token)
    await page.receive()
    _hold_sends(monkeypatch, gate)
    for _ in range(8):
        await publisher.chat(str(uuid4()), "Marta", "ciao", "comment")
    marker = await connect(overlay.token)
    while not (await marker.receive()).get("lines"):
        pass
    gate.set()
    assert await page.receive_close() == consumers.CLOSE_TOO_SLOW


def _hold_sends(monkeypatch: pytest.MonkeyPatch, gate: asyncio.Event) -> None:
    send = consumers.OverlayConsumer.send

    async def slow_send(self: Any, text_data: str | None = None, **frame: Any) -> None:
        if text_data is None or '"state"' not in text_data:
            await gate.wait()
        await send(self, text_data=text_data, **frame)

    monkeypatch.setattr(consumers.OverlayConsumer, "send", slow_send)


def test_every_close_code_is_one_that_the_server_can_send() -> None:
    """RFC 6455, 7.4.2; for any other the server raises, and the socket stays open."""
    codes = [code for name, code in vars(consumers).items() if name.startswith("CLOSE_")]
    assert codes
    assert all(3_000 <= code <= 4_999 for code in codes)

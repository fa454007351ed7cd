import asyncio
import json
import math
from base64 import b64encode
from collections import Counter
from contextlib import aclosing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from chatsources import webcast_pb2 as pb
from chatsources.errors import SourceError, SourceFault
from chatsources.events import EventKind, LiveEvent
from chatsources.port import ChatSource
from chatsources.replay import (
    LONGEST_GAP_S,
    ChatLogReplaySource,
    ReplayError,
    WebcastReplaySource,
    open_replay,
)
from chatsources.webcast import MAX_TEXT_CHARS
from rehearsals.rehearsal.virtual_clock import run_virtual, virtual_now
from tests.chatsources.raw_protobuf import SAMPLE, captured
from tests.fakes.webcast import ENDED, SUSPENDED, comment, control, like

CHAT = Path(__file__).parents[1] / "data" / "chat"
START = datetime(2023, 9, 1, tzinfo=UTC)


async def collect(source: ChatSource) -> list[LiveEvent]:
    async with aclosing(source.events()) as events:
        return [event async for event in events]


async def timed(source: ChatSource) -> list[tuple[float, LiveEvent]]:
    loop = asyncio.get_running_loop()
    began = loop.time()
    async with aclosing(source.events()) as events:
        return [(loop.time() - began, event) async for event in events]


def capture_of(path: Path, *messages: tuple[float, str, pb.Envelope]) -> Path:
    """Write a capture of (second, room, message)."""
    lines = [
        json.dumps(
            {
                "method": message.method,
                "ts": (START + timedelta(seconds=at_s)).isoformat(),
                "room": room,
                "msg_id": str(message.msg_id),
                "payload": b64encode(message.payload).decode(),
            }
        )
        for at_s, room, message in messages
    ]
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


def chat_of(path: Path, *lines: dict[str, Any]) -> Path:
    path.write_text("\n".join(json.dumps(line) for line in lines), encoding="utf-8")
    return path


@pytest.mark.parametrize("speed", [0, math.inf])
async def test_a_capture_replays_all_its_rooms_as_one_live(speed: float) -> None:
    source = WebcastReplaySource(SAMPLE, speed=speed)
    events = await collect(source)
    methods = Counter(one.method for one in captured())
    kinds = Counter(event.kind for event in events)
    assert kinds[EventKind.COMMENT] == methods["WebcastChatMessage"]
    assert kinds[EventKind.GIFT] == methods["WebcastGiftMessage"]
    assert kinds[EventKind.FOLLOW] + kinds[EventKind.SHARE] == methods["WebcastSocialMessage"]
    # Three of its rooms end, the live does not.
    assert kinds[EventKind.ENDED] == 0
    assert source.counts.received == len(captured())
    assert source.counts.decoded == len(events) + methods["WebcastControlMessage"]


async def test_a_replay_tells_the_same_again_under_the_same_ids() -> None:
    first, second = WebcastReplaySource(SAMPLE, speed=0), WebcastReplaySource(SAMPLE, speed=0)
    ids = [event.source_id for event in await collect(first)]
    assert ids == [event.source_id for event in await collect(second)]
    assert ids == [event.source_id for event in await collect(first)]
    assert len(set(ids)) == len(ids)


async def test_one_room_may_be_replayed_alone_and_ends_with_its_live(tmp_path: Path) -> None:
    path = capture_of(
        tmp_path / "capture.jsonl",
        (0, "a", comment("uno")),
        (1, "b", comment("altrove")),
        (2, "a", control(ENDED)),
        (3, "a", comment("troppo tardi")),
    )
    events = await collect(WebcastReplaySource(path, speed=0, room="a"))
    assert [(event.kind.value, event.text) for event in events] == [("comment", "uno"), ("ended", "")]
    merged = await collect(WebcastReplaySource(path, speed=0))
    assert [event.text for event in merged] == ["uno", "altrove", "troppo tardi"]


async def test_a_room_that_was_suspended_ends_with_that_fault(tmp_path: Path) -> None:
    path = capture_of(tmp_path / "capture.jsonl", (0, "a", comment("uno")), (1, "a", control(SUSPENDED)))
    with pytest.raises(SourceError) as caught:
        await collect(WebcastReplaySource(path, speed=0))
    assert caught.value.fault is SourceFault.SUSPENDED


async def test_everything_happens_now(tmp_path: Path) -> None:
    path = capture_of(tmp_path / "capture.jsonl", (0, "a", comment("uno")))
    now = datetime(2026, 3, 1, tzinfo=UTC)
    (event,) = await collect(WebcastReplaySource(path, speed=0, clock=lambda: now))
    assert event.occurred_at == now


def test_a_capture_keeps_its_pace_but_for_long_pauses(tmp_path: Path) -> None:
    path = capture_of(
        tmp_path / "capture.jsonl",
        (3600, "b", comment("dopo")),
        (0, "a", comment("subito")),
        (4, "a", like()),
    )
    source = WebcastReplaySource(path, speed=2, clock=virtual_now)
    told = run_virtual(timed(source))
    assert [at_s for at_s, _ in told] == pytest.approx([0, 2, (4 + LONGEST_GAP_S) / 2])
    assert told[-1][1].text == "dopo"


@pytest.mark.parametrize(("speed", "lasts_s"), [(1, 30), (10, 3), (0.5, 60), (0, 0), (math.inf, 0)])
def test_a_chat_log_lasts_as_long_as_its_speed_says(tmp_path: Path, speed: float, lasts_s: float) -> None:
    lines = [{"t": at_s, "user": "u_1", "message": str(at_s)} for at_s in (30, 0, 12.5)]
    source = ChatLogReplaySource(chat_of(tmp_path / "chat.jsonl", *lines), speed=speed, clock=virtual_now)
    told = run_virtual(timed(source))
    assert told[-1][0] == pytest.approx(lasts_s)
    assert [event.text for _, event in told] == ["0", "12.5", "30"]


@pytest.mark.parametrize("name", ["youtube_sample", "twitch_sample"])
async def test_a_chat_log_is_told_line_by_line(name: str) -> None:
    path = CHAT / f"{name}.jsonl"
    with path.open(encoding="utf-8") as file:
        lines = [json.loads(line) for line in file]
    source = ChatLogReplaySource(path, speed=0)
    events = await collect(source)
    assert [event.text for event in events] == [line["message"] for line in lines]
    assert [event.viewer.id for event in events if event.viewer] == [line["user"] for line in lines]
    assert {event.kind for event in events} == {EventKind.COMMENT}
    assert len({event.source_id for event in events}) == len(lines) == source.counts.decoded


async def test_a_viewer_keeps_the_name_it_has_or_the_one_it_is_given() -> None:
    def names(events: list[LiveEvent]) -> dict[str, set[str]]:
        seen: dict[str, set[str]] = {}
        for event in events:
            assert event.viewer is not None
            seen.setdefault(event.viewer.id, set()).add(event.viewer.name)
        return seen

    path = CHAT / "youtube_sample.jsonl"
    as_given = names(await collect(ChatLogReplaySource(path, speed=0)))
    assert all(called == {user} for user, called in as_given.items())
    italian = names(await collect(ChatLogReplaySource(path, speed=0, language="it")))
    assert all(len(called) == 1 and "u_" not in min(called) for called in italian.values())
    assert len(set.union(*italian.values())) > 20
    assert italian == names(await collect(ChatLogReplaySource(path, speed=0, language="it")))


async def test_lines_that_hold_nothing_are_counted_and_skipped(tmp_path: Path) -> None:
    bad = [
        "not json",
        "[1]",
        '{"t": "x", "user": "u", "message": "m"}',
        '{"t": 1e999, "user": "", "message": ""}',
    ]
    good = json.dumps({"t": 1, "user": "u_1", "message": "a\0b\ud800" + "x" * 10_000})
    path = tmp_path / "chat.jsonl"
    path.write_text("\n".join([*bad, "", good, '{"t": 1, "mess']), encoding="utf-8")
    source = ChatLogReplaySource(path, speed=0)
    (event,) = await collect(source)
    assert event.text.startswith("ab?x")
    assert len(event.text.encode()) <= MAX_TEXT_CHARS
    assert (source.counts.received, source.counts.broken, source.counts.decoded) == (6, 5, 1)


async def test_broken_lines_of_a_capture_are_counted_and_skipped(tmp_path: Path) -> None:
    path = capture_of(tmp_path / "capture.jsonl", (0, "a", comment("uno")))
    entry = {"method": "WebcastChatMessage", "ts": START.isoformat(), "room": "a", "payload": "Cv8="}
    broken = [entry, entry | {"ts": "yesterday"}, entry | {"payload": "%%"}]
    with path.open("a", encoding="utf-8") as file:
        file.writelines("\n" + json.dumps(line) for line in broken)
    source = WebcastReplaySource(path, speed=0)
    assert [event.text for event in await collect(source)] == ["uno"]
    assert (source.counts.received, source.counts.broken) == (4, 3)


@pytest.mark.parametrize(
    ("path", "kind"),
    [(SAMPLE, WebcastReplaySource), (CHAT / "twitch_sample.jsonl", ChatLogReplaySource)],
)
def test_a_recording_is_known_by_its_first_line(path: Path, kind: type[object]) -> None:
    assert isinstance(open_replay(path, speed=1), kind)


@pytest.mark.parametrize("content", ["", "ciao\n", '{"a": 1}\n', "[]\n"])
def test_any_other_file_is_refused(tmp_path: Path, content: str) -> None:
    path = tmp_path / "other"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(ReplayError, match="neither"):
        open_replay(path, speed=1)


@pytest.mark.parametrize("speed", [-1, math.nan])
def test_time_does_not_run_backwards(speed: float) -> None:
    with pytest.raises(ReplayError, match="speed"):
        open_replay(SAMPLE, speed=speed)

"""The chat of a rehearsal, on the virtual clock."""

import asyncio
import json
from collections import Counter
from contextlib import aclosing
from itertools import pairwise
from pathlib import Path

import pytest

from chatsources.events import EventKind, LiveEvent
from chatsources.replay import ReplayError
from rehearsals.rehearsal import chat_source
from rehearsals.rehearsal.chat_file import ChatFileProblem, find_faults
from rehearsals.rehearsal.chat_source import OpenChat, RehearsalChat, open_recording, open_simulator
from rehearsals.rehearsal.virtual_clock import run_virtual, virtual_now

DATA = Path(__file__).parent.parent / "data"
CAPTURE = DATA / "tiktok" / "webcast_sample.jsonl"


def listen(open_chat: OpenChat, lasts_s: float) -> list[tuple[float, LiveEvent]]:
    async def run() -> list[tuple[float, LiveEvent]]:
        source = RehearsalChat(open_chat, lasts_s=lasts_s, clock=virtual_now)
        now_s = asyncio.get_running_loop().time
        async with aclosing(source.events()) as events:
            heard = [(now_s(), event) async for event in events]
        assert now_s() == pytest.approx(lasts_s)
        assert source.counts.decoded == len(heard)
        return heard

    return run_virtual(run())


@pytest.fixture
def log(tmp_path: Path) -> Path:
    path = tmp_path / "chat.jsonl"
    rows = [{"t": n * 2.0, "user": f"u_{n}", "message": f"line {n}"} for n in range(10)]
    path.write_text("\n".join(map(json.dumps, rows)))
    return path


def test_a_chat_log_comes_at_its_own_pace_by_names_that_can_be_said(log: Path) -> None:
    heard = listen(open_recording(log, language="it"), 15)
    assert [at_s for at_s, _ in heard] == pytest.approx([0, 2, 4, 6, 8, 10, 12, 14])
    assert all(event.viewer and not event.viewer.name.startswith("u_") for _, event in heard)


def test_a_short_chat_begins_again_with_ids_of_its_own(log: Path) -> None:
    heard = listen(open_recording(log, language="it"), 60)
    assert len(heard) == 29
    assert len({event.source_id for _, event in heard}) == 29
    assert Counter(event.text for _, event in heard).most_common(1)[0][1] == 3
    assert all(before <= after for (before, _), (after, _) in pairwise(heard))


@pytest.mark.parametrize("name", ["youtube_sample.jsonl", "twitch_sample.jsonl"])
def test_logs_of_youtube_and_twitch_are_read(name: str) -> None:
    heard = listen(open_recording(DATA / "chat" / name, language="en"), 300)
    assert len(heard) > 100
    assert {event.kind for _, event in heard} == {EventKind.COMMENT}


def test_a_tiktok_capture_is_read_and_its_end_is_not_the_rehearsals() -> None:
    heard = listen(open_recording(CAPTURE, language="it"), 3_600)
    kinds = Counter(event.kind for _, event in heard)
    assert kinds[EventKind.COMMENT]
    assert kinds[EventKind.GIFT]
    assert not kinds[EventKind.ENDED]
    assert len({event.source_id for _, event in heard}) == len(heard)


def test_a_gift_streak_of_the_second_pass_is_another_streak() -> None:
    heard = listen(open_recording(CAPTURE, language="it"), 7_200)
    passes = Counter(
        (event.gift.streak_id.rpartition("/")[0], event.viewer and event.viewer.id)
        for _, event in heard
        if event.gift is not None and event.gift.streak_id
    )
    assert len({number for number, _ in passes}) > 1


def test_many_lines_at_once_do_not_fill_the_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chat_source, "MAX_EVENTS", 25)
    path = tmp_path / "burst.jsonl"
    path.write_text("\n".join(json.dumps({"t": 0, "user": "a", "message": str(n)}) for n in range(10)))
    heard = listen(open_recording(path, language="it"), 600)
    assert len(heard) == 25
    assert max(at_s for at_s, _ in heard) == pytest.approx(20)


def test_the_simulator_is_a_chat_too() -> None:
    heard = listen(open_simulator(language="it", seed=3), 120)
    assert 40 < sum(event.kind is EventKind.COMMENT for _, event in heard) < 140


def test_a_file_of_another_kind_shows_at_once(tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("dear diary")
    with pytest.raises(ReplayError):
        open_recording(path, language="it")


@pytest.mark.parametrize("sample", chat_source.SAMPLES, ids=lambda sample: sample.key)
def test_the_shipped_chats_are_small_whole_and_licensed(sample: chat_source.SampleChat) -> None:
    text = sample.path.read_text(encoding="utf-8")
    assert find_faults(text) == []
    assert sample.path.stat().st_size <= 150_000
    assert "MIT License" in sample.path.with_suffix(".LICENSE").read_text()
    lasts_s = json.loads(text.splitlines()[-1])["t"]
    assert lasts_s > 180
    assert len(text.splitlines()) * 60 / lasts_s == pytest.approx(sample.lines_per_minute, rel=0.1)


def test_a_long_list_of_faults_is_cut() -> None:
    faults = find_faults("\n".join(['{"t": 1, "user": "a", "message": "b"}', *["nonsense"] * 20]))
    assert [fault.line for fault in faults] == [2, 3, 4, 5, 6]
    assert {fault.problem for fault in faults} == {ChatFileProblem.NOT_JSON}

"""A live that one worker leaves in mid-show and the next goes on with: nothing said twice, nothing lost."""

import asyncio
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from redis import Redis

from chatsources.events import EventKind, LiveEvent
from chatsources.state import event_from_state, event_to_state
from livesessions.pipeline.live import Live
from livesessions.pipeline.state import VERSION, UnreadableState, empty_state, read_state
from livesessions.worker.snapshots import RecentLog, SnapshotStore, ThankedGift, complete
from planner.stage.cues import Cue, CueSource, NextAction
from planner.stage.turn import Turn, TurnKind
from providers.redis import async_redis
from tests.fakes.cues import FakeCues
from tests.fakes.live import FakeSource, Stage, at, comment, gift, happening
from tests.fakes.synthesizer import FakeSynthesizer
from tests.fakes.virtual_time import run_virtual

Script = list[tuple[float, LiveEvent]]

VERSION_1 = Path(__file__).parents[2] / "data" / "snapshots" / "version_1.json"  # saved by release 1


async def for_five_seconds(piece: int) -> None:
    await asyncio.sleep(5.0)


async def for_five_seconds_later_on(piece: int) -> None:
    if asyncio.get_running_loop().time() > 2.0:
        await asyncio.sleep(5.0)


# Three gifts come while the host speaks.
STORM = [
    (1.0, comment("hello", source_id="0")),
    *(
        (1.1, gift(1, source_id=number, open_=False, name=name, streak_id=""))
        for number, name in (("1", "Ada"), ("2", "Ada"), ("3", "Bea"))
    ),
]


def leave_at(
    second: float,
    script: Script,
    *acts: Any,
    voice: FakeSynthesizer | None = None,
    cues: Sequence[CueSource] = (),
) -> tuple[Stage, dict[str, Any]]:
    """Run a live until a second, as if its worker were killed then, and return what Redis would hold."""
    left: dict[str, Any] = {}

    async def die(live: Live) -> None:
        await asyncio.sleep(second)
        left.update(json.loads(json.dumps(live.to_state())))
        live.stop()

    stage = Stage(FakeSource(script), synthesizer=voice or FakeSynthesizer(), cues=cues).play(*acts, die)
    return stage, left


def go_on(
    left: dict[str, Any] | None,
    script: Script,
    log: RecentLog | None = None,
    *,
    cues: Sequence[CueSource] = (),
) -> Stage:
    """Run the next worker's live."""
    stage = Stage(FakeSource(script, then_quiet_s=30.0), cues=cues)
    state = read_state(left) if left else empty_state()
    whole = complete(state, log or RecentLog(), hash_viewer=lambda viewer_id: f"hash-{viewer_id}")

    async def run() -> str:
        live = Live(stage.parts())
        live.restore(whole)
        return await live.run()

    stage.reason = run_virtual(run())
    return stage


def thanks(stage: Stage) -> list[str]:
    return [text for text in stage.sink.said() if text.startswith("gift")]


def test_an_event_survives_being_frozen() -> None:
    for event in (
        comment("ciao 😀", source_id="1"),
        gift(3, source_id="2", open_=True),
        LiveEvent(EventKind.DELETED, "3", gift(1, source_id="x", open_=False).occurred_at, targets=("1",)),
    ):
        assert event_from_state(json.loads(json.dumps(event_to_state(event)))) == event


def test_a_streak_that_runs_is_thanked_once_with_its_total_by_the_next_worker() -> None:
    first, left = leave_at(2.0, [(1.0, gift(3, source_id="1", open_=True))])
    second = go_on(
        left, [(1.0, gift(5, source_id="2", open_=True)), (2.0, gift(7, source_id="3", open_=False))]
    )

    assert thanks(first) == []
    assert thanks(second) == ["gift Gino 7"]


def test_a_streak_whose_end_nobody_saw_is_thanked_by_the_next_worker() -> None:
    _, left = leave_at(2.0, [(1.0, gift(3, source_id="1", open_=True))])

    assert thanks(go_on(left, [])) == ["gift Gino 3"]


def test_a_thanked_streak_is_not_thanked_again_when_its_end_comes_again() -> None:
    first, left = leave_at(6.0, [(1.0, gift(3, source_id="1", open_=False))])
    second = go_on(
        left, [(1.0, gift(3, source_id="1", open_=False)), (2.0, gift(3, source_id="2", open_=False))]
    )

    assert thanks(first) == ["gift Gino 3"]
    assert thanks(second) == []


def test_a_gift_that_waits_is_thanked_by_the_next_worker_and_a_comment_is_let_go() -> None:
    script = [
        (1.0, comment("hello", source_id="1")),
        (1.1, gift(1, source_id="2", open_=False, name="Ada", streak_id="")),
        (1.2, comment("and you?", source_id="3")),
    ]
    _, left = leave_at(1.5, script)
    second = go_on(left, [(1.0, event) for _, event in script])

    assert second.sink.said() == ["gift Ada 1"]
    assert second.observer.counts["duplicate"] == 0, "nobody knows whether these three were written"
    assert [event.source_id for event, _ in second.observer.events] == ["1", "2", "3"]


def test_what_was_written_is_a_duplicate_when_it_comes_again() -> None:
    _, left = leave_at(1.5, [(1.0, comment("hello", source_id="1"))])
    second = go_on(left, [(1.0, comment("hello", source_id="1"))], RecentLog(written=["0", "1"]))

    assert second.observer.events == []
    assert second.observer.counts["duplicate"] == 1


def test_thanks_that_were_heard_after_the_last_snapshot_are_not_repeated() -> None:
    _, left = leave_at(2.0, [(1.0, gift(3, source_id="1", open_=True))])
    log = RecentLog(written=["1", "2"], thanked=[ThankedGift("2", "hash-id-Gino", "5655", "s1", 5)])
    second = go_on(left, [(1.0, gift(6, source_id="3", open_=False))], log)

    assert thanks(second) == ["gift Gino 1"], "only what came after the thanks"


def test_a_gift_that_waited_and_was_heard_after_the_last_snapshot_is_not_thanked_again() -> None:
    script = [
        (1.0, comment("hello", source_id="1")),
        (1.1, gift(1, source_id="2", open_=False, streak_id="")),
    ]
    _, left = leave_at(1.5, script)
    log = RecentLog(written=["1", "2"], thanked=[ThankedGift("2", "hash-id-Gino", "5655", "", 1)])

    assert thanks(go_on(left, [], log)) == []


def test_thanks_that_have_begun_to_sound_are_not_repeated() -> None:
    first, left = leave_at(1.2, [(1.0, gift(1, source_id="1", open_=False))])

    assert thanks(first) == ["gift Gino 1"]
    assert thanks(go_on(left, [])) == []


def test_thanks_that_were_not_heard_yet_are_said_by_the_next_worker() -> None:
    script = [(1.0, gift(1, source_id="1", open_=False))]

    first, left = leave_at(2.0, script, voice=FakeSynthesizer(before_piece=for_five_seconds))

    assert first.sink.chunks == []
    assert thanks(go_on(left, [])) == ["gift Gino 1"]


def test_gifts_that_were_gathered_and_not_heard_yet_are_gathered_again_by_the_next_worker() -> None:
    first, left = leave_at(5.0, STORM, voice=FakeSynthesizer(before_piece=for_five_seconds_later_on))

    assert [turn.count for turn in first.words.turns] == [1, 3]
    assert thanks(first) == []
    assert thanks(go_on(left, [])) == ["gift Ada 3"]


def test_gifts_that_were_gathered_and_heard_are_not_thanked_again() -> None:
    first, left = leave_at(5.0, STORM)
    second = go_on(left, [(1.0, event) for _, event in STORM])

    assert thanks(first) == ["gift Ada 3"]
    assert thanks(second) == []


def test_gifts_that_were_heard_together_after_the_last_snapshot_are_not_thanked_again() -> None:
    _, left = leave_at(5.0, STORM, voice=FakeSynthesizer(before_piece=for_five_seconds_later_on))
    log = RecentLog(
        written=["0", "1", "2", "3"],
        thanked=[
            ThankedGift(number, f"hash-id-{name}", "5655", "", 1)
            for number, name in (("1", "Ada"), ("3", "Bea"))
        ],
    )

    assert thanks(go_on(left, [], log)) == ["gift Ada 1"], "only the one that was not"


def test_who_was_answered_and_what_was_said_of_its_own_accord_are_remembered() -> None:
    script = [(1.0, comment("Nora, how old are you?", source_id="1"))]
    news = Cue(NextAction.ANNOUNCE, Turn(TurnKind.ANNOUNCEMENT, "", "en"), "news", key="news")
    _, left = leave_at(10.0, script, cues=[FakeCues([(5.0, news)])])
    cues = FakeCues([])
    second = go_on(
        left,
        [
            (0.5, happening(EventKind.PAUSED, source_id="2")),
            (1.0, comment("Nora, and you?", source_id="3")),
            (1.0, comment("hm", source_id="4", name="Bea")),
            (1.5, happening(EventKind.RESUMED, source_id="5")),
        ],
        cues=[cues],
    )

    assert [turn.viewer_name for turn in second.words.turns] == ["Bea", "Anna"], "Anna was the last one"
    assert second.observer.replies[1].score.get("lately") is not None
    assert [key for _, key in cues.taken] == ["news"]


def test_a_snapshot_without_a_director_is_of_use_too() -> None:
    _, left = leave_at(5.0, STORM, voice=FakeSynthesizer(before_piece=for_five_seconds_later_on))
    left["director"] = None

    assert thanks(go_on(left, [])) == ["gift Ada 3"]


def test_counts_viewers_memory_and_a_pause_go_on() -> None:
    script = [
        (1.0, comment("hello", source_id="1")),
        (1.0, comment("hello", source_id="1")),
        (2.0, happening(EventKind.VIEWERS, source_id="2", count=77)),
        (9.0, happening(EventKind.PAUSED, source_id="3")),
    ]
    first, left = leave_at(10.0, script)
    second = go_on(left, [(1.0, comment("again", source_id="4")), (1.0, comment("again", source_id="4"))])

    assert second.observer.viewers == 77
    assert second.observer.counts["duplicate"] == 2
    assert second.words.remembered == first.words.remembered != []
    assert second.sink.said() == [], "the live is still paused"


def test_a_line_of_the_streamers_own_is_said_by_the_next_worker() -> None:
    _, left = leave_at(
        1.5, [(1.0, comment("hello", source_id="1"))], at(1.2, lambda live: live.say("Welcome!"))
    )

    assert go_on(left, []).sink.said() == ["Welcome!"]


def test_a_live_that_is_handed_over_leaves_the_overlay_on_air() -> None:
    stage = Stage(FakeSource([(1.0, comment("hello", source_id="1"))]))

    async def run() -> bool:
        running = asyncio.ensure_future(Live(stage.parts()).run())
        await asyncio.sleep(1.1)
        running.cancel()
        await asyncio.wait([running])
        return running.cancelled()

    assert run_virtual(run())
    assert ("live", False) not in [message[1:] for message in stage.sink.messages]
    assert stage.sink.messages[-1][1:] == ("cut", stage.observer.replies[0].id)


def test_a_snapshot_of_an_older_worker_is_read() -> None:
    left = json.loads(VERSION_1.read_text(encoding="utf-8"))
    second = go_on(left, [(1.0, comment("hello", source_id="0"))])

    assert thanks(second) == ["gift Ada 3"]
    assert second.words.turns[0].viewer_name == "Ada"
    assert not [turn for turn in second.words.turns if turn.text == "hello"], "it was answered before"
    tallies = [shown for _, kind, shown in second.sink.messages if kind == "tally"]
    assert tallies[0] == {"gift": 3, "follow": 1}


@pytest.mark.parametrize(
    ("saved", "reason"),
    [
        ({"version": VERSION + 1}, f"has version {VERSION + 1}, and this worker reads up to {VERSION}"),
        ({}, "no usable 'ingest'"),
        ({"ingest": {"seen": []}, "host": {}, "words": []}, "no usable 'viewers'"),
    ],
)
def test_a_snapshot_that_cannot_be_read_is_refused_in_words(saved: dict[str, Any], reason: str) -> None:
    with pytest.raises(UnreadableState, match=reason):
        read_state(saved)


async def test_the_worker_starts_without_a_snapshot_of_a_newer_release(
    redis_client: Redis, caplog: pytest.LogCaptureFixture
) -> None:
    session_id = uuid4()
    redis_client.hset(f"livesessions:{session_id}:snapshot", "live", json.dumps({"version": VERSION + 1}))

    assert await SnapshotStore(async_redis(), "worker").take_over(session_id) is None
    assert f"this worker reads up to {VERSION}" in caplog.text

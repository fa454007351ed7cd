"""Mute, skip and stop cut even a reply that is half spoken, and nothing of it follows."""

import asyncio
from uuid import uuid4

from chatsources.events import EventKind
from livesessions.pipeline.live import Live
from livesessions.pipeline.outcome import ReplyOutcome
from planner.stage.cues import Cue, NextAction
from planner.stage.turn import Turn, TurnKind
from tests.fakes.cues import FakeCues
from tests.fakes.live import FakeSource, FakeWords, Stage, at, comment, happening
from tests.fakes.synthesizer import FakeSynthesizer
from tests.fakes.virtual_time import run_virtual


def slow_voice() -> FakeSynthesizer:
    """Speaks as slowly as it plays, so that a cut falls in the middle of the making."""

    async def wait(piece: int) -> None:
        await asyncio.sleep(0.1)

    return FakeSynthesizer(before_piece=wait)


def half_spoken(*extra: tuple[float, str]) -> Stage:
    script = [(1.0, comment("hello", source_id="1"))]
    script += [(second, comment(text, source_id=text)) for second, text in extra]
    return Stage(FakeSource(script), words=FakeWords(lambda turn: ["x" * 100]), synthesizer=slow_voice())


def test_mute_cuts_a_half_spoken_reply_and_nothing_of_it_follows() -> None:
    stage = half_spoken().play(
        at(2.0, lambda live: live.set_muted(True)), at(6.0, lambda live: live.set_muted(False))
    )

    assert max(stage.sink.times_of("audio")) <= 2.0
    [reply] = stage.observer.replies
    assert reply.outcome is ReplyOutcome.MUTED
    assert 0 < reply.audio_ms < 5_000
    assert stage.words.remembered == []
    assert stage.synthesizer.closed == len(stage.synthesizer.lines) == 1
    muted = [(at_s, value) for at_s, kind, value in stage.sink.messages if kind == "muted"]
    assert muted == [(0.0, False), (2.0, True), (6.0, False)]


def test_while_muted_the_host_prepares_nothing_and_goes_on_with_what_is_fresh() -> None:
    stage = half_spoken((3.0, "while muted"), (5.0, "fresh")).play(
        at(2.0, lambda live: live.set_muted(True)), at(6.0, lambda live: live.set_muted(False))
    )

    assert [turn.text for turn in stage.words.turns][:2] == ["hello", "fresh"]
    assert stage.sink.times_of("begin")[1] >= 6.0


def test_a_live_that_starts_muted_stays_silent() -> None:
    stage = Stage(FakeSource([(1.0, comment("hello", source_id="1"))]), muted=True).play()

    assert stage.sink.chunks == []
    assert stage.observer.replies == []


def test_skip_cuts_the_reply_and_the_next_one_follows() -> None:
    stage = half_spoken((1.5, "next")).play(at(2.0, Live.skip))

    outcomes = [reply.outcome for reply in stage.observer.replies]
    assert outcomes == [ReplyOutcome.SKIPPED, ReplyOutcome.SPOKEN]
    first = stage.observer.replies[0].id
    assert first in [value for _, kind, value in stage.sink.messages if kind == "cut"]


def test_skip_cuts_a_reply_that_waits_to_be_heard() -> None:
    stage = Stage(FakeSource([(1.0, comment("hello", source_id="1"))])).play(at(1.2, Live.skip))

    assert stage.observer.replies[0].outcome is ReplyOutcome.SKIPPED


def test_stop_ends_the_live_and_silences_every_sink() -> None:
    stage = half_spoken().play(at(2.0, Live.stop))

    assert stage.reason == "stopped"
    assert max(at_s for at_s, _, _ in stage.sink.messages) <= 2.0
    assert stage.sink.messages[-1][1:] == ("live", False)
    assert stage.observer.replies[0].outcome is ReplyOutcome.SKIPPED


def test_the_live_ends_when_the_room_does() -> None:
    stage = Stage(FakeSource([(3.0, happening(EventKind.ENDED, source_id="1"))])).play()

    assert stage.reason == "live_ended"


def test_a_line_of_the_streamers_own_comes_first_and_word_for_word() -> None:
    line_id = uuid4()
    stage = half_spoken((1.5, "next")).play(at(2.0, lambda live: live.say("Welcome to my shop!", line_id)))

    assert stage.sink.said()[1] == "Welcome to my shop!"
    reply = stage.observer.replies[1]
    assert (reply.id, reply.trigger_kind, reply.text) == (line_id, "streamer", "Welcome to my shop!")
    assert reply.times.waited_ms is not None


def test_a_line_of_the_streamers_own_passes_the_gate_too() -> None:
    stage = Stage(FakeSource([])).play(at(2.0, lambda live: live.say("forbidden")))

    assert [reply.outcome for reply in stage.observer.replies] == [ReplyOutcome.REFUSED]
    assert stage.sink.chunks == []


def test_the_overlays_word_ends_the_wait_and_is_kept() -> None:
    stage = Stage(FakeSource([(1.0, comment("a", source_id="1")), (1.1, comment("b", source_id="2"))]))
    stage.cooldown_s = 0.0

    async def overlay(live: Live) -> None:
        await asyncio.sleep(1.3)
        utterance = stage.sink.chunks[0][0]
        live.report_playback(utterance, ended=False)
        await asyncio.sleep(0.2)
        live.report_playback(utterance, ended=True)

    stage.play(overlay)

    first, second = stage.observer.replies
    assert first.heard_started_at is not None
    assert first.heard_ended_at is not None
    assert second.heard_started_at is None
    assert stage.sink.times_of("begin")[1] == 1.5


def test_a_live_that_was_stopped_before_it_began_says_nothing() -> None:
    news = Cue(NextAction.ANNOUNCE, Turn(TurnKind.ANNOUNCEMENT, "", "en"), "Welcome!")
    stage = Stage(FakeSource([]), cues=[FakeCues([(0.0, news)])])

    async def run() -> str:
        live = Live(stage.parts())
        live.stop()
        return await live.run()

    assert run_virtual(run()) == "stopped"
    assert stage.sink.said() == []
    assert stage.sink.messages[-1][1:] == ("live", False)

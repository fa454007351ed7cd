"""What the host answers, in which order, and how often."""

from dataclasses import replace
from itertools import pairwise

from chatsources.events import EventKind
from livesessions.pipeline.outcome import ReplyOutcome
from tests.fakes.live import BLOCKED, FakeSource, FakeWords, Stage, comment, gift, happening


def test_a_comment_is_answered_at_once() -> None:
    stage = Stage(FakeSource([(1.0, comment("hello", source_id="1"))])).play()

    assert stage.sink.said() == ["comment Anna 1"]
    assert stage.sink.times_of("begin") == [1.0]
    [reply] = stage.observer.replies
    assert reply.outcome is ReplyOutcome.SPOKEN
    assert reply.times.first_audio_ms == 0
    assert reply.audio_ms == sum(round(chunk.duration_s * 1000) for _, _, chunk in stage.sink.chunks)
    assert stage.words.remembered == ["comment Anna 1"]


def test_audio_is_numbered_and_ends_with_its_length() -> None:
    stage = Stage(FakeSource([(1.0, comment("hello", source_id="1"))])).play()

    assert [sequence for _, sequence, _ in stage.sink.chunks] == list(range(len(stage.sink.chunks)))
    kinds = [kind for _, kind, _ in stage.sink.messages if kind in ("begin", "audio", "end")]
    assert kinds[0] == "begin"
    assert kinds[-1] == "end"


def test_a_second_sentence_says_where_in_the_audio_it_begins() -> None:
    words = FakeWords(lambda turn: ["First one.", "Second one."])
    stage = Stage(FakeSource([(1.0, comment("hello", source_id="1"))]), words=words).play()

    [(text, at_ms)] = [value for _, kind, value in stage.sink.messages if kind == "caption"]
    assert text == "Second one."
    assert at_ms == round(stage.synthesizer.duration_of_s("First one.") * 1000)
    assert stage.observer.replies[0].text == "First one. Second one."


def test_gifts_come_before_comments_and_comments_before_the_rest() -> None:
    script = [
        (1.0, comment("first", source_id="1")),
        (1.1, happening(EventKind.FOLLOW, source_id="2")),
        (1.2, comment("second", source_id="3")),
        (1.3, gift(1, source_id="4", open_=False, streak_id="")),
    ]
    stage = Stage(FakeSource(script)).play()

    assert [turn.kind.value for turn in stage.words.turns] == ["comment", "gift", "comment", "follow"]


def test_replies_keep_the_cooldown_and_never_overlap() -> None:
    script = [
        (1.0 + number / 10, comment("hi", source_id=str(number), name=name))
        for number, name in enumerate("ABCDEFGH")
    ]
    short = Stage(FakeSource(script)).play()
    long = Stage(FakeSource(script), words=FakeWords(lambda turn: ["x" * 200])).play()

    for stage, least_s in ((short, 4.0), (long, 10.0)):
        starts = stage.sink.times_of("begin")
        assert len(starts) >= 3
        gaps = [after - before for before, after in pairwise(starts)]
        assert min(gaps) >= least_s


def test_the_freshest_comment_is_answered_and_stale_ones_are_not() -> None:
    script = [
        (1.0 + number / 10, comment(f"line {number}", source_id=str(number), name=f"V{number}"))
        for number in range(30)
    ]
    stage = Stage(FakeSource(script)).play()

    texts = [turn.text for turn in stage.words.turns]
    assert texts[:2] == ["line 0", "line 29"]
    assert stage.observer.counts["stale"] > 0


def test_a_flood_drops_the_oldest_comments_and_counts_them() -> None:
    script = [(1.0, comment(f"line {number}", source_id=str(number))) for number in range(1_000)]
    script.append((1.0, gift(1, source_id="gift", open_=False, streak_id="")))
    stage = Stage(FakeSource(script, then_quiet_s=20.0)).play()

    assert stage.observer.counts["dropped"] >= 790
    assert len(stage.observer.events) == 1_001
    assert [turn.kind.value for turn in stage.words.turns][:2] == ["comment", "gift"]


def test_a_streak_is_thanked_once_with_its_total() -> None:
    script = [
        (1.0, gift(1, source_id="1", open_=True)),
        (1.5, gift(5, source_id="2", open_=True)),
        (2.0, gift(7, source_id="3", open_=True)),
        (5.0, gift(7, source_id="4", open_=False)),
        (5.5, gift(7, source_id="5", open_=False)),
    ]
    stage = Stage(FakeSource(script)).play()

    assert [(turn.kind.value, turn.count) for turn in stage.words.turns] == [("gift", 7)]


def test_a_streak_without_its_closing_frame_is_thanked_after_a_while() -> None:
    stage = Stage(FakeSource([(1.0, gift(3, source_id="1", open_=True))])).play()

    assert [(turn.kind.value, turn.count) for turn in stage.words.turns] == [("gift", 3)]
    assert 5.0 < stage.sink.times_of("begin")[0] < 12.0


def test_an_event_that_comes_twice_happens_once() -> None:
    script = [(1.0, comment("hello", source_id="1")), (2.0, comment("hello", source_id="1"))]
    stage = Stage(FakeSource(script)).play()

    assert len(stage.words.turns) == 1
    assert len(stage.observer.events) == 1
    assert stage.observer.counts["duplicate"] == 1


def test_a_blocked_line_is_noted_but_neither_shown_nor_answered() -> None:
    stage = Stage(FakeSource([(1.0, comment(f"so {BLOCKED}!", source_id="1"))])).play()

    assert stage.words.turns == []
    assert stage.sink.lines == []
    [(_, verdict)] = stage.observer.events
    assert verdict is not None
    assert verdict.blocked


def test_a_blocked_name_is_neither_shown_nor_said() -> None:
    stage = Stage(FakeSource([(1.0, comment("hello", source_id="1", name=BLOCKED))])).play()

    assert stage.words.turns[0].viewer_name == ""
    assert BLOCKED not in str(stage.sink.messages)


def test_a_reply_that_the_gate_blocks_is_refused_before_a_sound() -> None:
    stage = Stage(
        FakeSource([(1.0, comment("hello", source_id="1"))]), words=FakeWords(lambda _: [f"You {BLOCKED}!"])
    ).play()

    assert stage.sink.chunks == []
    [reply] = stage.observer.replies
    assert reply.outcome is ReplyOutcome.REFUSED
    assert reply.fault == "policy:blocklist"


def test_a_deleted_comment_is_forgotten() -> None:
    deletion = replace(happening(EventKind.DELETED, source_id="3"), targets=("2",))
    script = [
        (1.0, comment("first", source_id="1")),
        (1.1, comment("second", source_id="2")),
        (1.2, deletion),
    ]
    stage = Stage(FakeSource(script)).play()

    assert [turn.text for turn in stage.words.turns] == ["first"]
    assert ["2"] in [value for _, kind, value in stage.sink.messages if kind == "retract"]


def test_the_host_waits_while_the_live_is_paused() -> None:
    script = [
        (1.0, happening(EventKind.PAUSED, source_id="1")),
        (2.0, comment("hello", source_id="2")),
        (9.0, happening(EventKind.RESUMED, source_id="3")),
    ]
    stage = Stage(FakeSource(script)).play()

    assert stage.sink.times_of("begin") == [9.0]


def test_viewers_are_reported() -> None:
    stage = Stage(FakeSource([(1.0, happening(EventKind.VIEWERS, source_id="1", count=321))])).play()

    assert stage.observer.viewers == 321

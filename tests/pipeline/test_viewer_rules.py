"""What a tenant has decided about a viewer decides what becomes of the lines, the gifts and the name."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace

from chatsources.events import EventKind, LiveEvent, Viewer
from livesessions.pipeline.live import LiveParts
from livesessions.pipeline.rules import ReplaceableGate
from moderation.defaults import shipped_lexicon
from moderation.stage.help_lines import help_line
from moderation.stage.moderator import Moderator
from moderation.stage.verdict import Action, Category
from moderation.stage.viewer_roles import MAX_CACHED_VIEWERS, ViewerRole, ViewerRoles
from tests.fakes.live import BLOCKED, FakeSource, Stage, at, comment, gift, happening
from tests.fakes.virtual_time import EPOCH

POLITICS = "che ne pensi di Trump?"


@dataclass
class RuledStage(Stage):
    """A live in safe mode whose tenant has `rules`, by `#` and the viewer's id."""

    rules: dict[str, str] = field(default_factory=dict)

    def parts(self) -> LiveParts:
        return replace(
            super().parts(),
            gate=ReplaceableGate(Moderator([BLOCKED], shipped=shipped_lexicon())),
            viewer_roles=ViewerRoles(self.rules, lambda viewer_id: f"#{viewer_id}"),
        )


def test_a_blocked_viewer_is_not_shown_answered_thanked_or_named_and_the_log_says_why() -> None:
    script = [
        (1.0, comment("hello", source_id="1", name="Gino")),
        (2.0, gift(3, source_id="2", open_=False)),
        (3.0, LiveEvent(EventKind.FOLLOW, "3", EPOCH, viewer=Viewer("id-Gino", "Gino"))),
        (4.0, comment("!aiuto", source_id="4", name="Gino")),
        (5.0, LiveEvent(EventKind.LIKE, "5", EPOCH, viewer=Viewer("id-Gino", "Gino"), count=9)),
    ]
    stage = RuledStage(FakeSource(script), rules={"#id-Gino": "blocked"}).play()

    assert stage.words.turns == []
    assert stage.sink.lines == []
    assert "Gino" not in str(stage.sink.messages)
    for _, verdict in stage.observer.events:
        assert verdict is not None
        assert verdict.action is Action.IGNORE
        assert [reason.category for reason in verdict.reasons] == [Category.VIEWER]


def test_a_blocked_viewers_insults_do_not_make_a_streak() -> None:
    script = [(1.0 + n, comment(BLOCKED, source_id=str(n), name="Gino")) for n in range(20)]
    stage = RuledStage(FakeSource(script), rules={"#id-Gino": "blocked"}).play()

    assert stage.words.turns == []


def test_a_blocked_viewer_in_distress_hears_the_help_line_and_nobody_is_named() -> None:
    script = [
        (1.0 + number, comment("voglio morire", source_id=str(number), name="Gino")) for number in range(3)
    ]
    stage = RuledStage(FakeSource(script), rules={"#id-Gino": "blocked"}).play()

    assert stage.sink.said() == [help_line("en")]
    assert stage.sink.lines == []
    assert "Gino" not in str(stage.sink.messages)
    assert [verdict.action for _, verdict in stage.observer.events if verdict] == [Action.HELP] * 3


def test_a_trusted_viewer_or_moderator_is_not_held_to_safe_mode() -> None:
    for role in ("trusted", "moderator"):
        stage = RuledStage(
            FakeSource([(1.0, comment(POLITICS, source_id="1"))]), rules={"#id-Anna": role}
        ).play()
        [turn] = stage.words.turns
        assert (turn.kind.value, turn.careful) == ("comment", True)
        assert stage.sink.lines == [POLITICS]


def test_a_trusted_viewer_comes_before_others_who_ask_the_like() -> None:
    questions = [("Anna", "the weather"), ("Ugo", "this song"), ("Ivo", "the plan")]
    script = [
        (1.0, comment("hello there", source_id="1", name="Zoe")),
        *(
            (1.5 + number, comment(f"what is {what}?", source_id=f"q{number}", name=name))
            for number, (name, what) in enumerate(questions)
        ),
    ]

    def second(rules: dict[str, str]) -> str:
        return RuledStage(FakeSource(script), rules=rules).play().words.turns[1].viewer_name

    assert second({}) == "Ivo", "the freshest"
    assert second({"#id-Anna": "trusted"}) == "Anna"


def test_no_trust_lets_a_blocked_word_or_a_slur_through() -> None:
    for text in (f"so {BLOCKED}", "sei un frocio"):
        stage = RuledStage(
            FakeSource([(1.0, comment(text, source_id="1"))]), rules={"#id-Anna": "moderator"}
        ).play()
        assert stage.words.turns == []
        assert stage.sink.lines == []


def test_the_streamer_counts_as_a_moderator_even_if_blocked() -> None:
    line = comment(POLITICS, source_id="1")
    assert line.viewer is not None
    line = replace(line, viewer=replace(line.viewer, is_host=True))
    stage = RuledStage(FakeSource([(1.0, line)]), rules={"#id-Anna": "blocked"}).play()

    assert [turn.careful for turn in stage.words.turns] == [True]


def test_whoever_is_blocked_in_mid_live_gets_nothing_of_what_was_owed() -> None:
    script = [
        (1.0, comment("first", source_id="1")),
        (1.5, comment("second", source_id="2", name="Gino")),
        (1.6, gift(5, source_id="3", open_=True)),
        (1.7, happening(EventKind.SHARE, source_id="4")),
        (9.0, comment("third", source_id="5", name="Gino")),
    ]
    stage = RuledStage(FakeSource(script))
    stage.play(at(2.0, lambda live: live.set_viewer_role("#id-Gino", "blocked")))

    assert [(turn.kind.value, turn.viewer_name) for turn in stage.words.turns] == [
        ("comment", "Anna"),
        ("share", "Zoe"),
    ]


def test_a_rule_that_is_taken_back_has_no_effect_any_more() -> None:
    script = [(5.0, comment("hello", source_id="1"))]
    stage = RuledStage(FakeSource(script), rules={"#id-Anna": "blocked"})
    stage.play(at(2.0, lambda live: live.set_viewer_role("#id-Anna", "")))

    assert len(stage.words.turns) == 1


def test_all_rules_can_be_read_anew() -> None:
    script = [(5.0, comment("hello", source_id="1")), (9.0, comment("hi", source_id="2", name="Gino"))]
    stage = RuledStage(FakeSource(script), rules={"#id-Anna": "blocked"})
    stage.play(at(2.0, lambda live: live.set_viewer_roles({"#id-Gino": "blocked"})))

    assert [turn.viewer_name for turn in stage.words.turns] == ["Anna"]


def test_a_viewer_is_hashed_once_and_not_at_all_without_rules() -> None:
    hashed: list[str] = []

    def counting() -> Callable[[str], str]:
        return lambda viewer_id: hashed.append(viewer_id) or viewer_id  # type: ignore[func-returns-value]

    assert [ViewerRoles({}, counting()).of("a") for _ in range(3)] == [ViewerRole.NONE] * 3
    assert hashed == []
    viewer_roles = ViewerRoles({"b": "trusted"}, counting())
    assert [viewer_roles.of(viewer) for viewer in "abab"] == [ViewerRole.NONE, ViewerRole.TRUSTED] * 2
    assert hashed == ["a", "b"]
    for number in range(MAX_CACHED_VIEWERS + 1):
        viewer_roles.of(str(number))
    assert viewer_roles.of("a") is ViewerRole.NONE
    assert hashed[-1] == "a", "what is remembered is bounded"

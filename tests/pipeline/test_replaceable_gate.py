from livesessions.pipeline.rules import CACHED_LENGTH, CACHED_TEXTS, ReplaceableGate
from moderation.stage.moderator import Moderator
from moderation.stage.verdict import Verdict


class CountingGate:
    """Judges by a word list and counts how often it is asked."""

    def __init__(self, *words: str) -> None:
        self.texts: list[str] = []
        self._moderator = Moderator(words)

    def review(self, text: str) -> Verdict:
        self.texts.append(text)
        return self._moderator.review(text)


def test_a_short_text_is_judged_once() -> None:
    inner = CountingGate("zebra")
    gate = ReplaceableGate(inner)
    assert [gate.review("una zebra").blocked for _ in range(3)] == [True, True, True]
    assert inner.texts == ["una zebra"]


def test_new_rules_judge_anew_what_the_old_ones_had_judged() -> None:
    gate = ReplaceableGate(CountingGate("zebra"))
    assert gate.review("una zebra").blocked
    gate.replace(CountingGate("leone"))
    assert not gate.review("una zebra").blocked
    assert gate.review("un leone").blocked


def test_a_long_text_is_not_cached() -> None:
    inner = CountingGate("zebra")
    gate = ReplaceableGate(inner)
    long = "a" * (CACHED_LENGTH + 1)
    gate.review(long)
    gate.review(long)
    assert inner.texts == [long, long]


def test_the_cache_is_bounded() -> None:
    inner = CountingGate()
    gate = ReplaceableGate(inner)
    for number in range(CACHED_TEXTS + 1):
        gate.review(str(number))
    gate.review("0")
    assert inner.texts[-1] == "0"
    assert len(inner.texts) == CACHED_TEXTS + 2

import asyncio
import re
from collections import Counter, defaultdict
from collections.abc import Mapping
from contextlib import aclosing
from dataclasses import replace
from datetime import timedelta

import pytest

from chatsources.events import EventKind, LiveEvent
from chatsources.simulator.data import LANGUAGES, load
from chatsources.simulator.source import RECENT_S, SimulatorSource
from moderation.defaults import default_blocklist, shipped_lexicon
from moderation.stage.moderator import Moderator
from moderation.stage.verdict import Category
from rehearsals.rehearsal.virtual_clock import EPOCH, run_virtual, virtual_now

SPOKEN = {EventKind.COMMENT, EventKind.QUESTION}


def show(
    *,
    language: str = "it",
    rate: float = 40.0,
    seed: int = 1,
    limit: int | None = 3000,
    run: str = "r",
    elapsed_s: float = 0.0,
) -> list[LiveEvent]:
    async def collect() -> list[LiveEvent]:
        source = SimulatorSource(
            language=language,
            rate_per_minute=rate,
            seed=seed,
            limit=limit,
            now=virtual_now,
            run=run,
            elapsed_s=elapsed_s,
        )
        async with aclosing(source.events()) as events:
            collected = [event async for event in events]
        assert source.counts.received == source.counts.decoded == len(collected)
        return collected

    return run_virtual(collect())


def lines_of(language: str) -> Mapping[str, list[str]]:
    return {topic: lines for topic, lines in load(f"lines_{language}.toml").items() if topic != "words"}


def test_the_same_seed_brings_the_same_chat() -> None:
    assert show(limit=400) == show(limit=400)
    assert show(limit=400) != show(limit=400, seed=2)


def test_two_runs_differ_only_in_their_source_ids() -> None:
    one, other = show(limit=400, run="a"), show(limit=400, run="b")
    assert not {event.source_id for event in one} & {event.source_id for event in other}
    assert [replace(event, source_id="", targets=()) for event in one] == [
        replace(event, source_id="", targets=()) for event in other
    ]


def test_who_joins_a_run_late_gets_its_last_moments_and_then_what_comes() -> None:
    joined = timedelta(seconds=300)
    missed = joined - timedelta(seconds=RECENT_S)
    expected = [
        (event.source_id, max(event.occurred_at - joined, EPOCH))
        for event in show(limit=2000)
        if event.occurred_at - EPOCH >= missed
    ]
    late = show(limit=2000, elapsed_s=joined.total_seconds())
    assert [event.source_id for event in late] == [source_id for source_id, _ in expected]
    off = [abs(event.occurred_at - at) for event, (_, at) in zip(late, expected, strict=True)]
    assert max(off) < timedelta(milliseconds=1)


def test_a_run_that_is_not_named_gets_ids_of_its_own() -> None:
    async def first_id() -> str:
        source = SimulatorSource(language="it", rate_per_minute=60, limit=1)
        async with aclosing(source.events()) as events:
            return (await anext(events)).source_id

    assert run_virtual(first_id()) != run_virtual(first_id())


@pytest.mark.parametrize("rate", [5.0, 30.0, 60.0, 600.0])
def test_comments_come_at_the_rate(rate: float) -> None:
    events = show(rate=rate, limit=8000)
    minutes = (events[-1].occurred_at - EPOCH) / timedelta(minutes=1)
    comments = sum(event.kind in SPOKEN for event in events)
    assert comments / minutes == pytest.approx(rate, rel=0.08)


def test_comments_come_in_bursts_now_and_then() -> None:
    times = [event.occurred_at for event in show(rate=30) if event.kind in SPOKEN]
    quick = [late - early < timedelta(seconds=2) for early, late in zip(times, times[4:], strict=False)]
    assert 3 < sum(quick) < len(quick) / 4


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("seed", range(20))
def test_a_live_begins_at_once_with_a_friendly_comment(language: str, seed: int) -> None:
    first = show(language=language, seed=seed, rate=2, limit=1)[0]
    assert first.kind is EventKind.COMMENT
    assert first.occurred_at - EPOCH < timedelta(seconds=0.5)
    assert not Moderator(default_blocklist(language)).review(first.text).reasons


def test_events_are_in_order_and_their_ids_unique() -> None:
    events = show()
    assert [event.occurred_at for event in events] == sorted(event.occurred_at for event in events)
    assert len({event.source_id for event in events}) == len(events)


@pytest.mark.parametrize("language", LANGUAGES)
def test_everything_that_happens_in_a_room_happens(language: str) -> None:
    kinds = Counter(event.kind for event in show(language=language))
    happening = set(EventKind) - {EventKind.PAUSED, EventKind.RESUMED, EventKind.ENDED}
    assert set(kinds) == happening
    assert kinds[EventKind.COMMENT] > 1000


@pytest.mark.parametrize("language", LANGUAGES)
def test_toxic_lines_spam_and_commands_are_rare_but_there(language: str) -> None:
    comments = [event.text for event in show(language=language) if event.kind is EventKind.COMMENT]
    gate = Moderator(default_blocklist(language), shipped=shipped_lexicon())
    categories = Counter(reason.category for text in comments for reason in gate.review(text).reasons)
    commands = sum(text.startswith("!") for text in comments)
    rude = categories.total() - categories[Category.LINK] - categories[Category.SPAM]
    for count in (rude, categories[Category.LINK], commands):
        assert 5 < count < len(comments) / 8


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_the_gate_should_not_stop_it_does_not_stop(language: str) -> None:
    gate = Moderator(default_blocklist(language), shipped=shipped_lexicon())
    harmless = [
        line
        for topic, lines in lines_of(language).items()
        if topic not in {"toxic", "spam"}
        for line in lines
    ]
    assert not [line for line in harmless if gate.review(line).reasons]


def test_a_streak_grows_and_mostly_closes_with_its_total() -> None:
    streaks: dict[str, list[LiveEvent]] = defaultdict(list)
    for event in show(limit=12_000)[:-200]:
        if event.gift is not None and event.gift.streak_id:
            streaks[event.gift.streak_id].append(event)
        elif event.gift is not None:
            assert (event.count, event.streak_open) == (1, False)
    closed = [streak for streak in streaks.values() if not streak[-1].streak_open]
    assert 0.75 < len(closed) / len(streaks) < 0.99
    for streak in streaks.values():
        counts = [event.count for event in streak]
        assert counts == sorted(counts)
        assert len({(event.viewer, event.gift) for event in streak}) == 1
        assert all(event.streak_open for event in streak[:-1])
    assert all(streak[-1].count == streak[-2].count for streak in closed)
    assert max(streak[-1].count for streak in streaks.values()) > 10


def test_a_deletion_names_a_comment_that_was_seen() -> None:
    seen: set[str] = set()
    for event in show():
        if event.kind is EventKind.DELETED:
            assert set(event.targets) <= seen
            assert event.targets
        seen.add(event.source_id)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_cast_is_large_and_its_regulars_write_more(language: str) -> None:
    cast = load(f"cast_{language}.toml")
    handles = [handle for mood, people in cast.items() if mood != "regulars" for _, handle in people]
    assert len(set(handles)) == len(handles) >= 60
    assert set(cast["regulars"]) < set(handles)
    assert set(cast) - {"regulars"} == set(load("moods.toml"))
    wrote = Counter(event.viewer.handle for event in show(language=language) if event.viewer and event.text)
    assert len(wrote) == len(handles)
    favourites = sum(wrote[handle] for handle in cast["regulars"]) / len(cast["regulars"])
    assert favourites > 2 * sum(wrote.values()) / len(wrote)


@pytest.mark.parametrize("language", LANGUAGES)
def test_there_are_many_different_lines_and_every_gap_is_filled(language: str) -> None:
    topics = lines_of(language)
    lines = [line for lines in topics.values() for line in lines]
    assert len(set(lines)) >= 150
    assert all(set(weights) <= set(topics) for weights in load("moods.toml").values())
    for event in show(language=language):
        assert not re.search(r"[{}]", event.text)


def test_other_languages_are_simulated_in_english() -> None:
    assert [event.text for event in show(language="fr-FR", limit=50)] == [
        event.text for event in show(language="en", limit=50)
    ]


def test_a_rate_of_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="rate"):
        SimulatorSource(language="it", rate_per_minute=0)


def test_who_listens_slowly_gets_late_what_was_due_and_loses_nothing() -> None:
    async def slowly() -> list[str]:
        source = SimulatorSource(language="it", rate_per_minute=60, limit=100, run="r")
        texts = []
        async with aclosing(source.events()) as events:
            async for event in events:
                texts.append(event.text)
                await asyncio.sleep(1)
        return texts

    assert run_virtual(slowly()) == [event.text for event in show(rate=60, seed=0, limit=100)]

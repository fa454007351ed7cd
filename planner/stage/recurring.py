"""Lists the lines that a show's host says in every live, for recording them in advance."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from planner.stage.lines import fill, load_lines, template_language
from planner.stage.rundown import CALL_TO_ACTION, GOODBYE_BEGIN, GOODBYE_END, OPENING, STARTER
from planner.stage.sentences import split_sentences
from planner.stage.turn import TurnKind

THANKS = {
    TurnKind.GIFT: ("gift", "gift_many", "gift_big", "gift_group"),
    TurnKind.FOLLOW: ("follow", "follow_group"),
    TurnKind.SHARE: ("share", "share_group"),
    TurnKind.SUBSCRIBE: ("subscribe", "subscribe_group"),
}
TACT = (TurnKind.CALM.value, TurnKind.NEUTRAL.value)
# In the place of whatever is called or given: a sentence with it is another each time.
SOMEBODY = "Zzyzx"


@dataclass(frozen=True, slots=True)
class Habits:
    """A show's recurring lines. The creator's `calls_to_action` replace the shipped ones."""

    language: str
    calls: bool = False  # to action, at any time
    calls_to_action: Sequence[str] = ()
    closes: bool = False  # with a goodbye
    thanked: frozenset[TurnKind] = frozenset()


def lines_of_plan(habits: Habits) -> Iterator[str]:
    """Yield what belongs to every live of the show. Said word for word, so each is voiced as one."""
    ready = load_lines("planner.stage", f"show_lines_{template_language(habits.language)}.toml")
    if habits.calls:
        yield from habits.calls_to_action or ready[CALL_TO_ACTION]
    yield from ready[OPENING]
    if habits.closes:
        yield from (*ready[GOODBYE_BEGIN], *ready[GOODBYE_END])


def sentences_of_reactions(habits: Habits) -> Iterator[str]:
    """Yield the sentences of thanks, and of what is said in the place of an answer, that call nobody."""
    topics = load_lines("planner.stage.canned", f"lines_{template_language(habits.language)}.toml")
    thanks = (topic for kind, each in THANKS.items() if kind in habits.thanked for topic in each)
    for topic in (*thanks, *TACT):
        for line in topics[topic]:
            spoken = split_sentences(fill(line, name=SOMEBODY, present=SOMEBODY), habits.language)
            yield from (sentence for sentence in spoken if SOMEBODY not in sentence)


def lines_of_quiet_moments(habits: Habits) -> Iterator[str]:
    """Yield what the host starts a talk with when nobody writes, and the games' words for an empty room."""
    tongue = template_language(habits.language)
    yield from load_lines("planner.stage", f"show_lines_{tongue}.toml")[STARTER]
    for lines in load_lines("planner.stage.games", f"lines_{tongue}.toml").values():
        yield from (line for line in lines if "{" not in line)

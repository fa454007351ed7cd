"""Simulated viewers, each with a mood and writing habits, and their comments."""

from dataclasses import dataclass
from random import Random
from typing import Any

from chatsources.events import Viewer
from chatsources.simulator.data import load

REGULAR_WEIGHT = 4
GREETS_FIRST = 0.6
HABITS = ("plain", "plain", "plain", "emoji", "lower", "stretched")
HABIT_CHANCE = 0.5
UNFRIENDLY = frozenset({"troll", "spammer"})


@dataclass(frozen=True, slots=True)
class Member:
    """A simulated viewer: `mood` decides the topics of the comments, `habit` how they are written."""

    viewer: Viewer
    mood: str
    habit: str
    is_regular: bool


class Crowd:
    """The viewers in the room. A topic's lines are all used before one repeats."""

    def __init__(self, language: str, random: Random) -> None:
        self._random = random
        lines = load(f"lines_{language}.toml")
        self._words: dict[str, list[str]] = lines["words"]
        self._lines: dict[str, list[str]] = {topic: lines[topic] for topic in lines if topic != "words"}
        self._unused: dict[str, list[str]] = {}
        self._members = _members(load(f"cast_{language}.toml"), random)
        self._weights = [REGULAR_WEIGHT if member.is_regular else 1 for member in self._members]
        self._greeted: set[str] = set()

    def opening(self) -> tuple[Viewer, str, str]:
        """Return the first comment of a live: a friendly regular viewer greets the host."""
        friends = [member for member in self._members if member.is_regular and member.mood == "warm"]
        return self._comment(self._random.choice(friends), "greeting")

    def comment(self) -> tuple[Viewer, str, str]:
        """Return the next comment: its viewer, topic and text."""
        member = self.someone()
        is_new = member.viewer.id not in self._greeted and member.mood not in UNFRIENDLY
        if is_new and self._random.random() < GREETS_FIRST:
            return self._comment(member, "greeting")
        moods: dict[str, int] = load("moods.toml")[member.mood]
        (topic,) = self._random.choices(list(moods), weights=list(moods.values()))
        return self._comment(member, topic)

    def someone(self, *moods: str) -> Member:
        """Return a random member, of the given moods if any; regulars are chosen more often."""
        if moods:
            return self._random.choice([member for member in self._members if member.mood in moods])
        return self._random.choices(self._members, weights=self._weights)[0]

    def question(self) -> tuple[Viewer, str]:
        """Return a question for the platform's question box: its viewer and text."""
        viewer, _, text = self._comment(self.someone("curious"), "question")
        return viewer, text

    def _comment(self, member: Member, topic: str) -> tuple[Viewer, str, str]:
        self._greeted.add(member.viewer.id)
        text = self._draw(topic)
        for word, choices in self._words.items():
            if f"{{{word}}}" in text:
                text = text.replace(f"{{{word}}}", self._random.choice(choices))
        if topic not in {"command", "emoji", "spam"} and self._random.random() < HABIT_CHANCE:
            text = self._with_habit(member.habit, text)
        return member.viewer, topic, text

    def _draw(self, topic: str) -> str:
        if not self._unused.get(topic):
            self._unused[topic] = self._random.sample(self._lines[topic], len(self._lines[topic]))
        return self._unused[topic].pop()

    def _with_habit(self, habit: str, text: str) -> str:
        if habit == "emoji":
            return f"{text} {self._random.choice(self._words['emoji'])}"
        if habit == "lower":
            return text.casefold().rstrip("!.")
        if habit == "stretched" and text[-1].isalpha():
            return text + text[-1] * self._random.randint(2, 4)
        return text


def _members(table: dict[str, Any], random: Random) -> list[Member]:
    regulars = set(table["regulars"])
    return [
        Member(
            viewer=Viewer(id=f"sim-{handle}", name=name, handle=handle),
            mood=mood,
            habit=random.choice(HABITS),
            is_regular=handle in regulars,
        )
        for mood, people in table.items()
        if mood != "regulars"
        for name, handle in people
    ]

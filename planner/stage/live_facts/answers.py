"""Finds the true answer to a question: of the live, of the show's facts, or of the host's tastes."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from planner.stage.lines import load_lines
from planner.stage.live_facts.show_facts import FACT, fact_about
from planner.stage.live_facts.tastes import asks_favourite, asks_liking, chosen_option, favourite_of
from planner.stage.prompt import Prompt

MANY = 2
MINUTE_S = 60.0
MINUTES_PER_HOUR = 60


@dataclass(frozen=True, slots=True)
class KnownAnswer:
    """A topic of this package's lines, and the words that fill them."""

    topic: str
    words: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class AnswerTime:
    """When a question is answered, in wall-clock seconds. `seed` is the live's, for its tastes."""

    now_s: float
    seed: int


def known_answer(intent: str, prompt: Prompt, moment: AnswerTime, language: str) -> KnownAnswer | None:
    """Return the true answer to a question of an intent; None when nothing is known of it."""
    turn, show = prompt.turn, prompt.show
    room = turn.room
    lasted_s = moment.now_s - (moment.now_s if prompt.began_s is None else prompt.began_s)
    local = datetime.fromtimestamp(moment.now_s, UTC).astimezone(ZoneInfo(show.time_zone or "UTC"))
    match intent:
        case "viewers" if room.viewers is not None and room.viewers >= MANY:
            return KnownAnswer("viewers", {"count": str(room.viewers)})
        case "uptime" if lasted_s >= MINUTE_S:
            return KnownAnswer("uptime", {"span": _span(lasted_s, language)})
        case "clock" if show.time_zone:
            return KnownAnswer("clock", {"clock": f"{local:%H:%M}"})
        case "date" if show.time_zone:
            return KnownAnswer("date", {"date": _date(local, language)})
        case "leader" if room.leader:
            return KnownAnswer("leader", {"leader": room.leader, "points": str(room.points)})
        case "which_game" | "game" if room.game:
            return KnownAnswer(f"playing_{room.game}", {})
        case "creator" if show.handle:
            return KnownAnswer("creator", {"handle": show.handle})
        case "taste" | "choice" | "food" | "music" | "movies" | "videogames" | "sport":
            return _taste(intent, turn.text, moment.seed, language)
        case "price" | "schedule" | "support" | "language" | "topic":
            fact = fact_about(intent, show.facts, turn.text)
            return KnownAnswer(FACT, {FACT: fact}) if fact else None
    return None


def _taste(intent: str, text: str, seed: int, language: str) -> KnownAnswer | None:
    if intent in ("taste", "choice") and (place := chosen_option(text, seed)):
        return KnownAnswer(f"option_{place}", {})
    if asks_favourite(text) and (favourite := favourite_of(text, seed, language)):
        return KnownAnswer("favourite", {"thing": favourite})
    return KnownAnswer("likes", {}) if intent == "taste" and asks_liking(text) else None


def _span(seconds: float, language: str) -> str:
    """Return a span of time in words: `1 hour and 5 minutes`."""
    hour, hours, minute, minutes, joint = load_lines(__package__, f"words_{language}.toml")["span"]
    whole_hours, rest = divmod(int(seconds // MINUTE_S), MINUTES_PER_HOUR)
    parts = [
        f"{count} {one if count == 1 else many}"
        for count, one, many in ((whole_hours, hour, hours), (rest, minute, minutes))
        if count
    ]
    return f" {joint} ".join(parts)


def _date(local: datetime, language: str) -> str:
    words = load_lines(__package__, f"words_{language}.toml")
    day, month = words["weekdays"][local.weekday()], words["months"][local.month - 1]
    return words["date"][0].format(weekday=day, day=local.day, month=month)

"""A poll on the host's next topic."""

from collections.abc import Sequence

from planner.stage.cleaning import clean_for_speech
from planner.stage.games.poll import MAX_OPTION_CHARACTERS, Poll, usable_options

KIND = "topic"
OPEN_S = 45.0
MAX_TOPIC_CHARACTERS = 2 * MAX_OPTION_CHARACTERS
MAX_TOPICS = 4  # more cannot be kept in mind by who only hears them


def open_topic_vote(topics: Sequence[str], *, language: str) -> Poll | None:
    """Return a vote on the next topics; None if there is nothing to choose from."""
    options = usable_options(
        [clean_for_speech(topic) for topic in topics if len(topic) <= MAX_TOPIC_CHARACTERS]
    )
    if not options:
        return None
    return Poll("", options[:MAX_TOPICS], language, open_s=OPEN_S, kind=KIND)


def chosen_topic(vote: Poll) -> str:
    """Return the topic with the most votes, of several the one that the plan has first; `` without votes."""
    return next(iter(vote.leading()), "")

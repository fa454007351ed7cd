from collections.abc import Sequence

from livesessions import errors
from livesessions.models.sessions import LiveSession
from livesessions.services.approvals import held_back_for
from livesessions.services.sessions import require_on_air, send
from livesessions.worker.commands import Command, EndGame, StartPoll, StartQuiz


def start_quiz(*, session: LiveSession) -> None:
    """Have the host ask a quiz question, unless a game runs."""
    _play(session, StartQuiz())


def start_poll(*, session: LiveSession, question: str, options: Sequence[str]) -> None:
    """Have the host hold a poll, unless a game runs; raise `SessionConflict` for what may not be said."""
    require_on_air(session)
    if why := held_back_for(session, " / ".join((question, *options))):
        raise errors.poll_refused(why)
    _play(session, StartPoll(question, tuple(options)))


def end_game(*, session: LiveSession) -> None:
    """Close the game that runs; its result is said."""
    _play(session, EndGame())


def _play(session: LiveSession, command: Command) -> None:
    require_on_air(session)
    send(session, command)

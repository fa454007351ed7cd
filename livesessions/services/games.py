from collections.abc import Sequence

from livesessions import errors
from livesessions.models.sessions import LiveSession
from livesessions.services.approvals import held_back_for
from livesessions.services.sessions import require_on_air, send
from livesessions.worker.commands import Command, EndGame, StartPoll, StartQuiz


def start_quiz(*, session: LiveSession) -> None:
    """Start a quiz, unless a game runs."""
    _send(session, StartQuiz())


def start_poll(*, session: LiveSession, question: str, options: Sequence[str]) -> None:
    """Start a poll, unless a game runs; raise `SessionConflict` for a text that the rules block."""
    require_on_air(session)
    if why := held_back_for(session, " / ".join((question, *options))):
        raise errors.poll_refused(why)
    _send(session, StartPoll(question, tuple(options)))


def end_game(*, session: LiveSession) -> None:
    """End the running game; the host says its result."""
    _send(session, EndGame())


def _send(session: LiveSession, command: Command) -> None:
    require_on_air(session)
    send(session, command)

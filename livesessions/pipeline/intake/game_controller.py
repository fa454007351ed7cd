"""Runs the games of a live, and the commands that moderators write in the chat."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any

from chatsources.events import LiveEvent, Viewer
from livesessions.pipeline.ports import Observer
from planner.stage.games.commands import Control, parse_command
from planner.stage.games.games import Games

MAX_QUEUED_CONTROLS = 20
REFUSAL_SHOWN_S = 8.0
NOBODY = Viewer(id="", name="")

Controls = Callable[[Control], Awaitable[None]]


class GameRefusal(StrEnum):
    """Why a game could not be started or ended."""

    RUNNING = "running"  # another game is
    NOT_RUNNING = "not_running"
    RULES = "rules"  # its text is blocked


async def no_controls(control: Control) -> None:
    """Do nothing: for a live that cannot be controlled from its chat."""


class GameController:
    """Passes messages to the games, and moderators' commands to `controls`.

    - `wake_host` is called when the host may have something new to say.
    - `show` is called with the state of the game that viewers see.

    Without games, chat commands still get no answer in the host's own words.
    """

    def __init__(
        self,
        games: Games | None,
        *,
        controls: Controls,
        observer: Observer,
        now: Callable[[], datetime],
        wake_host: Callable[[], None],
        show: Callable[[dict[str, Any]], None],
    ) -> None:
        self._games = games
        self._controls = controls
        self._observer = observer
        self._now = now
        self._wake_host = wake_host
        self._show = show
        self._controls_queue: asyncio.Queue[Control] = asyncio.Queue(MAX_QUEUED_CONTROLS)
        self._reported: dict[str, Any] = {}
        self._refusal: tuple[GameRefusal, float] | None = None

    def takes(self, event: LiveEvent, role: str) -> bool:
        """Pass a message to the games; return whether it needs no answer."""
        if self._games is None:
            return parse_command(event.text) is not None
        viewer = event.viewer or NOBODY
        heard = self._games.hear(event.text, viewer.id, viewer.name, role, self._now_s())
        if heard.control is not None and not self._controls_queue.full():
            self._controls_queue.put_nowait(heard.control)
        return heard.consumed

    def _now_s(self) -> float:
        return self._now().timestamp()

    async def run_controls(self) -> None:
        """Carry out the moderators' commands in order, until cancelled."""
        while True:
            await self._controls(await self._controls_queue.get())

    # --- from the console ----------------------------------------------------------------------------

    def start_quiz(self) -> None:
        """Ask a quiz question, unless a game is running."""
        if self._games is not None:
            self._report_outcome(self._games, was_done=self._games.start_quiz(self._now_s()))

    def start_poll(self, question: str, options: Sequence[str]) -> None:
        """Hold a poll, unless a game is running or its text is blocked."""
        if self._games is not None:
            self._report_outcome(
                self._games, was_done=self._games.start_poll(question, options, self._now_s())
            )

    def end_game(self) -> None:
        """End the game that is running."""
        if self._games is not None:
            self._report_outcome(
                self._games, was_done=self._games.end_game(self._now_s()), otherwise=GameRefusal.NOT_RUNNING
            )

    def _report_outcome(
        self, games: Games, *, was_done: bool, otherwise: GameRefusal = GameRefusal.RULES
    ) -> None:
        """Report the outcome at once, also why nothing was done."""
        now_s = self._now_s()
        why = GameRefusal.RUNNING if otherwise is GameRefusal.RULES and games.is_playing else otherwise
        self._refusal = None if was_done else (why, now_s + REFUSAL_SHOWN_S)
        self._wake_host()
        self.report()

    def report(self) -> None:
        """Report the state of the game, and for 8 s a refusal, if they have changed."""
        if self._games is None:
            return
        now_s = self._now_s()
        state = self._games.state(now_s)
        if self._refusal is not None and now_s < self._refusal[1]:
            state["refused"] = self._refusal[0].value
        if state != self._reported:
            self._reported = state
            self._observer.game_changed(state)
            self._show(state)

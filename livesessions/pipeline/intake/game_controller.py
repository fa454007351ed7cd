"""The games' place in a live: chat lines go in, what the chat commands and how a game stands come out."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any

from livesessions.pipeline.ports import Observer
from livesessions.sources.events import LiveEvent, Viewer
from planner.stage.games.commands import Control, parse_command
from planner.stage.games.games import Games

MAX_WAITING_CONTROLS = 20
REFUSAL_SHOWN_S = 8.0
NOBODY = Viewer(id="", name="")

Controls = Callable[[Control], Awaitable[None]]


class Refusal(StrEnum):
    """Why the console's wish for a game was not fulfilled."""

    RUNNING = "running"  # another game is
    NOT_RUNNING = "not_running"
    RULES = "rules"  # its words may not be said


async def no_controls(control: Control) -> None:
    """Do nothing: for a live that nobody can control from its chat."""


class GameController:
    """Lets the chat play, and have done with the live what its moderators command.

    `stir` is called whenever the host may have something new to say, `show` with what viewers see. Without
    games, commands still never get an answer in the host's own words.
    """

    def __init__(
        self,
        games: Games | None,
        *,
        controls: Controls,
        observer: Observer,
        now: Callable[[], datetime],
        stir: Callable[[], None],
        show: Callable[[dict[str, Any]], None],
    ) -> None:
        self._games = games
        self._controls = controls
        self._observer = observer
        self._now = now
        self._stir = stir
        self._show = show
        self._waiting: asyncio.Queue[Control] = asyncio.Queue(MAX_WAITING_CONTROLS)
        self._told: dict[str, Any] = {}
        self._refusal: tuple[Refusal, float] | None = None

    def takes(self, event: LiveEvent, standing: str) -> bool:
        """Let the games hear a line; return whether it needs no answer."""
        if self._games is None:
            return parse_command(event.text) is not None
        viewer = event.viewer or NOBODY
        heard = self._games.hear(event.text, viewer.id, viewer.name, standing, self._now_s())
        if heard.control is not None and not self._waiting.full():
            self._waiting.put_nowait(heard.control)
        return heard.consumed

    def _now_s(self) -> float:
        return self._now().timestamp()

    async def carry_out(self) -> None:
        """Hand on what moderators have commanded, in its order, until cancelled."""
        while True:
            await self._controls(await self._waiting.get())

    # --- from the console ----------------------------------------------------------------------------

    def start_quiz(self) -> None:
        """Ask a question, unless a game runs."""
        if self._games is not None:
            self._answer(self._games, was_done=self._games.start_quiz(self._now_s()))

    def start_poll(self, question: str, options: Sequence[str]) -> None:
        """Hold a poll, unless a game runs or its words may not be said."""
        if self._games is not None:
            self._answer(self._games, was_done=self._games.start_poll(question, options, self._now_s()))

    def end_game(self) -> None:
        """Close the game that runs."""
        if self._games is not None:
            self._answer(
                self._games, was_done=self._games.end_game(self._now_s()), otherwise=Refusal.NOT_RUNNING
            )

    def _answer(self, games: Games, *, was_done: bool, otherwise: Refusal = Refusal.RULES) -> None:
        """Let the observer know at once, also that and why nothing has come of it."""
        now_s = self._now_s()
        why = Refusal.RUNNING if otherwise is Refusal.RULES and games.is_playing else otherwise
        self._refusal = None if was_done else (why, now_s + REFUSAL_SHOWN_S)
        self._stir()
        self.report()

    def report(self) -> None:
        """Tell the observer how the game stands, and for a while what was refused, if that has changed."""
        if self._games is None:
            return
        now_s = self._now_s()
        state = self._games.state(now_s)
        if self._refusal is not None and now_s < self._refusal[1]:
            state["refused"] = self._refusal[0].value
        if state != self._told:
            self._told = state
            self._observer.game_changed(state)
            self._show(state)

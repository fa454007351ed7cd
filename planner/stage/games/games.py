"""Runs the games of a live: quiz, poll and topic vote."""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from planner.stage.cues import Cue, NextAction
from planner.stage.games.announcements import AnnouncementQueue
from planner.stage.games.asking import asks_for_game
from planner.stage.games.commands import CONTROLS, CommandName, Control, GameCommand, parse_command
from planner.stage.games.game_lines import GameLines
from planner.stage.games.leaderboard import Leaderboard, PlayerScore
from planner.stage.games.plan import PlannedGames
from planner.stage.games.poll import Poll, make_poll, read_poll
from planner.stage.games.questions import Question, QuestionDeck
from planner.stage.games.quiz import Quiz
from planner.stage.games.schedule import GameSchedule
from planner.stage.games.topic_vote import KIND as TOPIC
from planner.stage.games.topic_vote import chosen_topic
from planner.stage.names import sayable_name
from planner.stage.segments import PlanSegment
from planner.stage.turn import Turn, TurnKind

MODERATOR = "moderator"
ASKED_EVERY_S = 60.0
PLACES = 3
# How long a line sounds, at the pace of an ordinary voice: answers are waited for from its end on.
CHARACTERS_A_SECOND = 14.0
UNSAID_S = 90.0  # older announcements, for example from while the host was muted, are dropped
RESULT_SHOWN_S = 8.0  # a viewer reads the result while the host says it
AFTERMATH_S = 6.0  # late answers arrive for a while and need no reply
TOPIC_VOTE_EVERY = 3  # of the games that begin by themselves

OPEN, HINT, RESULT, CHOSEN, SCORES, HELP = "open", "hint", "result", "chosen", "scores", "help"


@dataclass(frozen=True, slots=True)
class Heard:
    """What a line meant to the games: `consumed` needs no answer; `control` is a moderator's command."""

    consumed: bool = False
    control: Control | None = None


@dataclass(frozen=True, slots=True)
class GameRules:
    """How a show plays. `allows` says whether a text may be said; `every_s` 0 plays only when asked."""

    language: str
    every_s: float = 420.0
    seed: int = 0
    own_questions: Sequence[Question] = ()
    plan: Sequence[PlanSegment] = ()
    current_segment: Callable[[float], PlanSegment | None] = lambda now_s: None
    allows: Callable[[str], bool] = lambda text: True


class Games:
    """A `CueSource` that plays at most one game at a time. All times are wall-clock seconds."""

    def __init__(self, rules: GameRules) -> None:
        self._rules = rules
        self._game: Quiz | Poll | None = None
        self._after: tuple[Quiz | Poll, float] | None = None
        self._deck = QuestionDeck(rules.own_questions, language=rules.language, seed=rules.seed)
        self._schedule = GameSchedule(every_s=rules.every_s, seed=rules.seed)
        self._planned = PlannedGames(rules.plan, rules.current_segment, language=rules.language)
        self._board = Leaderboard()
        self._wording = GameLines(language=rules.language, seed=rules.seed)
        self._announcements = AnnouncementQueue()
        self._asked_at_s: dict[str, float] = {}

    # --- what comes in -------------------------------------------------------------------------------

    def hear(self, text: str, viewer_id: str, viewer_name: str, standing: str, now_s: float) -> Heard:
        """Process a chat line. Only a viewer's role, never the name, allows control commands."""
        self._schedule.add_clip(viewer_id, now_s)
        command = parse_command(text)
        if command is None and self._starts_game(text, now_s):
            return Heard(consumed=True)
        if command is not None:
            return Heard(consumed=True, control=self._obey(command, standing == MODERATOR, now_s))
        game = self._game
        if game is None and self._after is not None and now_s - self._after[1] <= AFTERMATH_S:
            game = self._after[0]
        if game is None or not viewer_id:
            return Heard()
        was_closed = game.closed
        consumed = game.hear(text, viewer_id, sayable_name(viewer_name), now_s)
        if isinstance(game, Quiz) and game.winner_id and not was_closed:
            self._board.add(game.winner_id, game.winner_name, game.points)
        return Heard(consumed=consumed)

    def _starts_game(self, text: str, now_s: float) -> bool:
        """Start a quiz for a viewer who asks for a game in words; return whether one begins."""
        if self._game is not None or not asks_for_game(text, self._rules.language):
            return False
        return self._obey_quiz(now_s)

    def _obey_quiz(self, now_s: float) -> bool:
        if not self._schedule.may_ask(now_s) or not self.start_quiz(now_s):
            return False
        self._schedule.note_asked(now_s)
        return True

    def _obey(self, command: GameCommand, is_moderator: bool, now_s: float) -> Control | None:
        if command.name in CONTROLS:
            return CONTROLS[command.name] if is_moderator else None
        if command.name is CommandName.QUIZ:
            self._obey_quiz(now_s)
        elif command.name is CommandName.POLL and is_moderator:
            self._start_asked_poll(command.argument, now_s)
        elif command.name is CommandName.TOPIC and is_moderator:
            self.start_topic_vote(now_s)
        elif command.name is CommandName.SCORES:
            self._answer(SCORES, lambda: self._wording.ranking(self._board.top(PLACES)), now_s)
        elif command.name is CommandName.HELP:
            self._answer(HELP, self._wording.help, now_s)
        return None

    def _answer(self, what: str, words: Callable[[], str], now_s: float) -> None:
        asked_at_s = self._asked_at_s.get(what)
        if asked_at_s is None or now_s - asked_at_s >= ASKED_EVERY_S:
            self._asked_at_s[what] = now_s
            self._wording.now_s = now_s
            self._say(what, words(), now_s)

    # --- how games begin and end ---------------------------------------------------------------------

    @property
    def kind(self) -> str:
        """The kind of the game that runs; empty when none does."""
        return self._game.kind if self._game else ""

    @property
    def leader(self) -> PlayerScore | None:
        """Who has most points, if anybody has and their name can be said."""
        return next((score for score in self._board.top(PLACES) if score.name), None)

    @property
    def is_playing(self) -> bool:
        """Whether a game runs."""
        return self._game is not None

    def start_quiz(self, now_s: float) -> bool:
        """Ask the next question; return False while another game runs, or where its words may not be said."""
        return self._game is None and self._begin(self._next_quiz(), now_s)

    def start_poll(self, question: str, options: Sequence[str], now_s: float) -> bool:
        """Hold a poll; return False while another game runs, or where its words may not be said."""
        poll = make_poll(question, options)
        if self._game is not None or poll is None:
            return False
        return self._begin(Poll(*poll, self._rules.language), now_s)

    def start_topic_vote(self, now_s: float) -> bool:
        """Let the chat choose the next topic; return False while another game runs or nothing is planned."""
        vote = self._planned.topic_vote(now_s)
        return self._game is None and vote is not None and self._begin(vote, now_s)

    def end_game(self, now_s: float) -> bool:
        """Close the game that runs; its result is said. Return False when none does."""
        if self._game is None:
            return False
        if self._game.opened_at_s is None:
            self._forget_game(now_s)
        else:
            self._close(self._game, now_s)
        return True

    def _next_quiz(self) -> Quiz:
        question = self._deck.draw()
        for _ in self._rules.own_questions:
            if self._rules.allows(" ".join((question.text, question.answers[0]))):
                break
            question = self._deck.draw()
        return Quiz(question, self._rules.language)

    def _start_asked_poll(self, argument: str, now_s: float) -> None:
        asked = read_poll(argument) or (None if argument else self._planned.poll(now_s))
        if self._game is None and asked is not None:
            self._begin(Poll(*asked, self._rules.language), now_s)

    def _begin(self, game: Quiz | Poll, now_s: float) -> bool:
        self._wording.now_s = now_s
        line = self._wording.opening(game)
        if not self._rules.allows(line):
            return False
        self._game, self._after = game, None
        self._say(OPEN, line, now_s)
        return True

    def _close(self, game: Quiz | Poll, now_s: float) -> None:
        game.closed = True
        self._wording.now_s = now_s
        self._announcements.drop(HINT)
        name = game.winner_name if isinstance(game, Quiz) else ""
        if not self._announcements.has(RESULT):
            self._say(RESULT, self._wording.result(game), now_s, name=name)

    def _forget_game(self, now_s: float) -> None:
        if self._game is not None:
            self._after = (self._game, now_s)
            self._schedule.note_end(now_s)
        self._game = None
        for what in (OPEN, HINT, RESULT):
            self._announcements.drop(what)

    # --- what is due ---------------------------------------------------------------------------------

    def due(self, now_s: float, *, quiet_s: float) -> Cue | None:
        """Return what should be said now, the same until it is taken."""
        self._wording.now_s = now_s
        if self._announcements.drop_older_than(now_s - UNSAID_S) & {OPEN, RESULT}:
            self._forget_game(now_s)
        if self._game is not None:
            self._go_on(self._game, now_s)
        elif not self._announcements:
            self._begin_by_itself(now_s)
        return self._announcements.first()

    def _go_on(self, game: Quiz | Poll, now_s: float) -> None:
        if game.ends_at_s is not None and (game.closed or now_s >= game.ends_at_s):
            self._close(game, now_s)
        elif isinstance(game, Quiz) and game.hint_at_s is not None and now_s >= game.hint_at_s:
            game.hinted = True
            self._say(HINT, self._wording.hint(game), now_s)

    def _begin_by_itself(self, now_s: float) -> None:
        if self._planned.wants_quiz(now_s) and self._schedule.may_go_on(now_s):
            self.start_quiz(now_s)
        elif (poll := self._planned.take_poll(now_s)) is not None:
            self.start_poll(*poll, now_s)
        elif self._schedule.is_time(now_s) and self._planned.has_room(now_s):
            turn = (self._schedule.games + 1) % TOPIC_VOTE_EVERY
            if turn or not self.start_topic_vote(now_s):
                self.start_quiz(now_s)

    def _say(self, what: str, line: str, now_s: float, *, name: str = "") -> None:
        turn = Turn(TurnKind.ANNOUNCEMENT, name, self._rules.language)
        self._announcements.add(what, NextAction.GAME, turn, line, now_s)

    def took(self, cue: Cue, now_s: float) -> None:
        """Record that a cue is being said."""
        what = self._announcements.take(cue)
        game = self._game
        if game is None:
            return
        if what == OPEN:
            game.opened_at_s = now_s + len(cue.line) / CHARACTERS_A_SECOND
        elif what == RESULT:
            self._forget_game(now_s)
            if isinstance(game, Poll) and game.kind == TOPIC and chosen_topic(game):
                self._turn_to(chosen_topic(game), now_s)

    def _turn_to(self, topic: str, now_s: float) -> None:
        """Have the host go on with what the chat has chosen, in words that the planner finds."""
        turn = Turn(TurnKind.TOPIC, "", self._rules.language, point=topic)
        # Announced, for in a busy chat there is never a moment for talk that nobody asked for.
        self._announcements.add(CHOSEN, NextAction.ANNOUNCE, turn, "", now_s)

    def wakes_at_s(self, now_s: float) -> float | None:
        """Return when `due` may next have something new to say if nothing happens until then."""
        if self._game is not None:
            moments = [self._game.hint_at_s, self._game.ends_at_s]
        else:
            in_rounds = self._planned.wants_quiz(now_s)
            moments = [self._schedule.wakes_at_s(now_s, in_rounds=in_rounds)]
        return min((moment for moment in moments if moment is not None and moment > now_s), default=None)

    # --- what a screen shows, and the next worker must know ------------------------------------------

    def state(self, now_s: float) -> dict[str, Any]:
        """Return the game that is shown, if one is, and who leads, as plain values.

        A game whose result is being said is shown for 8 s more; `is_over` says that another one may begin.
        """
        leaders = [asdict(score) for score in self._board.top(PLACES)]
        game = self._game or self._just_ended(now_s)
        if game is None:
            return {"kind": "", "leaders": leaders}
        ends_at_s = game.ends_at_s
        left_s = 0 if game.closed or ends_at_s is None else max(round(ends_at_s - now_s), 0)
        phase = "closed" if game.closed else "waiting" if ends_at_s is None else "open"
        shown = {
            "kind": game.kind,
            "phase": phase,
            "seconds_left": left_s,
            **game.state(),
            "leaders": leaders,
        }
        return shown if self._game else {**shown, "is_over": True}

    def _just_ended(self, now_s: float) -> Quiz | Poll | None:
        if self._after is None or not self._after[0].closed or now_s - self._after[1] > RESULT_SHOWN_S:
            return None
        return self._after[0]

    def snapshot(self) -> dict[str, Any]:
        """Return what the next worker must know, as plain values."""
        return {
            "game": {"kind": self._game.kind, **self._game.snapshot()} if self._game else None,
            "deck": self._deck.snapshot(),
            "schedule": self._schedule.snapshot(),
            "planned": self._planned.snapshot(),
            "board": self._board.snapshot(),
            "wording": self._wording.snapshot(),
            "sayings": self._announcements.snapshot(),
            "asked_at_s": dict(self._asked_at_s),
        }

    def restore(self, saved: dict[str, Any]) -> None:
        """Continue from a snapshot."""
        self._game = _restored(saved["game"]) if saved["game"] else None
        self._deck.restore(saved["deck"])
        self._schedule.restore(saved["schedule"])
        self._planned.restore(saved["planned"])
        self._board.restore(saved["board"])
        self._announcements.restore(saved["sayings"])
        self._wording.restore(saved["wording"])
        self._asked_at_s = dict(saved["asked_at_s"])


def _restored(saved: dict[str, Any]) -> Quiz | Poll:
    if saved["kind"] == Quiz.kind:
        return Quiz.restored({name: value for name, value in saved.items() if name != "kind"})
    return Poll.restored(saved)

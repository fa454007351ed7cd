"""Builds the lines that a game says."""

from collections.abc import Sequence

from planner.stage.games.answer_matching import is_number, words_of
from planner.stage.games.leaderboard import PlayerScore
from planner.stage.games.poll import Poll
from planner.stage.games.quiz import Quiz
from planner.stage.games.topic_vote import KIND as TOPIC
from planner.stage.games.topic_vote import chosen_topic
from planner.stage.lines import LineBook, fill, load_books, load_lines, never, template_language

SHARES_SAID = 3


class GameLines:
    """The lines of one live's games, in the language and at the time set by the caller."""

    def __init__(self, *, language: str, seed: int) -> None:
        self.now_s = 0.0
        self._language = language
        tongue = template_language(language)
        self._book: LineBook = load_books(__package__, seed=seed, now_s=lambda: self.now_s)[tongue]
        self._phrases = load_lines(__package__, f"phrases_{tongue}.toml")

    # --- the quiz ------------------------------------------------------------------------------------

    def opening(self, game: Quiz | Poll) -> str:
        """Return how a game is opened."""
        if isinstance(game, Quiz):
            return self._line("quiz_open", question=game.question.text)
        numbered = enumerate(game.options, start=1)
        options = "; ".join(
            self._phrase("option", number=str(number), option=option) for number, option in numbered
        )
        topic = "topic_open" if game.kind == TOPIC else "poll_open"
        return self._line(topic, question=game.question, options=options)

    def hint(self, quiz: Quiz) -> str:
        """Return a hint at the answer that does not give it away."""
        return self._line("quiz_hint", hint=self._hint_at(quiz.question.answers[0]))

    def _hint_at(self, answer: str) -> str:
        if is_number(answer, self._language):
            digits = words_of(answer, self._language)[0]
            parity = self._phrase("odd" if int(digits) % 2 else "even")
            topic = "hint_number" if len(digits) > 1 else "hint_digit"
            return self._phrase(topic, parity=parity, count=str(len(digits)))
        words = answer.split()
        letters = sum(character.isalnum() for character in answer)
        topic, count = ("hint_word", letters) if len(words) == 1 else ("hint_words", len(words))
        return self._phrase(topic, letter=answer[0].upper(), count=str(count))

    # --- how it ended --------------------------------------------------------------------------------

    def result(self, game: Quiz | Poll) -> str:
        """Return how a game ended."""
        if isinstance(game, Quiz):
            return self._quiz_result(game)
        if game.kind == TOPIC:
            winner = chosen_topic(game)
            return self._line("topic_result" if winner else "topic_nobody", winner=winner)
        return self._poll_result(game)

    def _quiz_result(self, quiz: Quiz) -> str:
        answer = quiz.question.answers[0]
        if not quiz.winner_id:
            return self._line("quiz_nobody", answer=answer)
        return self._line("quiz_won", name=quiz.winner_name, answer=answer, points=str(quiz.points))

    def _poll_result(self, poll: Poll) -> str:
        winners = poll.leading()
        if not winners:
            return self._line("poll_nobody")
        rows = sorted(zip(poll.percentages(), poll.options, strict=True), key=lambda row: -row[0])
        shares = ", ".join(
            self._phrase("share", option=option, percent=str(percent))
            for percent, option in rows[:SHARES_SAID]
        )
        topic = "poll_result" if len(winners) == 1 else "poll_tie"
        return self._line(topic, winner=winners[0], winners=self._listed(winners), shares=shares)

    # --- what is asked for ---------------------------------------------------------------------------

    def ranking(self, top: Sequence[PlayerScore]) -> str:
        """Return who leads."""
        if not top:
            return self._line("scores_nobody")
        scores = [
            self._phrase("score", name=score.name or self._phrase("nameless"), points=str(score.points))
            for score in top
        ]
        return self._line("scores", ranking=self._listed(scores))

    def help(self) -> str:
        """Return what the chat can ask for."""
        return self._line("help")

    def _listed(self, parts: Sequence[str]) -> str:
        if len(parts) == 1:
            return parts[0]
        return ", ".join(parts[:-1]) + self._phrases["and"][0] + parts[-1]

    def _line(self, topic: str, *, name: str = "", **words: str) -> str:
        def spoken(line: str) -> str:
            return fill(line, name=name, **words)

        fresh = self._book.draw_fresh(topic, spoken=spoken, is_repeat=never)
        return fresh or spoken(self._book.draw(topic))

    def _phrase(self, topic: str, **words: str) -> str:
        return self._phrases[topic][0].format(**words)

    def snapshot(self) -> dict[str, dict[str, float]]:
        """Return which lines have been used."""
        return self._book.snapshot()

    def restore(self, saved: dict[str, dict[str, float]]) -> None:
        """Continue from a snapshot."""
        self._book.restore(saved)

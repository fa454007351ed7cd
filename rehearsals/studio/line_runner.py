"""Runs one viewer line through moderation, planner, moderation and voice, and measures each step."""

import time
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass

from livesessions.pipeline.ports import Gate, ReplyPlanner, Voice, VoiceIn
from moderation.stage.help_lines import help_line
from moderation.stage.spoken_review import SpokenReview
from moderation.stage.verdict import Action, Risk, Verdict
from planner.errors import PlannerError
from planner.stage.games.commands import parse_command
from planner.stage.turn import Turn, TurnKind
from rehearsals.studio.answer import AnswerResult, StudioAnswer
from speech.errors import SpeechError
from speech.stage.audio import AudioChunk

MAX_AUDIO_S = 60.0


@dataclass(frozen=True, slots=True)
class ViewerLine:
    """What a viewer does: writes `text`, sends a gift, or both. All of it is untrusted."""

    viewer_name: str
    text: str = ""
    gift_name: str = ""


class LineRunner:
    """Answers one line. `answer` is filled in while it runs, `chunks` is the audio; without a voice none."""

    def __init__(
        self,
        *,
        gate: Gate,
        words: ReplyPlanner,
        voice: Voice | None,
        voice_in: VoiceIn | None = None,
        language: str,
        now_s: Callable[[], float] = time.perf_counter,
    ) -> None:
        self.answer = StudioAnswer()
        self.chunks: list[AudioChunk] = []
        self._gate = gate
        self._spoken = SpokenReview(gate)
        self._words = words
        self._voice = voice
        self._voice_in = voice_in
        self._language = language
        self._now_s = now_s
        self._began_s = 0.0

    async def run(self, line: ViewerLine) -> None:
        """Answer the line. A provider's error ends the run and is stored in the answer."""
        self._began_s = self._now_s()
        turns = self._turns_for(line)
        try:
            await self._say_all(turns)
        except PlannerError:
            self.answer.result, self.answer.fault = AnswerResult.FAILED, "planner"
        except SpeechError:
            self.answer.fault = "speech"
            self._set_result()
        else:
            self._set_result()

    def _set_result(self) -> None:
        if self.answer.sentences and self.answer.result in (AnswerResult.SILENT, AnswerResult.COMMAND):
            self.answer.result = AnswerResult.ANSWERED

    def _turns_for(self, line: ViewerLine) -> Sequence[Turn | str]:
        """Moderate the line and return the host's turns: thanks first, then the reply to the text."""
        answer = self.answer
        verdict = self._gate.review(line.text) if line.text else None
        answer.name_hidden = self._gate.review(line.viewer_name).blocked
        answer.judged_us = round((self._now_s() - self._began_s) * 1_000_000)
        name = "" if answer.name_hidden else line.viewer_name
        turns: list[Turn | str] = []
        if line.gift_name:
            turns.append(Turn(TurnKind.GIFT, name, self._language, gift_name=line.gift_name))
        if verdict is not None:
            answer.action = verdict.action.value
            answer.categories = _categories(verdict)
            turns += self._reply_to(line.text, name, verdict)
        return turns

    def _reply_to(self, text: str, name: str, verdict: Verdict) -> list[Turn | str]:
        if verdict.action is Action.HELP:
            self.answer.result = AnswerResult.HELPED
            return [help_line(self._language)]
        if verdict.action is Action.NEUTRAL_LINE:
            return [Turn(TurnKind.NEUTRAL, name, self._language)]
        if verdict.blocked:
            self.answer.result = AnswerResult.BLOCKED
            return []
        if parse_command(text) is not None:
            self.answer.result = AnswerResult.COMMAND
            return []
        return [Turn(TurnKind.COMMENT, name, self._language, text=text, careful=verdict.risk is Risk.MEDIUM)]

    async def _say_all(self, turns: Sequence[Turn | str]) -> None:
        answer = self.answer
        for turn in turns:
            async with aclosing(self._sentences(turn)) as sentences:
                async for sentence in sentences:
                    if answer.first_sentence_ms is None:
                        answer.first_sentence_ms = self._elapsed_ms()
                    answer.text_ms = self._elapsed_ms()
                    verdict = self._spoken.review(sentence)
                    if verdict.blocked and not isinstance(turn, str):
                        self._refuse(verdict)
                        return
                    self._spoken.note(sentence)
                    answer.sentences.append(sentence)
                    await self._speak(sentence, turn)

    async def _sentences(self, turn: Turn | str) -> AsyncGenerator[str, None]:
        if isinstance(turn, str):
            yield turn
            return
        async with aclosing(self._words.plan(turn, self.answer.usage)) as planned:
            async for sentence in planned:
                yield sentence

    def _refuse(self, verdict: Verdict) -> None:
        self.answer.refused_for = _categories(verdict)
        if not self.answer.sentences:
            self.answer.result = AnswerResult.REFUSED

    async def _speak(self, sentence: str, turn: Turn | str) -> None:
        if self._voice is None:
            return
        voice, language = (
            self._voice,
            "" if isinstance(turn, str) else self._words.language_of(turn, sentence),
        )
        if language and self._voice_in is not None:
            voice = await self._voice_in(language)
        async with aclosing(voice.speak(sentence)) as chunks:
            async for chunk in chunks:
                if self.answer.first_audio_ms is None:
                    self.answer.first_audio_ms = self._elapsed_ms()
                self.chunks.append(chunk)
                self.answer.audio_ms += round(chunk.duration_s * 1000)
                if self.answer.audio_ms > MAX_AUDIO_S * 1000:
                    return

    def _elapsed_ms(self) -> int:
        return round((self._now_s() - self._began_s) * 1000)


def _categories(verdict: Verdict) -> list[str]:
    return list(dict.fromkeys(reason.category.value for reason in verdict.reasons))

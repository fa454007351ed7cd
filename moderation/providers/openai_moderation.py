"""Asks OpenAI's moderation endpoint, or a compatible server, for a text's flags."""

import asyncio
import math
from collections.abc import Mapping
from typing import Any

from moderation.errors import ModerationError
from moderation.stage.model_gate import Flag, Flags
from providers.language_models.errors import LanguageModelError
from providers.language_models.openai_server import OpenAIServer

PATH = "/moderations"
MAX_CHARACTERS = 2_000
MAX_BYTES = 64 * 1024
# Source: the moderation guide in OpenAI's documentation. Other categories are ignored.
FLAGS = {
    "hate": Flag.HATE,
    "hate/threatening": Flag.HATE,
    "harassment": Flag.HARASSMENT,
    "harassment/threatening": Flag.HARASSMENT,
    "sexual": Flag.SEXUAL,
    "sexual/minors": Flag.SEXUAL,
    "violence": Flag.VIOLENCE,
    "violence/graphic": Flag.VIOLENCE,
    "self-harm": Flag.SELF_HARM,
    "self-harm/intent": Flag.SELF_HARM,
    "self-harm/instructions": Flag.SELF_HARM,
    "illicit": Flag.ILLICIT,
    "illicit/violent": Flag.ILLICIT,
}


class OpenAIModeration:
    """A `ModelGate` behind an OpenAI-compatible server. It does not retry.

    `timeout_s` covers the whole answer.
    """

    def __init__(self, server: OpenAIServer, model: str, *, timeout_s: float = 1.5) -> None:
        self.provider = server.provider
        self.model = model
        self._server = server
        self._timeout_s = timeout_s

    async def review(self, text: str) -> Flags:
        """Judge the beginning of one text; raise `ModerationError` for every fault."""
        body = {"model": self.model, "input": text[:MAX_CHARACTERS]}
        try:
            async with asyncio.timeout(self._timeout_s):
                return _read(await self._server.post(PATH, body, max_bytes=MAX_BYTES))
        except TimeoutError as error:
            raise ModerationError("The moderation model did not answer in time.") from error
        except LanguageModelError as error:
            raise ModerationError(str(error), permanent=error.permanent) from error
        except (ValueError, KeyError, IndexError, TypeError) as error:
            raise ModerationError("The moderation model answered with something unreadable.") from error


def _read(answer: Any) -> Flags:
    """Return the flags of an answer.

    Raise ValueError, KeyError, IndexError or TypeError for an invalid one.
    """
    result = answer["results"][0]
    categories, scored = result["categories"], result["category_scores"]
    if not (
        isinstance(result["flagged"], bool) and isinstance(categories, dict) and isinstance(scored, dict)
    ):
        raise ValueError("A field is of another type.")
    scores = _scores(scored)
    found = {FLAGS[name] for name, is_flagged in categories.items() if is_flagged is True and name in FLAGS}
    if result["flagged"] and not found:
        raise ValueError("It is flagged for nothing that is known.")
    return Flags(tuple(sorted(found, key=lambda flag: (-scores.get(flag, 0.0), flag))), scores)


def _scores(named: Mapping[str, Any]) -> dict[Flag, float]:
    scores: dict[Flag, float] = {}
    for name, score in named.items():
        if name in FLAGS:
            flag, value = FLAGS[name], float(score)
            if not math.isfinite(value):
                raise ValueError("A score is no number.")
            scores[flag] = max(scores.get(flag, 0.0), value)
    return scores

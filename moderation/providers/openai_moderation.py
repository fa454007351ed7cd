"""OpenAI's moderation endpoint: a text goes in, what it is flagged for comes out."""

import asyncio
import json
import math
from collections.abc import Mapping
from typing import Any

from openai import APIError, APIStatusError, AsyncOpenAI, OpenAIError

from moderation.errors import ModerationError
from moderation.stage.model_gate import Flag, Flags
from providers.http import ClientOptions, for_openai, open_trusted_client

MAX_CHARACTERS = 2_000
TRANSIENT_STATUSES = frozenset({408, 409, 425, 429})
# Source: the moderation guide in OpenAI's documentation; those that are not here are not known yet.
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
    """A `ModelGate` behind an OpenAI-shaped server. It never retries. Close it with `aclose`.

    `timeout_s` is for the whole answer.
    """

    def __init__(self, *, api_key: str, base_url: str, model: str, timeout_s: float = 1.5) -> None:
        client = open_trusted_client(ClientOptions(timeout_s=timeout_s))
        self._client = AsyncOpenAI(
            api_key=api_key,
            base_url=base_url,
            timeout=timeout_s,
            max_retries=0,
            http_client=for_openai(client),
        )
        self._model = model
        self._timeout_s = timeout_s

    async def aclose(self) -> None:
        """Close the connections."""
        await self._client.close()

    async def review(self, text: str) -> Flags:
        """Judge one text by its beginning. Raises `ModerationError` for every fault, garbage among them."""
        try:
            async with asyncio.timeout(self._timeout_s):
                answer = await self._client.moderations.with_raw_response.create(
                    model=self._model, input=text[:MAX_CHARACTERS]
                )
                return _read(json.loads(answer.http_response.content))
        except TimeoutError as error:
            raise ModerationError("The moderation model did not answer in time.") from error
        except OpenAIError as error:
            raise _as_moderation_error(error) from error
        except (ValueError, KeyError, IndexError, TypeError) as error:
            raise ModerationError("The moderation model answered with something unreadable.") from error


def _read(answer: Any) -> Flags:
    """Return what an answer says; raise ValueError, KeyError, IndexError or TypeError for anything else."""
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


def _as_moderation_error(error: OpenAIError) -> ModerationError:
    """Name the fault without the server's words, which may quote the text."""
    if isinstance(error, APIStatusError):
        permanent = 400 <= error.status_code < 500 and error.status_code not in TRANSIENT_STATUSES
        return ModerationError(
            f"The moderation model answered HTTP {error.status_code}.", permanent=permanent
        )
    if isinstance(error, APIError):
        return ModerationError(f"The moderation model failed: {type(error).__name__}.")
    return ModerationError("The moderation client is not usable.", permanent=True)

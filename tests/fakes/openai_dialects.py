"""How known servers shape a streamed chat completion: where they differ from OpenAI's own.

Sources: the API references of OpenAI and OpenRouter, Ollama's docs/openai.md, and the server documentation of
vLLM and llama.cpp.
"""

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

Chunk = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Dialect:
    """One server's manner. `stream` gives the body for texts, (input, output) tokens and a finish reason.

    `error` is what it sends in the middle of a stream that began with status 200, and `is_permanent` whether
    that error says that the same request fails again.
    """

    name: str
    base_path: str
    stream: Callable[[Sequence[str], tuple[int, int], str], Iterator[bytes]]
    error: bytes
    is_permanent: bool
    reports_usage: bool = True


def openai(texts: Sequence[str], tokens: tuple[int, int], reason: str) -> Iterator[bytes]:
    """Usage comes in a last chunk without choices, null before; obfuscation pads each chunk."""
    more = {"service_tier": "default", "system_fingerprint": "fp_1", "usage": None, "obfuscation": "x7Qa"}
    yield _event(_choice({"role": "assistant", "content": "", "refusal": None}), **more)
    for text in texts:
        yield _event(_choice({"content": text}), **more)
    yield _event(_choice({}, reason), **more)
    yield _event([], **{**more, "usage": _usage(tokens, prompt_tokens_details={"cached_tokens": 0})})
    yield b"data: [DONE]\n\n"


def openrouter(texts: Sequence[str], tokens: tuple[int, int], reason: str) -> Iterator[bytes]:
    """Comments keep the connection open; usage comes beside the last choice, with the cost."""
    more = {"provider": "Fake"}
    yield b": OPENROUTER PROCESSING\n\n" * 3
    for text in texts:
        delta: Chunk = {"role": "assistant", "content": text, "reasoning": None, "reasoning_details": []}
        yield _event(_choice(delta, native_finish_reason=None), **more)
        yield b": OPENROUTER PROCESSING\n\n"
    yield _event(
        _choice({"role": "assistant", "content": ""}, reason, native_finish_reason=reason.upper()),
        **more,
        usage=_usage(tokens, cost=0.00012, is_byok=False),
    )
    yield b"data: [DONE]\n\n"


def ollama(texts: Sequence[str], tokens: tuple[int, int], reason: str) -> Iterator[bytes]:
    """A thinking model's thoughts come first, in a field of their own."""
    more = {"system_fingerprint": "fp_ollama"}
    yield _event(_choice({"role": "assistant", "content": "", "reasoning": "zebra thinks"}), **more)
    for text in texts:
        yield _event(_choice({"role": "assistant", "content": text}), **more)
    yield _event(_choice({"role": "assistant", "content": ""}, reason), **more)
    yield _event([], **more, usage=_usage(tokens))
    yield b"data: [DONE]\n\n"


def vllm(texts: Sequence[str], tokens: tuple[int, int], reason: str) -> Iterator[bytes]:
    """Usage grows from chunk to chunk; thoughts have another name than Ollama's."""
    yield _event(_choice({"role": "assistant", "content": ""}), usage=_usage((tokens[0], 0)))
    yield _event(_choice({"reasoning_content": "zebra thinks"}), usage=_usage((tokens[0], 1)))
    for number, text in enumerate(texts):
        yield _event(_choice({"content": text}, logprobs=None), usage=_usage((tokens[0], number + 2)))
    yield _event(_choice({"content": ""}, reason, stop_reason=None), usage=_usage(tokens))
    yield _event([], usage=_usage(tokens))
    yield b"data: [DONE]\n\n"


def plain(texts: Sequence[str], tokens: tuple[int, int], reason: str) -> Iterator[bytes]:
    """A small server: no usage, no closing event, other line ends, no space after the colon."""
    for text in texts:
        yield b"event: message\r\ndata:" + _json(_choice({"content": text})) + b"\r\n\r\n"
    yield b"data:" + _json(_choice({}, reason)) + b"\r\n"


DIALECTS = (
    Dialect(
        "openai",
        "/v1",
        openai,
        b'data: {"error": {"message": "zebra", "type": "server_error", "param": null, "code": null}}\n\n',
        is_permanent=False,
    ),
    Dialect(
        "openrouter",
        "/api/v1",
        openrouter,
        b'data: {"id": "gen-1", "error": {"code": 402, "message": "zebra"}, "choices": '
        b'[{"index": 0, "delta": {"content": "zebra"}, "finish_reason": "error"}]}\n\n',
        is_permanent=True,
    ),
    Dialect("ollama", "/v1", ollama, b'data: {"error": "zebra"}\n\n', is_permanent=False),
    Dialect(
        "vllm",
        "/v1",
        vllm,
        b'data: {"object": "error", "message": "zebra", "type": "BadRequestError", "code": 400}\n\n',
        is_permanent=True,
    ),
    Dialect(
        "plain",
        "",
        plain,
        b'event: error\ndata: {"error": {"code": 429, "message": "zebra"}}\n\n',
        is_permanent=False,
        reports_usage=False,
    ),
)


def _choice(delta: Chunk, reason: str | None = None, **more: Any) -> list[Chunk]:
    return [{"index": 0, "delta": delta, "finish_reason": reason, **more}]


def _usage(tokens: tuple[int, int], **more: Any) -> Chunk:
    return {
        "prompt_tokens": tokens[0],
        "completion_tokens": tokens[1],
        "total_tokens": sum(tokens),
        **more,
    }


def _event(choices: list[Chunk], **more: Any) -> bytes:
    return b"data: " + _json(choices, **more) + b"\n\n"


def _json(choices: list[Chunk], **more: Any) -> bytes:
    chunk = {
        "id": "chatcmpl-1",
        "object": "chat.completion.chunk",
        "created": 1_700_000_000,
        "model": "fake",
        "choices": choices,
        **more,
    }
    return json.dumps(chunk).encode()

"""Sends requests to an OpenAI-shaped server: OpenAI itself, OpenRouter, Ollama, vLLM and others.

It uses plain HTTP and JSON: see docs/decisions for what the official client costs.
"""

import json
from collections.abc import AsyncGenerator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from typing import Any
from urllib.parse import urlsplit

import httpx

from providers.http import HttpClient
from providers.language_models.errors import LanguageModelError

# 408 timeout, 409 conflict, 425 too early, 429 rate limit or quota: the same request may pass later.
TRANSIENT_STATUSES = frozenset({408, 409, 425, 429})
MAX_REFUSAL_BYTES = 16 * 1024
PROVIDERS = {"api.openai.com": "openai", "openrouter.ai": "openrouter"}


class Refused(LanguageModelError):
    """Raised for a status that is not a success. `body` is for adapters only: it may quote the request."""

    def __init__(self, service: str, status: int, body: bytes) -> None:
        super().__init__(f"{service} answered HTTP {status}.", permanent=is_permanent(status))
        self.service_status = status
        self.body = body

    def names(self, parameter: str) -> bool:
        """Return whether the server objects to a request that has this parameter."""
        return self.service_status in (400, 422) and parameter.encode() in self.body


class OpenAIServer:
    """One server and the key for it. `service` names it in errors, such as "The language model".

    The client belongs to the caller, who closes it. Nothing is retried here.
    """

    def __init__(self, http: HttpClient, *, base_url: str, api_key: str, service: str) -> None:
        self._http = http
        self._base_url = base_url.rstrip("/")
        self._headers = {"content-type": "application/json", "accept-encoding": "identity"}
        if api_key:
            self._headers["authorization"] = f"Bearer {api_key}"
        self.provider = provider_of(base_url)
        self.service = service

    @asynccontextmanager
    async def open(self, path: str, body: Mapping[str, Any]) -> AsyncGenerator[httpx.Response, None]:
        """Post a request and give its response, whose body is not read yet. Raises `LanguageModelError`."""
        content = json.dumps(body, ensure_ascii=False).encode(errors="replace")
        with self._own_errors():
            async with self._http.stream(
                "POST", self._base_url + path, content=content, headers=self._headers
            ) as response:
                if not response.is_success:
                    raise Refused(self.service, response.status_code, await _beginning(response))
                if response.headers.get("content-encoding", "identity") != "identity":
                    raise self.unreadable()
                yield response

    async def post(self, path: str, body: Mapping[str, Any], *, max_bytes: int) -> Any:
        """Post a request and return the JSON of its response. Raises `LanguageModelError`."""
        async with self.open(path, body) as response:
            received = bytearray()
            async for piece in response.aiter_raw():
                received += piece
                if len(received) > max_bytes:
                    raise self.unreadable()
        try:
            return json.loads(received)
        except (ValueError, RecursionError) as error:
            raise self.unreadable() from error

    def unreadable(self) -> LanguageModelError:
        """Return the error for a response that does not have the expected shape."""
        return LanguageModelError(f"{self.service} answered with something unreadable.")

    @contextmanager
    def _own_errors(self) -> Iterator[None]:
        """Turn httpx's errors into ours, without the texts: they may quote the address or the key."""
        try:
            yield
        except httpx.TimeoutException as error:
            raise LanguageModelError(f"{self.service} did not answer in time.") from error
        except (httpx.UnsupportedProtocol, httpx.LocalProtocolError, httpx.InvalidURL, UnicodeError) as error:
            raise LanguageModelError(
                f"{self.service} cannot be asked: its address or key is malformed.", permanent=True
            ) from error
        except httpx.HTTPError as error:
            raise LanguageModelError(f"The connection to {self.service.lower()} broke.") from error


def is_permanent(status: int) -> bool:
    """Return whether a request that was answered with this status will fail again."""
    return 400 <= status < 500 and status not in TRANSIENT_STATUSES


def provider_of(base_url: str) -> str:
    """Return the provider's name in prices and usage; the host's name for a server that is not known."""
    try:
        host = (urlsplit(base_url).hostname or "").casefold()
    except ValueError:  # the first request will say so
        return ""
    return PROVIDERS.get(host, host)


async def _beginning(response: httpx.Response) -> bytes:
    received = b""
    async for piece in response.aiter_raw():
        received += piece
        if len(received) >= MAX_REFUSAL_BYTES:
            break
    return received[:MAX_REFUSAL_BYTES]

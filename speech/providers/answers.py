"""Turns what goes wrong with a speech service into `SpeechError`."""

from collections.abc import Iterator
from contextlib import contextmanager

import httpx

from providers.http import (
    AddressForbidden,
    ClientOptions,
    HttpClient,
    open_guarded_client,
    open_trusted_client,
)
from speech.errors import SpeechError

# Lifetime of an idle connection: longer than the interval at which they are kept warm.
KEPT_OPEN_S = 120.0
_WORTH_RETRYING = frozenset((408, 425, 429))


def status_fault(service: str, status: int) -> SpeechError:
    """Return the error for a failed status; permanent unless the same request can pass later."""
    permanent = status < 500 and status not in _WORTH_RETRYING
    return SpeechError(f"{service} answered {status}.", permanent=permanent, service_status=status)


@contextmanager
def httpx_faults(service: str) -> Iterator[None]:
    """Turn httpx's errors into `SpeechError`, without their messages, which may quote keys."""
    try:
        yield
    except AddressForbidden as error:
        raise forbidden(error) from None
    except httpx.HTTPStatusError as error:
        raise status_fault(service, error.response.status_code) from None
    except httpx.TimeoutException:
        raise late(service) from None
    except (httpx.UnsupportedProtocol, httpx.LocalProtocolError, httpx.InvalidURL, UnicodeEncodeError):
        raise malformed(service) from None
    except httpx.HTTPError:
        raise broken(service) from None


def open_voice_client(*, timeout_s: float, guarded: bool) -> HttpClient:
    """Return a client for a voice service; `guarded` keeps it from any address that is not a public one."""
    options = ClientOptions(timeout_s=timeout_s, keepalive_s=KEPT_OPEN_S, on_response=(refuse_failure,))
    return open_guarded_client(options) if guarded else open_trusted_client(options)


def forbidden(error: AddressForbidden) -> SpeechError:
    """The fault behind an address that a workspace may not have us connect to."""
    return SpeechError(str(error), permanent=True)


def late(service: str) -> SpeechError:
    """Return the error for a missing answer."""
    return SpeechError(f"{service} did not answer in time.")


def broken(service: str) -> SpeechError:
    """Return the error for a failed connection."""
    return SpeechError(f"The connection to {service} broke.")


def malformed(service: str) -> SpeechError:
    """Return the error for a request that cannot be sent."""
    return SpeechError(f"{service} cannot be asked: its address or key is malformed.", permanent=True)


async def refuse_failure(response: httpx.Response) -> None:
    """Raise for a failed status before the body is read as audio.

    ElevenLabs' client reads an error's body as JSON first, and loses the status when it is not.
    """
    response.raise_for_status()

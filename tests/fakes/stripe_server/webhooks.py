"""Signs events as Stripe does, and sends them to the endpoints, again after failures."""

import hashlib
import heapq
import hmac
import itertools
import json
import threading
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection, HTTPException
from typing import Final
from urllib.parse import urlsplit

from tests.fakes.stripe_server.world import Obj, World

SENDERS: Final = 4
TIMEOUT_S: Final = 30.0
# Stripe goes on for three days; a person who tries things out waits shorter.
RETRY_AFTER_S: Final = (1.0, 3.0, 10.0, 30.0, 60.0)


def signed(event: Obj, secret: str, at: int | None = None) -> tuple[bytes, str]:
    """Return an event's body and its `Stripe-Signature`: HMAC-SHA256 of time and body with the secret."""
    body = json.dumps(event).encode()
    moment = int(time.time()) if at is None else at
    digest = hmac.new(secret.encode(), f"{moment}.".encode() + body, hashlib.sha256).hexdigest()
    return body, f"t={moment},v1={digest}"


def endpoints_for(world: World, event: Obj) -> list[Obj]:
    """Return the enabled endpoints that want events of this kind."""
    wanting = world.all("webhook_endpoint", status="enabled")
    return [
        each for each in wanting if "*" in each["enabled_events"] or event["type"] in each["enabled_events"]
    ]


class WebhookSender:
    """Sends each new event of a world to its endpoints, several at a time, until they answer 2xx."""

    def __init__(self, world: World, retry_after_s: Sequence[float] = RETRY_AFTER_S) -> None:
        self.deliveries: list[tuple[str, str, int]] = []  # kind, URL, status; 0: no answer
        self._world = world
        self._pauses = retry_after_s
        self._queue: list[tuple[float, int, int, Obj, Obj]] = []
        self._numbers = itertools.count()
        self._changed = threading.Condition()
        self._closing = False
        self._senders = ThreadPoolExecutor(SENDERS, thread_name_prefix="webhooks")
        self._thread = threading.Thread(target=self._run, name="webhooks", daemon=True)
        world.announce = self._take
        self._thread.start()

    def close(self) -> None:
        with self._changed:
            self._closing = True
            self._changed.notify_all()
        self._thread.join()
        self._senders.shutdown(wait=True, cancel_futures=True)

    def _take(self, event: Obj) -> None:
        for endpoint in endpoints_for(self._world, event):
            self._put(0.0, 0, event, endpoint)

    def _put(self, pause_s: float, attempt: int, event: Obj, endpoint: Obj) -> None:
        with self._changed:
            due = time.monotonic() + pause_s
            heapq.heappush(self._queue, (due, next(self._numbers), attempt, event, endpoint))
            self._changed.notify_all()

    def _run(self) -> None:
        while (due := self._next()) is not None:
            self._senders.submit(self._send, *due)

    def _next(self) -> tuple[int, Obj, Obj] | None:
        """Wait for the next delivery that is due; return None when the sender closes."""
        with self._changed:
            while not self._closing:
                pause_s = self._queue[0][0] - time.monotonic() if self._queue else None
                if pause_s is not None and pause_s <= 0:
                    _, _, attempt, event, endpoint = heapq.heappop(self._queue)
                    return attempt, event, endpoint
                self._changed.wait(pause_s)
            return None

    def _send(self, attempt: int, event: Obj, endpoint: Obj) -> None:
        status = post(endpoint["url"], *signed(event, endpoint["secret"]))
        self.deliveries.append((event["type"], endpoint["url"], status))
        if not 200 <= status < 300 and attempt < len(self._pauses):
            self._put(self._pauses[attempt], attempt + 1, event, endpoint)


def post(url: str, body: bytes, signature: str) -> int:
    """Post a signed body; return the status, or 0 without an answer."""
    address = urlsplit(url)
    connection = HTTPConnection(address.netloc, timeout=TIMEOUT_S)
    headers = {"Content-Type": "application/json", "Stripe-Signature": signature, "User-Agent": "Stripe/1.0"}
    try:
        connection.request("POST", address.path, body, headers)
        return connection.getresponse().status
    except (OSError, HTTPException):
        return 0
    finally:
        connection.close()

"""Everything the local Stripe knows: objects by id, its clock, and the events it has announced."""

import copy
import json
import secrets
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any, Final

Obj = dict[str, Any]

API_VERSION: Final = "2026-05-27.dahlia"
ACCOUNT_ID: Final = "acct_local"
DAY_S: Final = 86_400
KEPT: Final = ("objects", "pending_lines", "answers", "clock_offset_s", "_run", "_numbers")


class StripeRefusal(Exception):
    """An answer with an error of Stripe's shape."""

    def __init__(self, message: str, *, status: int = 400, code: str = "", kind: str = "") -> None:
        super().__init__(message)
        self.status = status
        default = "card_error" if status == 402 else "invalid_request_error"
        self.body: Obj = {"error": {"type": kind or default, "message": message}}
        if code:
            self.body["error"]["code"] = code


class World:
    """The state of one local Stripe. Callers hold `lock` while they read or change objects.

    `base_url`: where its pages are. `requests`: what was asked, for tests. `faults`: statuses with which the
    next requests to the API are answered instead.
    """

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self.base_url = ""
        self.objects: dict[str, Obj] = {}
        self.pending_lines: dict[str, list[Obj]] = {}  # by subscription: prorations for its next invoice
        self.events: list[Obj] = []
        self.announce: Callable[[Obj], None] = lambda event: None
        self.answers: dict[str, list[Any]] = {}  # by idempotency key: request, status, answer
        self.requests: list[tuple[str, str, Obj]] = []
        self.faults: list[int] = []
        self.clock_offset_s = 0
        self._run = secrets.token_hex(4)
        self._numbers = 0
        self.add("account", ACCOUNT_ID, **account_fields())

    @property
    def now(self) -> int:
        return int(time.time()) + self.clock_offset_s

    def new_id(self, prefix: str) -> str:
        self._numbers += 1
        return f"{prefix}_{self._run}{self._numbers:08d}"

    def add(self, kind: str, object_id: str, **fields: Any) -> Obj:
        """Store a new object; it stays as it was made until its module changes it."""
        made: Obj = {"id": object_id, "object": kind, "created": self.now, "livemode": False, **fields}
        self.objects[object_id] = made
        return made

    def get(self, object_id: object, kind: str = "") -> Obj:
        """Return an object; raise 404 as Stripe does if there is none of this kind."""
        found = self.objects.get(str(object_id))
        if found is None or (kind and found["object"] != kind):
            noun = kind or "object"
            raise StripeRefusal(f"No such {noun}: '{object_id}'", status=404, code="resource_missing")
        return found

    def all(self, kind: str, **having: Any) -> Iterator[Obj]:
        """Yield the objects of a kind with these fields, newest first."""
        for each in reversed(list(self.objects.values())):
            if each["object"] == kind and all(each.get(name) == value for name, value in having.items()):
                yield each

    def to_json(self) -> str:
        """Return everything that must outlive the process."""
        kept = {name: getattr(self, name) for name in KEPT}
        return json.dumps(kept)

    def load(self, text: str) -> None:
        """Continue where another process has stopped."""
        for name, value in json.loads(text).items():
            setattr(self, name, value)

    def emit(self, kind: str, subject: Obj, previous: Obj | None = None) -> Obj:
        """Announce an event; its object is a copy of the subject as it is now."""
        data: Obj = {"object": copy.deepcopy(subject)}
        if previous is not None:
            data["previous_attributes"] = previous
        event = self.add(
            "event",
            self.new_id("evt"),
            api_version=API_VERSION,
            data=data,
            pending_webhooks=1,
            request={"id": None, "idempotency_key": None},
            type=kind,
        )
        self.events.append(event)
        self.announce(event)
        return event


def account_fields() -> Obj:
    return {
        "business_profile": {"name": "Local stand-in for Stripe", "url": None},
        "business_type": "company",
        "charges_enabled": True,
        "country": "IT",
        "default_currency": "eur",
        "details_submitted": True,
        "email": "owner@example.com",
        "payouts_enabled": True,
        "settings": {"branding": {"icon": None, "logo": None}, "dashboard": {"display_name": "Local"}},
        "type": "standard",
        "metadata": {},
    }


def list_of(objects: list[Obj], url: str) -> Obj:
    return {"object": "list", "data": objects, "has_more": False, "url": url}


def deep_copy(value: Obj) -> Obj:
    copied: Obj = json.loads(json.dumps(value))
    return copied

"""The current actor, which services record in the audit log without knowing the request.

The middleware sets the actor of each request. A task that acts for a user receives an `Actor` as an argument
and opens `acting_as`. The default is the system.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from uuid import UUID

from tenants.models import AuditEntry


@dataclass(frozen=True, slots=True)
class Actor:
    """Who makes a change, and from where.

    - `user_id`: the person; for a token, its creator.
    - `label`: the token's name, or the part of the system.
    - `address`: the shortened network address; `device`: the browser and its system, or the program.
    """

    kind: AuditEntry.ActorKind
    user_id: UUID | None = None
    token_id: UUID | None = None
    label: str = ""
    address: str | None = None
    device: str = ""


SYSTEM = Actor(AuditEntry.ActorKind.SYSTEM)
_actor: ContextVar[Actor] = ContextVar("actor", default=SYSTEM)


def current_actor() -> Actor:
    return _actor.get()


@contextmanager
def acting_as(actor: Actor) -> Iterator[None]:
    """Attribute the changes inside to `actor`; threads started by asgiref inherit it."""
    reset = _actor.set(actor)
    try:
        yield
    finally:
        _actor.reset(reset)

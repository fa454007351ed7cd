"""Applies rules that users have changed to the running lives of a worker."""

import asyncio
import logging
from collections.abc import Callable, Iterable, Mapping
from uuid import UUID

from django.db import InterfaceError, OperationalError

from billing.usage import Subject
from livesessions.models.sessions import LiveSession
from livesessions.pipeline.live import Live
from livesessions.pipeline.rules import Rules
from livesessions.worker.assembly import build_moderator, rules_of, subject_of
from livesessions.worker.lease_renewer import RETRY_S
from moderation.stage.guarded_gate import GuardedModelGate
from tenants.threads import in_thread

# Returns the moderation model of a live.
GateOf = Callable[[Subject], GuardedModelGate | None]

logger = logging.getLogger(__name__)


class PolicyReloader:
    """Reads the rules of lives again on request. A request during a read leads to another read."""

    def __init__(self, lives: Mapping[UUID, Live], gate_of: GateOf) -> None:
        self._lives = lives
        self._gate_of = gate_of
        self._stale: set[UUID] = set()
        self._requested = asyncio.Event()

    def request_reload(self, session_ids: Iterable[UUID]) -> None:
        """Request that the rules of some lives are read again; never waits."""
        self._stale.update(session_ids)
        self._requested.set()

    async def run(self) -> None:
        """Reload until cancelled, beside the commands: a long blocklist takes a while to read."""
        while True:
            await self._requested.wait()
            self._requested.clear()
            asked, self._stale = self._stale, set()
            try:
                changed = await in_thread(read_rules, asked, self._gate_of)
            except (OperationalError, InterfaceError):
                logger.warning("database unreachable, rules not reloaded yet: lives=%d", len(asked))
                await asyncio.sleep(RETRY_S)
                self.request_reload(asked)
                continue
            for session_id, rules in changed.items():
                if live := self._lives.get(session_id):
                    _apply(live, rules)


def read_rules(session_ids: Iterable[UUID], gate_of: GateOf) -> dict[UUID, Rules | None]:
    """Return the current rules of some lives; None for a TikTok Shop live, which must stop. Blocks."""
    lives = LiveSession.objects.filter(id__in=set(session_ids)).select_related("show__policy")
    policies = {session.show.policy for session in lives}
    gates = {policy.id: build_moderator(policy) for policy in policies}
    return {
        session.id: None
        if session.show.is_shopping
        else rules_of(session.show, gates[session.show.policy_id], gate_of(subject_of(session)))
        for session in lives
    }


def _apply(live: Live, rules: Rules | None) -> None:
    if rules is None:
        live.stop(LiveSession.EndReason.SHOPPING_LIVE)
    else:
        live.set_rules(rules)

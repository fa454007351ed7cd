"""Makes the stream of a live in managed mode."""

import asyncio
from contextlib import suppress
from datetime import UTC, datetime
from uuid import UUID

from django.db import DatabaseError

from billing.ledger.on_air import OnAirCounter
from billing.plans.catalogue import Meter
from billing.usage import UsageKind
from encoder.broadcast.broadcast import Broadcast
from encoder.broadcast.report import StreamReport
from encoder.capacity import StreamCapacity
from encoder.live_setup import LiveStreamSetup
from encoder.stored_reports import StreamReports
from livesessions.kill.acknowledgements import acknowledge
from livesessions.kill.parts import PartName
from livesessions.models.sessions import LiveSession
from livesessions.models.shows import Show
from livesessions.worker.assembly import Resources, subject_of
from livesessions.worker.commands import Command, ReportPlayback
from tenants.threads import in_thread


def broadcast_of(
    session: LiveSession,
    resources: Resources,
    commands: "asyncio.Queue[Command]",
    capacity: StreamCapacity,
) -> Broadcast | None:
    """Return the stream of a live; None when the show is not in managed mode.

    What the stream plays is reported to the live as an overlay's page does it: over its commands.
    """
    show = session.show
    if show.mode != Show.Mode.MANAGED:
        return None
    reports = StreamReports(resources.redis, show.id)
    setup = LiveStreamSetup(
        tenant_id=session.tenant_id,
        use_id=show.id,
        language=show.language,
        began_at=session.started_at or datetime.now(UTC),
        is_rehearsal=session.source == LiveSession.Source.SIMULATOR,
        loops=resources.loops,
        reports=reports,
    )
    cap = resources.spend_caps.cap_of(subject_of(session), Meter.ENCODER_SECONDS)

    def report(stream: StreamReport) -> None:
        capacity.note(session.id, stream)
        resources.console_batcher.queue(session.id, {"kind": "stream", "stream": stream})

    def heard(utterance_id: UUID, ended: bool) -> None:
        with suppress(asyncio.QueueFull):
            commands.put_nowait(ReportPlayback(utterance_id, ended))

    return Broadcast(setup, reports=reports, report=report, heard=heard, may_go_on=lambda: not cap.is_reached)


def stream_counter(session: LiveSession, resources: Resources, broadcast: Broadcast) -> OnAirCounter:
    """Return what counts the seconds in which a live's stream is published."""
    return OnAirCounter(
        resources.spend_caps.ledger,
        subject_of(session),
        is_on_air=lambda: broadcast.is_publishing,
        kind=UsageKind.ENCODER_SECONDS,
    )


async def acknowledge_kill(session: LiveSession, owner: str) -> None:
    """Record that the stream of a killed live has ended; do nothing for any other live."""
    with suppress(DatabaseError):
        await in_thread(_acknowledge_kill, session.id, owner)


def _acknowledge_kill(session_id: UUID, owner: str) -> None:
    killed = LiveSession.objects.filter(id=session_id, end_reason=LiveSession.EndReason.KILLED).first()
    if killed is not None:
        acknowledge(session=killed, part=PartName.STREAM, source=owner)

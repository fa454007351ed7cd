"""Fills a workspace with the lives of a year; PostgreSQL itself writes the replies and the chat events."""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from django.db import connection, transaction
from django.utils import timezone
from django_scopes import scope

from livesessions.models.sessions import LiveSession
from livesessions.models.shows import Show
from livesessions.services.sessions import create_session
from livesessions.shows.services.shows import create_show
from tenants.models import Tenant, User
from tenants.services import create_tenant

REPLIES_A_SESSION = 60
LENGTH = timedelta(hours=1)

EVENTS = """
    INSERT INTO livesessions_chatevent (
        tenant_id, session_id, session_month, source_id, kind, occurred_at, received_at,
        viewer_hash, viewer_name, text, count, gift_id, gift_name, diamonds,
        streak_id, streak_open, risk, action, reasons, deleted)
    SELECT session.tenant_id, session.id, session.log_month, 'bench-' || number, kind, at, at,
        md5((number %% 400)::text), 'Viewer ' || number %% 400, 'A message with the number ' || number, 1,
        CASE kind WHEN 'gift' THEN '5655' ELSE '' END, CASE kind WHEN 'gift' THEN 'Rose' ELSE '' END,
        CASE kind WHEN 'gift' THEN 1 ELSE 0 END,
        '', false, 'low', CASE WHEN number %% 50 = 1 THEN 'block' ELSE 'allow' END, '[]', false
    FROM livesessions_livesession AS session, generate_series(1, %(events)s) AS number,
        LATERAL (SELECT session.started_at + number * interval '1 hour' / %(events)s AS at,
            CASE WHEN number %% 20 = 0 THEN 'gift' WHEN number %% 7 = 0 THEN 'like' ELSE 'comment' END AS kind
        ) AS event
    WHERE session.show_id = %(show)s
"""
REPLIES = """
    INSERT INTO livesessions_reply (
        id, tenant_id, session_id, trigger_kind, state, score, trigger_source_id, also_source_ids,
        trigger_text, trigger_viewer_name, text, status, fault, generation, lease_number,
        model, voice, created_at, waited_ms, first_sentence_ms, first_audio_ms, sent_ms, audio_ms,
        prompt_tokens, completion_tokens, cost_usd, characters, underruns)
    SELECT gen_random_uuid(), session.tenant_id, session.id, 'comment', 'answer', '{}', 'bench-' || number,
        '[]', 'Where do you come from, and how are you?', 'Viewer ' || number, 'From a computer, Vale.',
        'spoken', '', 0, 0, '', 'pico', session.started_at + number * interval '1 minute',
        40, 20, 60, 90, 2400, 0, 0, 0.0, 29, 0
    FROM livesessions_livesession AS session, generate_series(1, %(replies)s) AS number
    WHERE session.show_id = %(show)s
"""


@dataclass(frozen=True, slots=True)
class Filled:
    """The ids of a workspace's rows that pages are about."""

    show: UUID
    on_air: UUID
    ended: UUID


def fill(tenant: Tenant, *, sessions: int, events: int) -> Filled:
    """Write `sessions` lives, the newest of them on air, with `events` chat events in all."""
    with scope(tenant=tenant):
        show = create_show(tenant=tenant, name="Bench", language="it", handle="bench")
        lives = _write_sessions(show, sessions)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = 0")  # a million rows take longer than a page may
        cursor.execute(EVENTS, {"show": show.id, "events": max(1, events // sessions)})
        cursor.execute(REPLIES, {"show": show.id, "replies": REPLIES_A_SESSION})
        cursor.execute("ANALYZE")
    return Filled(show.id, lives[-1], lives[0])


def kept_workspace(*, sessions: int, events: int) -> tuple[Tenant, Filled]:
    """Return the workspace that is kept for this size, and fill it if it is not there.

    A million events take minutes to write: they are written once, for many measurements.
    """
    name = f"Bench pages {sessions} {events}"
    if tenant := Tenant.objects.filter(name=name).first():
        lives = LiveSession.objects.filter(tenant=tenant).order_by("-ended_at")
        on_air, ended = lives.get(ended_at=None), lives.exclude(ended_at=None)[0]
        return tenant, Filled(on_air.show_id, on_air.id, ended.id)
    with transaction.atomic():  # half a workspace would be measured by the next run
        user = User.objects.create_user(f"bench-pages-{sessions}-{events}@vivavoce.example")
        tenant = create_tenant(owner=user, name=name, language="it")
        return tenant, fill(tenant, sessions=sessions, events=events)


def _write_sessions(show: Show, count: int) -> list[UUID]:
    """Return the ids of lives that ended, an hour each, and of one that is on air."""
    now = timezone.now()
    ended = [
        LiveSession(
            tenant=show.tenant,
            show=show,
            source=LiveSession.Source.SIMULATOR,
            status=LiveSession.Status.ENDED,
            end_reason=LiveSession.EndReason.STOPPED,
            started_at=now - (number + 1) * LENGTH,
            ended_at=now - number * LENGTH,
            counts={"comment": 4_000, "gift": 250},
        )
        for number in range(1, count)
    ]
    LiveSession.objects.bulk_create(ended)
    on_air = create_session(show=show, source=LiveSession.Source.BRIDGE, source_options={})
    LiveSession.objects.filter(id=on_air.id).update(
        status=LiveSession.Status.ACTIVE, start_requested_at=now, started_at=now - LENGTH
    )
    return [*(session.id for session in ended), on_air.id]

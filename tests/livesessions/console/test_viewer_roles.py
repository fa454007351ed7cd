"""Rules about viewers, from the console's button to the live that runs, and no further than the tenant."""

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import pytest
from django_scopes import scope, scopes_disabled
from redis import Redis

from livesessions.errors import SessionConflict
from livesessions.models.events import ChatEvent
from livesessions.models.sessions import LiveSession
from livesessions.pipeline.live import Live
from livesessions.services.sessions import start_session
from livesessions.services.viewers import set_role_of_author
from livesessions.worker.assembly import assemble, open_resources
from livesessions.worker.commands import encode_command
from livesessions.worker.worker import in_thread
from moderation.models import ViewerRule
from moderation.services import set_viewer_rule
from moderation.stage.viewer_roles import ViewerRole
from moderation.viewer_hashes import viewer_hash_of
from planner.stage.turn import TurnKind
from tenants.models import Tenant
from tests.livesessions.conftest import eventually, running_worker
from tests.livesessions.worker.test_leases import overlay_is_live

pytestmark = pytest.mark.django_db(transaction=True)

ANNA = "7001"
BLOCKED = ViewerRule.Role.BLOCKED


@pytest.fixture(autouse=True)
def _across_tenants(redis_client: Redis) -> Iterator[None]:
    with scopes_disabled():
        yield


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str]]:
    """What running lives were told about viewers."""
    told: list[tuple[str, str]] = []
    original: Callable[..., None] = Live.set_viewer_role

    def set_role(live: Live, viewer_hash: str, role: str) -> None:
        original(live, viewer_hash, role)
        told.append((viewer_hash, role))

    monkeypatch.setattr(Live, "set_viewer_role", set_role)
    return told


def write_down(session: LiveSession, *, source_id: str = "1", viewer_id: str = ANNA) -> str:
    viewer_hash = viewer_hash_of(session.tenant_id, viewer_id) if viewer_id else ""
    now = datetime.now(UTC)
    ChatEvent.objects.create(
        tenant=session.tenant,
        session=session,
        source_id=source_id,
        kind="comment",
        occurred_at=now,
        received_at=now,
        viewer_hash=viewer_hash,
    )
    return viewer_hash


async def standing_in(session: LiveSession, viewer_id: str) -> ViewerRole:
    """Return what a live that begins now takes a viewer for."""
    async with open_resources() as resources:
        loaded = LiveSession.objects.select_related("show__persona", "show__voice", "show__policy")
        session = await in_thread(loaded.get, id=session.id)
        parts = await in_thread(assemble, session, resources)
    return parts.viewer_roles.of(viewer_id)


async def test_a_live_begins_with_its_tenants_rules(session: LiveSession, other_session: LiveSession) -> None:
    viewer_hash = viewer_hash_of(session.tenant_id, ANNA)
    await in_thread(set_viewer_rule, tenant=session.tenant, viewer_hash=viewer_hash, role=BLOCKED)

    assert await standing_in(session, ANNA) is ViewerRole.BLOCKED
    assert await standing_in(session, "somebody") is ViewerRole.NONE


async def test_charlies_rules_have_no_effect_on_alices_live(
    session: LiveSession, other_session: LiveSession
) -> None:
    for tenant_id in (session.tenant_id, other_session.tenant_id):
        viewer_hash = viewer_hash_of(tenant_id, ANNA)
        await in_thread(set_viewer_rule, tenant=other_session.tenant, viewer_hash=viewer_hash, role=BLOCKED)

    assert await standing_in(session, ANNA) is ViewerRole.NONE
    assert await standing_in(other_session, ANNA) is ViewerRole.BLOCKED


async def test_a_live_begins_with_the_thresholds_of_its_show(session: LiveSession) -> None:
    session.show.shares_per_thanks = 7
    await in_thread(session.show.save)
    async with open_resources() as resources:
        parts = await in_thread(assemble, session, resources)

    assert parts.per_thanks == {TurnKind.FOLLOW: 1, TurnKind.SHARE: 7, TurnKind.SUBSCRIBE: 1}


async def test_a_decision_reaches_the_live_that_runs(
    session: LiveSession, redis_client: Redis, told: list[tuple[str, str]]
) -> None:
    async with running_worker():
        await in_thread(start_session, session=session)
        await eventually(lambda: overlay_is_live(session, redis_client))
        viewer_hash = await in_thread(write_down, session)
        for role in ("blocked", "trusted", ""):
            await in_thread(set_role_of_author, session=session, source_id="1", role=role)
            await eventually(lambda: told[-1:], lambda last: last == [(viewer_hash, role)])  # noqa: B023

    assert told == [(viewer_hash, "blocked"), (viewer_hash, "trusted"), (viewer_hash, "")]
    assert not await in_thread(ViewerRule.objects.exists)


async def test_a_decision_does_not_reach_charlies_live(
    session: LiveSession, other_session: LiveSession, redis_client: Redis, told: list[tuple[str, str]]
) -> None:
    async with running_worker():
        await in_thread(start_session, session=other_session)
        await eventually(lambda: overlay_is_live(other_session, redis_client))
        await in_thread(write_down, session)
        await in_thread(write_down, other_session)
        await in_thread(set_role_of_author, session=session, source_id="1", role="blocked")
        # What comes after it on the way has arrived, so it would have arrived too.
        await in_thread(set_role_of_author, session=other_session, source_id="1", role="trusted")
        await eventually(lambda: bool(told))

    assert told == [(viewer_hash_of(other_session.tenant_id, ANNA), "trusted")]


async def test_a_decision_lost_on_the_way_is_read_when_the_worker_is_back(
    tenant: Tenant, session: LiveSession, redis_client: Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    known: list[dict[str, str]] = []
    monkeypatch.setattr(Live, "set_viewer_roles", lambda live, rules: known.append(dict(rules)))
    viewer_hash = viewer_hash_of(session.tenant_id, ANNA)
    async with running_worker():
        await in_thread(start_session, session=session)
        await eventually(lambda: overlay_is_live(session, redis_client))
        await in_thread(set_viewer_rule, tenant=tenant, viewer_hash=viewer_hash, role=BLOCKED)
        assert redis_client.client_kill_filter(_type="pubsub") > 0
        await eventually(lambda: known, lambda rules: {viewer_hash: "blocked"} in rules)


def test_an_event_of_another_live_or_of_nobody_decides_nothing(
    session: LiveSession, other_session: LiveSession
) -> None:
    write_down(other_session)
    write_down(session, source_id="2", viewer_id="")

    with scope(tenant=session.tenant):
        for source_id in ("1", "2", "3"):
            with pytest.raises(SessionConflict):
                set_role_of_author(session=session, source_id=source_id, role="blocked")
    assert not ViewerRule.objects.exists()


def test_a_decision_that_is_none_is_refused(session: LiveSession) -> None:
    write_down(session)

    with pytest.raises(ValueError, match="emperor"):
        set_role_of_author(session=session, source_id="1", role="emperor")


def test_redis_being_away_does_not_undo_a_decision(
    session: LiveSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise ConnectionError

    monkeypatch.setattr("livesessions.services.sessions.send_command", fail)
    viewer_hash = write_down(session)
    set_role_of_author(session=session, source_id="1", role="moderator")

    assert list(ViewerRule.objects.values_list("viewer_hash", "standing")) == [(viewer_hash, "moderator")]


def test_the_command_carries_a_hash_and_no_user_id(
    session: LiveSession, redis_client: Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent: list[str] = []
    monkeypatch.setattr(
        "livesessions.services.sessions.send_command", lambda _, command: sent.append(encode_command(command))
    )
    viewer_hash = write_down(session)
    set_role_of_author(session=session, source_id="1", role="blocked")

    [command] = map(json.loads, sent)
    assert (command["kind"], command["viewer_hash"], command["role"]) == (
        "viewer_role",
        viewer_hash,
        "blocked",
    )
    assert ANNA not in sent[0]

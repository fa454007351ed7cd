"""The page of the installation's health, for staff only."""

import json
from collections.abc import Callable
from dataclasses import asdict

from django.test import Client
from django_scopes import scope
from redis import Redis

from livesessions.models.replies import Reply
from livesessions.models.sessions import LiveSession
from livesessions.pipeline.reply.runner import MODEL_UNHEARD
from livesessions.worker.registry import Capacity, _failing_key, _key
from tenants.models import Tenant, User
from tests.accounts.codes import give_second_factor, prove_second_factor

ClientFor = Callable[[User], Client]


def test_staff_see_queues_lives_and_errors_of_every_workspace(
    session: LiveSession,
    other_session: LiveSession,
    charlie: User,
    client_for: ClientFor,
    redis_client: Redis,
) -> None:
    with scope(tenant=session.tenant):
        LiveSession.objects.filter(id=session.id).update(status="active", started_at=session.created_at)
    with scope(tenant=other_session.tenant):
        LiveSession.objects.filter(id=other_session.id).update(
            status="ended", end_reason="user_offline", ended_at=session.created_at
        )
    User.objects.filter(id=charlie.id).update(is_staff=True)
    give_second_factor(charlie)
    client = client_for(charlie)
    prove_second_factor(client, charlie)
    page = client.get("/staff/health/").content.decode()
    assert "PostgreSQL" in page
    assert "Queue “background”" in page
    assert "No worker runs." in page
    assert "La sera di Alice" in page
    assert "The account is not live on TikTok" in page


def test_everybody_else_is_sent_to_the_log_in_of_the_staff(
    alice: User, tenant: Tenant, client_for: ClientFor
) -> None:
    assert client_for(alice).get("/staff/health/").status_code == 302
    assert Client().get("/staff/health/").status_code == 302


def test_staff_see_which_services_fail_and_what_faults_mean(
    session: LiveSession, charlie: User, client_for: ClientFor, redis_client: Redis
) -> None:
    redis_client.sadd("livesessions:roster", "worker")
    redis_client.set(_key("worker"), json.dumps(asdict(Capacity(running=1, capacity=4))))
    redis_client.set(_failing_key("worker"), json.dumps(["elevenlabs", "gpt-4o-mini"]))
    with scope(tenant=session.tenant):
        for fault in (MODEL_UNHEARD, "policy:insults"):
            Reply.objects.create(
                tenant=session.tenant,
                session=session,
                trigger_kind="comment",
                status="failed",
                fault=fault,
                created_at=session.created_at,
            )
    User.objects.filter(id=charlie.id).update(is_staff=True)
    give_second_factor(charlie)
    client = client_for(charlie)
    prove_second_factor(client, charlie)
    page = client.get("/staff/health/").content.decode()
    assert "ElevenLabs" in page
    assert "the next voice speaks" in page
    assert "built-in answers and rules take over" in page
    assert "a prepared reply was said" in page
    assert "The rules stopped it. (insults)" in page

"""The page of the audit log: readable, filtered, paged, exported, and only for admins of the workspace."""

import json
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from django_scopes import scope

from tenants import audit
from tenants.acting import Actor, acting_as
from tenants.auditlog import entries
from tenants.auditlog.sentences import SENTENCES
from tenants.devices import describe_device
from tenants.models import AuditEntry, Membership, Tenant, User
from tests.livesessions.test_audited_services import recorded_verbs

ClientFor = Callable[[User], Client]
Kind = AuditEntry.ActorKind


@pytest.fixture
def owner(alice: User, tenant: Tenant, client_for: ClientFor) -> Client:
    return client_for(alice)


def record(tenant: Tenant, verb: str, user: User | None = None, label: str = "", **detail: object) -> None:
    actor = Actor(Kind.USER, user.id, address="192.0.2.0", device="Firefox · Linux") if user else None
    with scope(tenant=tenant):
        audit.record(verb, tenant, label=label, detail=detail, actor=actor)


def shown(client: Client, query: str = "") -> str:
    answer = client.get(f"/audit-log/{query}")
    assert answer.status_code == 200
    return str(answer.content.decode())


def test_an_entry_is_a_sentence_with_time_and_place(owner: Client, alice: User, tenant: Tenant) -> None:
    changed = {"before": "<b>Old</b>", "after": "New"}
    record(tenant, "show.changed", alice, "Friday <i>night</i>", name=changed)
    page = shown(owner)
    assert (
        "<strong><bdi>Alice</bdi></strong> <bdi>changed the show Friday &lt;i&gt;night&lt;/i&gt;</bdi>"
        in page
    )
    assert "192.0.2.0 · Firefox · Linux" in page
    assert "&lt;b&gt;Old&lt;/b&gt;" in page


def test_tokens_staff_the_system_and_deleted_people_are_named(
    owner: Client, alice: User, tenant: Tenant
) -> None:
    for actor in (
        Actor(Kind.TOKEN, alice.id, label="Deck"),
        Actor(Kind.STAFF, alice.id),
        Actor(Kind.SYSTEM, label="chat moderator"),
        Actor(Kind.USER, tenant.id),
    ):
        with acting_as(actor):
            record(tenant, "session.stopped")
    page = shown(owner)
    for who in ("API token Deck (Alice)", "Vivavoce staff", "Chat moderator", "A deleted account"):
        assert who in page


def test_the_filters_find_a_person_a_topic_and_days(
    owner: Client, alice: User, bob: User, tenant: Tenant
) -> None:
    record(tenant, "show.created", alice, "Alices show")
    record(tenant, "token.created", bob, "Bobs token")
    assert "Bobs token" not in shown(owner, f"?person={alice.id}")
    assert "Bobs token" in shown(owner, f"?person={bob.id}")
    assert "Alices show" not in shown(owner, "?topic=keys")
    today, tomorrow = timezone.now().date(), timezone.now().date() + timedelta(days=2)
    assert "Bobs token" in shown(owner, f"?first={today - timedelta(days=1)}&last={tomorrow}")
    assert "No entries match" in shown(owner, f"?first={tomorrow}")


@pytest.mark.parametrize("query", ["person=x", "topic=x", "first=x", "before=x", "before=-1", "before=9e99"])
def test_a_wrong_filter_harms_nothing(owner: Client, query: str) -> None:
    assert "Audit log" in shown(owner, f"?{query}")


def test_the_pages_follow_each_other_without_a_gap(
    owner: Client, alice: User, tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(entries, "ENTRIES_A_PAGE", 2)
    for number in range(5):
        record(tenant, "persona.created", alice, f"Host {number}")
    seen: list[str] = []
    query = f"?topic=hosts&person={alice.id}"
    while query:
        context = owner.get(f"/audit-log/{query}").context
        seen += [row.entry.object_label for row in context["rows"]]
        query = f"?{context['older']}" if context["older"] else ""
    assert seen == [f"Host {number}" for number in (4, 3, 2, 1, 0)]


def test_the_export_has_the_filtered_entries_and_escapes_formulas(
    owner: Client, alice: User, tenant: Tenant
) -> None:
    record(tenant, "show.created", alice, "=1+1")
    record(tenant, "token.created", alice, "Deck")
    table = owner.get("/audit-log/export.csv?topic=shows").content.decode()
    assert "'=1+1" in table
    assert "Deck" not in table
    rows = json.loads(owner.get("/audit-log/export.json?topic=keys").content)
    assert [(row["actor"], row["verb"], row["object"]) for row in rows] == [
        ("Alice", "token.created", "Deck")
    ]
    assert "exported the audit log" in shown(owner)


def test_only_admins_and_owners_read_it(bob: User, tenant: Tenant, client_for: ClientFor) -> None:
    for role, status in (("viewer", 403), ("editor", 403), ("admin", 200)):
        Membership.objects.filter(user=bob).update(role=role)
        for path in ("", "export.csv", "export.json"):
            assert client_for(bob).get(f"/audit-log/{path}").status_code == status


def test_charlie_reads_only_his_own_workspaces_log(
    charlie: User, other_tenant: Tenant, alice: User, tenant: Tenant, client_for: ClientFor
) -> None:
    record(tenant, "show.created", alice, "Alices show")
    stranger = client_for(charlie)
    for path in ("", f"?person={alice.id}", "export.csv", "export.json"):
        assert "Alices show" not in stranger.get(f"/audit-log/{path}").content.decode()


def test_every_verb_of_the_product_has_a_sentence() -> None:
    assert recorded_verbs() - SENTENCES.keys() == set(), "add them to tenants/auditlog/sentences.py"


@pytest.mark.parametrize(
    ("header", "device"),
    [
        (
            "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15) AppleWebKit/537 Chrome/150 Safari/537 Edg/150",
            "Edge · Mac",
        ),
        ("Mozilla/5.0 (Linux; Android 15) AppleWebKit/537 Chrome/150 Mobile Safari/537", "Chrome · Android"),
        ("curl/8.5.0", "curl/8.5.0"),
        ("", ""),
        ("\u202eevil", ""),
    ],
)
def test_a_device_is_named_by_its_browser_and_system(header: str, device: str) -> None:
    assert describe_device(header) == device

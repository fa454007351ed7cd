"""The demo of the commit before the rebuild (tests/data/migrations/README.md) migrates to today's schema.

What may be adapted when a model or a field moves is in the tables below: `KEPT`, `PACE`, `secret_of` and
`ALLOWED_DIFFERENCES`. What the tests expect of the data stays as it is.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import connection
from django.db.models import Count, Model
from django.test import Client
from django_scopes import scopes_disabled
from pytest_django import DjangoDbBlocker
from rest_framework.test import APIClient

from providers.errors import SecretUnreadable
from tests.config.restored import (
    Row,
    migrate,
    own_database,
    read_rows,
    read_schema,
    read_tables,
    restore_demo,
)


@dataclass(frozen=True, slots=True)
class Kept:
    """Rows that must survive: their table in the dump, and the model that holds them now.

    `renamed` gives the new name of a column. `elsewhere` names columns that other tests find in a new place.
    """

    was: str
    now: str
    rows: int
    renamed: Mapping[str, str] = field(default_factory=dict)
    elsewhere: frozenset[str] = frozenset()


# What a show holds now and its policy held then.
PACING = frozenset(
    {
        "cooldown_min_s",
        "cooldown_max_s",
        "answers_per_viewer",
        "answers_per_minute",
        "thanks_per_minute",
        "holds_replies",
    }
)
KEPT = [
    Kept("tenants_user", "tenants.User", 6),
    Kept("tenants_user_groups", "tenants.User_groups", 1),
    Kept("tenants_user_user_permissions", "tenants.User_user_permissions", 1),
    Kept("tenants_tenant", "tenants.Tenant", 3),
    Kept("tenants_membership", "tenants.Membership", 7),
    Kept("tenants_apitoken", "tenants.ApiToken", 3),
    Kept("moderation_policy", "moderation.Policy", 4, elsewhere=PACING),
    Kept("moderation_viewerrule", "moderation.ViewerRule", 4),
    Kept("planner_persona", "planner.Persona", 4),
    Kept("speech_voiceprofile", "speech.VoiceProfile", 6),
    Kept("speech_providerkey", "providers.Credential", 5, renamed={"ciphertext": "secret"}),
    Kept("speech_pronunciation", "speech.Pronunciation", 2),
    Kept("speech_cachedline", "speech.CachedLine", 3),
    Kept("overlay_overlay", "overlay.Overlay", 6),
    Kept("livesessions_show", "livesessions.Show", 6),
    Kept("livesessions_segment", "livesessions.Segment", 13),
    Kept("livesessions_quizquestion", "livesessions.QuizQuestion", 2),
    Kept("livesessions_livesession", "livesessions.LiveSession", 4),
    Kept("livesessions_chatevent", "livesessions.ChatEvent", 133),
    Kept("livesessions_reply", "livesessions.Reply", 38),
    Kept("livesessions_rehearsal", "rehearsals.Rehearsal", 2),
    Kept("account_emailaddress", "account.EmailAddress", 7),
    Kept("account_emailconfirmation", "account.EmailConfirmation", 1),
    Kept("auth_group", "auth.Group", 1),
    Kept("auth_group_permissions", "auth.Group_permissions", 2),
    Kept("django_admin_log", "admin.LogEntry", 1),
    Kept("django_session", "sessions.Session", 1),
]
# Django writes these anew from the models and the migrations that there are.
DJANGOS_OWN = {"django_content_type", "django_migrations", "auth_permission"}

# Where a show finds what sets its pace, and whether somebody approves its answers.
PACE = {
    "seconds between answers in a calm chat": "cooldown_min_s",
    "seconds between answers in a busy chat": "cooldown_max_s",
    "answers of one viewer": "answers_per_viewer",
    "answers a minute": "answers_per_minute",
    "thanks a minute": "thanks_per_minute",
    "holds every answer": "holds_replies",
}

# Kind and name of what a restored database may have otherwise than a new one, and why.
ALLOWED_DIFFERENCES: dict[str, str] = {}

ALICE, CHARLIE = "Alice's lives", "Charlie's lives"
API_KEY = "vv_demo-before-the-rebuild-0123456789abcdef"


def secret_of(key: Any) -> str | None:
    """Return a provider key's secret; None for one that was encrypted with a key nobody has any more."""
    try:
        return str(key.secret.reveal())
    except SecretUnreadable:
        return None


@dataclass(frozen=True, slots=True)
class Demo:
    """The rows by table: of the dump as it was restored in `before`, and once it was migrated in `after`."""

    before: Mapping[str, list[Row]]
    after: Mapping[str, list[Row]]


@pytest.fixture(scope="module")
def demo(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Demo]:
    with django_db_blocker.unblock(), own_database("demo"), scopes_disabled():
        restore_demo()
        before = {table: read_rows(table) for table in read_tables()}
        migrate()
        # Read at once: a test that logs in, or uses a token, changes rows.
        yield Demo(before, {table: read_rows(table) for table in read_tables()})


@pytest.fixture(autouse=True)
def _migrated(demo: Demo) -> Iterator[None]:
    with scopes_disabled():
        yield


def model_of(was: str) -> type[Model]:
    return apps.get_model(next(kept.now for kept in KEPT if kept.was == was))


def rows_of(was: str) -> Any:
    return model_of(was)._base_manager.all()


def test_every_table_of_the_dump_is_looked_for(demo: Demo) -> None:
    assert demo.before.keys() == {kept.was for kept in KEPT} | DJANGOS_OWN


@pytest.mark.parametrize("kept", KEPT, ids=[kept.was for kept in KEPT])
def test_no_row_is_lost_or_changed(demo: Demo, kept: Kept) -> None:
    model = apps.get_model(kept.now)
    key = str(model._meta.pk.column)
    after = {row[key]: row for row in demo.after[model._meta.db_table]}
    before = demo.before[kept.was]
    assert len(before) == kept.rows
    compared = [
        {kept.renamed.get(name, name): value for name, value in row.items() if name not in kept.elsewhere}
        for row in before
    ]
    found = [{name: after.get(row[key], {}).get(name, "missing") for name in row} for row in compared]
    assert found == compared


def test_the_models_need_no_further_migration() -> None:
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)


@pytest.mark.slow
def test_a_database_made_from_nothing_has_the_same_schema(demo: Demo) -> None:
    migrated = read_schema()
    with own_database("fresh"):
        migrate()
        fresh = read_schema()
    differences = {
        name: (migrated.get(name), fresh.get(name))
        for name in sorted(migrated.keys() | fresh.keys())
        if migrated.get(name) != fresh.get(name)
    }
    assert differences.keys() == ALLOWED_DIFFERENCES.keys(), differences


def test_the_keys_for_providers_can_still_be_read() -> None:
    found = {
        (key.tenant.name, key.provider): (secret_of(key), key.last_four, key.region, key.base_url)
        for key in rows_of("speech_providerkey").select_related("tenant")
    }
    assert found == {
        (ALICE, "elevenlabs"): ("alice-elevenlabs-key-0001", "0001", "", ""),
        (ALICE, "azure"): ("alice-azure-key-0002", "0002", "westeurope", ""),
        (ALICE, "openai"): ("short-key", "", "", "https://voices.example/v1"),
        (CHARLIE, "elevenlabs"): ("charlie-elevenlabs-key-0003", "0003", "", ""),
        (CHARLIE, "openai"): (None, "lost", "", ""),
    }


@pytest.mark.parametrize(
    ("show", "pace"),
    [
        ("La sera di Alice", (7.5, 12.25, 2, 9, 6, True)),
        ("La mattina di Alice", (7.5, 12.25, 2, 9, 6, True)),  # it goes by the same policy
        ("Charlie's show", (3.0, 5.0, 4, 12, 10, False)),
    ],
)
def test_every_show_keeps_its_pace(show: str, pace: tuple[object, ...]) -> None:
    assert rows_of("livesessions_show").values_list(*PACE.values()).get(name=show) == pace


def test_a_show_keeps_its_host_and_its_rules() -> None:
    shows = rows_of("livesessions_show").select_related("persona", "voice__backup__backup", "policy")
    show = shows.get(name="La sera di Alice")
    voices = [show.voice, show.voice.backup, show.voice.backup.backup]
    assert [(voice.name, voice.provider) for voice in voices] == [
        ("Prima voce", "elevenlabs"),
        ("Riserva", "azure"),
        ("Ultima riserva", "espeak"),
    ]
    assert (show.persona.name, show.persona.reply_in) == ("Serena", "viewer")
    assert show.persona.style == {"energy": 0.25, "humour": 0.75}
    assert show.persona.forbidden_topics == ["politica", "salute"]
    assert show.policy.blocklist == ["parolaccia", "altra parola"]
    assert (show.policy.allowlist, show.policy.safe_mode, show.policy.asks_model) == (
        ["cavolo"],
        False,
        False,
    )


def test_a_plan_keeps_its_order() -> None:
    segments = rows_of("livesessions_segment").filter(show__name="La sera di Alice").order_by("position")
    assert [segment.title for segment in segments] == [
        "Saluti",
        "Il libro del mese",
        "Il segnalibro",
        "Quiz",
        "Prossimo libro?",
        "Invito",
        "Buonanotte",
    ]
    assert segments[4].talking_points == ["Giallo", "Rosa"]


def test_the_events_lie_in_the_part_of_their_month() -> None:
    table = model_of("livesessions_chatevent")._meta.db_table
    by_month = rows_of("livesessions_chatevent").values_list("session_month").annotate(Count("id"))
    assert dict(by_month) == {date(2026, 9, 1): 3, date(2026, 10, 1): 3, date(2026, 11, 1): 127}
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT DISTINCT tableoid::regclass::text, to_char(session_month, 'YYYY_MM') FROM {table}"  # noqa: S608
        )
        assert {part == f"{table}_{month}" for part, month in cursor.fetchall()} == {True}


def test_the_live_that_was_on_air_can_be_taken_over() -> None:
    session = rows_of("livesessions_livesession").get(status="active")
    assert (session.source, session.lease_owner != "") == ("simulator", True)
    assert session.replies.filter(status="spoken").exists()


def test_a_token_of_the_api_is_still_good() -> None:
    api = APIClient(HTTP_AUTHORIZATION=f"Bearer {API_KEY}")
    answer = api.get("/api/v1/shows/")
    assert [show["name"] for show in answer.json()["results"]] == [
        "La mattina di Alice",
        "La sera di Alice",
        "My first show",
    ]


def test_the_pages_show_what_was_there() -> None:
    alice = rows_of("tenants_user").get(email="alice@example.com")
    show = rows_of("livesessions_show").get(name="La sera di Alice")
    rehearsal = rows_of("livesessions_rehearsal").get(status="done")
    session = rows_of("livesessions_livesession").get(show=show, end_reason="live_ended")
    shown = {
        "/": "La sera di Alice",
        f"/shows/{show.id}/host/": "Si parla di libri.",
        f"/shows/{show.id}/plan/": "Il libro del mese",
        f"/shows/{show.id}/overlay/": "Cinquecento!",
        f"/shows/{show.id}/questions/": "Chi ha scritto Pinocchio?",
        f"/shows/{show.id}/setup/": show.overlay.token,
        f"/shows/{show.id}/rehearsals/{rehearsal.id}/": "La sera di Alice",
        f"/lives/{session.id}/": "Benvenuto, viewer 0!",
        f"/lives/{session.id}/decisions/": "parolaccia",
        "/personas/": "Serena",
        f"/personas/{show.persona_id}/": "Parli piano e fai domande.",
        "/voices/": "Prima voce",
        f"/voices/{show.voice_id}/": "Riserva",
        "/voices/words/": "naichi",
        "/voices/keys/": "0001",
        "/policies/": "Regole di Alice",
        f"/policies/{show.policy_id}/": "altra parola",
        "/viewers/": "insulta",
        "/tokens/": "Bridge",
    }
    browser = Client()
    browser.force_login(alice)
    missing = {
        path: words
        for path, words in shown.items()
        if words not in browser.get(path, follow=True).content.decode()
    }
    assert missing == {}

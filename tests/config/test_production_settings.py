"""Production refuses to start with settings that are unsafe, and says what to change."""

from typing import Any

import pytest
from cryptography.fernet import Fernet
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command
from django.core.management.base import SystemCheckError

from config.production import (
    DEVELOPMENT_FIELD_KEY,
    DEVELOPMENT_SECRET,
    TEST_FIELD_KEY,
    TEST_SECRET,
    refuse_unsafe,
    unsafe_settings,
)
from tests.production_start import run_production

pytestmark = pytest.mark.processes

GOOD_SECRET = "kX9-vQ2_mB7tR4wZ8yN1cF6jH3sL5dG0aPeUoIiTrEqW"
REMOTE = "postgres://vivavoce:hunter2@db.example/vivavoce"


def safe(**changes: Any) -> dict[str, Any]:
    return {
        "SECRET_KEY": GOOD_SECRET,
        "VIEWER_HASH_KEY": GOOD_SECRET[::-1],
        "FIELD_ENCRYPTION_KEYS": [Fernet.generate_key().decode()],
        "ALLOWED_HOSTS": ["vivavoce.example", ".vivavoce.example"],
        "DEBUG": False,
        "UNENCRYPTED_HOSTS": [],
        "DATABASES": {"default": {"HOST": ""}},
        "REDIS_URL": "redis://localhost:6379/0",
        "DATA_UPLOAD_MAX_MEMORY_SIZE": 2_500_000,
        "DATA_UPLOAD_MAX_NUMBER_FIELDS": 1_000,
        "REQUIRES_OWN_SERVER": True,
        "MAILBOX_DIR": "",
        "BILLING_ENABLED": False,
        "STRIPE_LIVE_MODE": False,
        "STRIPE_TEST_SECRET_KEY": "",
        "STRIPE_LIVE_SECRET_KEY": "",
        "PUBLIC_URL": "",
        **changes,
    }


def selling(**changes: Any) -> dict[str, Any]:
    """Return settings with which plans are sold in Stripe's test mode."""
    address, key = "https://vivavoce.example", "sk_test_" + "a1" * 12
    return {"BILLING_ENABLED": True, "PUBLIC_URL": address, "STRIPE_TEST_SECRET_KEY": key, **changes}


def database(host: str, /, **options: str) -> dict[str, Any]:
    return {"DATABASES": {"default": {"HOST": host, "OPTIONS": options}}}


@pytest.mark.parametrize(
    ("changes", "name"),
    [
        ({"SECRET_KEY": DEVELOPMENT_SECRET}, "SECRET_KEY"),
        ({"SECRET_KEY": TEST_SECRET}, "SECRET_KEY"),
        ({"SECRET_KEY": "django-insecure-" + GOOD_SECRET}, "SECRET_KEY"),
        ({"SECRET_KEY": "secret"}, "SECRET_KEY"),
        ({"SECRET_KEY": "abc" * 20}, "SECRET_KEY"),
        ({"VIEWER_HASH_KEY": DEVELOPMENT_SECRET}, "VIEWER_HASH_KEY"),
        ({"VIEWER_HASH_KEY": "only-for-this-check"}, "VIEWER_HASH_KEY"),
        ({"FIELD_ENCRYPTION_KEYS": [DEVELOPMENT_FIELD_KEY]}, "FIELD_ENCRYPTION_KEYS"),
        (
            {"FIELD_ENCRYPTION_KEYS": [Fernet.generate_key().decode(), TEST_FIELD_KEY]},
            "FIELD_ENCRYPTION_KEYS",
        ),
        ({"FIELD_ENCRYPTION_KEYS": ["A" * 43 + "="]}, "FIELD_ENCRYPTION_KEYS"),
        ({"ALLOWED_HOSTS": ["vivavoce.example", "*"]}, "ALLOWED_HOSTS"),
        ({"ALLOWED_HOSTS": [" * "]}, "ALLOWED_HOSTS"),
        ({"ALLOWED_HOSTS": [".example"]}, "ALLOWED_HOSTS"),
        ({"DEBUG": True}, "DEBUG"),
        (database("db.example"), "DATABASE_URL"),
        (database("10.0.0.7"), "DATABASE_URL"),
        (database("localhost,db.example"), "DATABASE_URL"),
        (database("", host="db.example"), "DATABASE_URL"),
        (database("localhost", hostaddr="10.0.0.7"), "DATABASE_URL"),
        (database("", service="far"), "DATABASE_URL"),
        (database("db.example", sslmode="prefer"), "DATABASE_URL"),
        (database("db.example", sslmode="disable"), "DATABASE_URL"),
        ({"REDIS_URL": "redis://:hunter2@redis.example:6379/0"}, "REDIS_URL"),
        ({"REDIS_URL": "redis://10.0.0.7/0"}, "REDIS_URL"),
        ({"REDIS_URL": "redis://redis.example/0", "UNENCRYPTED_HOSTS": ["other.example"]}, "REDIS_URL"),
        ({"DATA_UPLOAD_MAX_MEMORY_SIZE": None}, "DATA_UPLOAD_MAX_MEMORY_SIZE"),
        ({"DATA_UPLOAD_MAX_MEMORY_SIZE": 500_000_000}, "DATA_UPLOAD_MAX_MEMORY_SIZE"),
        ({"DATA_UPLOAD_MAX_NUMBER_FIELDS": None}, "DATA_UPLOAD_MAX_NUMBER_FIELDS"),
        ({"REQUIRES_OWN_SERVER": False}, "REQUIRES_OWN_SERVER"),
        ({"STRIPE_API_HOST": "http://127.0.0.1:12111"}, "STRIPE_API_HOST"),
        (selling(STRIPE_TEST_SECRET_KEY=""), "STRIPE_TEST_SECRET_KEY"),
        (selling(STRIPE_LIVE_MODE=True), "STRIPE_LIVE_SECRET_KEY"),
        (selling(PUBLIC_URL=""), "PUBLIC_URL"),
    ],
)
def test_an_unsafe_setting_is_refused_by_name(changes: dict[str, Any], name: str) -> None:
    with pytest.raises(ImproperlyConfigured) as refused:
        refuse_unsafe(safe(**changes))
    assert str(refused.value).startswith(f"{name} ")
    assert "hunter2" not in str(refused.value)


@pytest.mark.parametrize(
    "changes",
    [
        {},
        selling(),
        selling(
            STRIPE_LIVE_MODE=True, STRIPE_TEST_SECRET_KEY="", STRIPE_LIVE_SECRET_KEY="rk_live_" + "b2" * 12
        ),
        database("/var/run/postgresql"),
        database("127.0.0.1"),
        database("::1"),
        database("db.example", sslmode="require"),
        database("db.example", sslmode="verify-full"),
        {"REDIS_URL": "rediss://redis.example:6379/0"},
        {"REDIS_URL": "unix:///run/redis.sock?db=0"},
        {"REDIS_URL": "redis://[::1]:6379/0"},
        {**database("db"), "REDIS_URL": "redis://redis:6379/0", "UNENCRYPTED_HOSTS": ["db", "redis"]},
    ],
)
def test_a_safe_setting_is_accepted(changes: dict[str, Any]) -> None:
    assert unsafe_settings(safe(**changes)) == []


def test_the_database_may_be_named_by_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PGHOST", "db.example")
    assert [fault.name for fault in unsafe_settings(safe())] == ["DATABASE_URL"]
    monkeypatch.setenv("PGSSLMODE", "verify-full")
    assert unsafe_settings(safe()) == []


def test_all_faults_are_told_at_once() -> None:
    with pytest.raises(ImproperlyConfigured, match=r"SECRET_KEY .+ ALLOWED_HOSTS .+ DEBUG "):
        refuse_unsafe(safe(SECRET_KEY="short", ALLOWED_HOSTS=["*"], DEBUG=True))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SECRET_KEY", DEVELOPMENT_SECRET),
        ("VIEWER_HASH_KEY", DEVELOPMENT_SECRET),
        ("FIELD_ENCRYPTION_KEYS", DEVELOPMENT_FIELD_KEY),
        ("ALLOWED_HOSTS", "*"),
        ("DEBUG", "true"),
        ("DATABASE_URL", REMOTE),
        ("REDIS_URL", "redis://redis.example:6379/0"),
    ],
)
def test_no_process_of_production_starts_with_it(name: str, value: str) -> None:
    started = run_production("import config.server.process", **{name: value})
    assert started.returncode != 0
    assert f"ImproperlyConfigured: {name} " in started.stderr


@pytest.mark.parametrize(
    "changes",
    [
        {"DATABASE_URL": f"{REMOTE}?sslmode=require"},
        {"DATABASE_URL": REMOTE, "UNENCRYPTED_HOSTS": "db.example"},
    ],
)
def test_production_starts_with_a_remote_database_that_is_encrypted_or_allowed(
    changes: dict[str, str],
) -> None:
    started = run_production("from django.conf import settings; settings.DATABASES", **changes)
    assert started.returncode == 0, started.stderr


def test_production_is_not_served_by_a_server_without_limits() -> None:
    started = run_production("import config.asgi")
    assert started.returncode != 0
    assert "python -m config.server" in started.stderr.splitlines()[-1]


def test_the_deployment_check_names_what_is_unsafe() -> None:
    """The tests' own settings are no settings of production."""
    with pytest.raises(SystemCheckError) as found:
        call_command("check", deploy=True, tags=["security"])
    for number, name in enumerate(("SECRET_KEY", "FIELD_ENCRYPTION_KEYS"), 1):
        assert f"(vivavoce.E00{number}) {name} " in str(found.value)

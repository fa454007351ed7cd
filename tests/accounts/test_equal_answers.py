"""Strangers cannot tell by the answer, its cookies or its work whether an address has an account here."""

from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from django.apps import apps
from django.contrib.auth.hashers import MD5PasswordHasher
from django.core import mail
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django_scopes import scopes_disabled

from tenants.models import User
from tests.architecture.sources import APPS
from tests.conftest import PASSWORD

pytestmark = pytest.mark.django_db(transaction=True)

KNOWN, NEW = "dora@example.com", "new@example.com"


class CountedHasher(MD5PasswordHasher):
    """Counts what costs most of a sign-up's time."""

    hashed = 0

    def encode(self, *args: Any, **options: Any) -> str:
        CountedHasher.hashed += 1
        return super().encode(*args, **options)


@pytest.fixture
def dora(make_user: Callable[[str], User], settings: Any) -> User:
    settings.PASSWORD_HASHERS = ["tests.accounts.test_equal_answers.CountedHasher"]
    return make_user("Dora")


def work_of(path: str, form: dict[str, str]) -> dict[str, Any]:
    """Send a form; return what could tell addresses apart: the answer, and the kinds of work behind it."""
    CountedHasher.hashed = 0
    mail.outbox.clear()
    with CaptureQueriesContext(
        connection,
    ) as queries:
        answer = Client().post(path, form)
    verbs = Counter(query["sql"].partition(" ")[0] for query in queries.captured_queries)
    return {
        "status": answer.status_code,
        "location": answer.headers["Location"],
        "cookies": sorted(answer.cookies),
        "hashed": CountedHasher.hashed,
        "mails": [message.to for message in mail.outbox] == [[form["email"]]],
        "queries": {verb: verbs[verb] for verb in ("SELECT", "INSERT", "UPDATE", "DELETE")},
    }


def test_a_sign_up_does_the_same_work_for_a_known_address(dora: User) -> None:
    taken = work_of("/accounts/signup/", {"email": KNOWN, "password1": PASSWORD})
    free = work_of("/accounts/signup/", {"email": NEW, "password1": PASSWORD})
    assert taken == free


def count_rows() -> dict[str, int]:
    with scopes_disabled():
        models = [model for model in apps.get_models() if model._meta.app_label in APPS]
        return {model.__name__: model._base_manager.count() for model in models}


def test_a_sign_up_with_a_known_address_leaves_nothing_behind(dora: User) -> None:
    before = count_rows()
    Client().post("/accounts/signup/", {"email": KNOWN, "password1": PASSWORD})
    assert count_rows() == before
    assert User.objects.get().check_password(PASSWORD)


def test_a_weak_password_is_refused_alike(dora: User) -> None:
    answers = [
        Client().post("/accounts/signup/", {"email": email, "password1": "short"}) for email in (KNOWN, NEW)
    ]
    assert [answer.status_code for answer in answers] == [200, 200]
    assert answers[0].context["form"].errors == answers[1].context["form"].errors


def test_a_password_reset_does_the_same_work_for_an_unknown_address(dora: User) -> None:
    known = work_of("/accounts/password/reset/", {"email": KNOWN})
    unknown = work_of("/accounts/password/reset/", {"email": NEW})
    assert known == unknown


def test_a_log_in_does_the_same_work_for_an_unknown_account(dora: User) -> None:
    hashed = []
    for email in (KNOWN, NEW):
        CountedHasher.hashed = 0
        assert Client().post("/accounts/login/", {"login": email, "password": "wrong"}).status_code == 200
        hashed.append(CountedHasher.hashed)
    assert hashed[0] == hashed[1] == 1

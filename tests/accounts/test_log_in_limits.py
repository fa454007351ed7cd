"""Wrong passwords are counted by account and address together, and apart for devices that are known."""

from typing import Any

import pytest
from django.conf import settings as django_settings
from django.core import mail
from django.test import Client

from accounts.known_devices import COOKIE
from tenants.models import Tenant, User
from tests.conftest import PASSWORD
from tests.tenants.test_sign_up import address_in

HERE, THERE = "192.0.2.1", "198.51.100.7"
TOO_MANY = "Too many wrong tries."


def log_in(client: Client, email: str, password: str = PASSWORD, address: str = HERE) -> bool:
    """Return whether the client is logged in afterwards."""
    client.post("/accounts/login/", {"login": email, "password": password}, REMOTE_ADDR=address)
    return "_auth_user_id" in client.session


def fail(email: str, times: int, client: Client | None = None, address: str = HERE) -> None:
    for _ in range(times):
        assert not log_in(client or Client(), email, "wrong", address)


@pytest.fixture
def known_device(alice: User, tenant: Tenant) -> Client:
    """A browser in which Alice has logged in and out."""
    client = Client()
    assert log_in(client, alice.email)
    client.post("/accounts/logout/")
    return client


def test_wrong_tries_from_one_address_are_limited_with_a_reason_and_a_way_out(alice: User) -> None:
    fail(alice.email, 5)
    form = {"login": alice.email, "password": PASSWORD}
    page = Client().post("/accounts/login/", form, REMOTE_ADDR=HERE).content.decode()
    assert f"{TOO_MANY} Wait 5 minutes, or choose a new password by e-mail." in page


def test_a_stranger_locks_nobody_out_from_however_many_addresses(alice: User) -> None:
    for number in range(30):
        fail(alice.email, 1, address=f"203.0.113.{number}")
    fail(alice.email, 6, address=THERE)
    assert log_in(Client(), alice.email, address=HERE)


def test_tries_at_one_account_do_not_count_at_another(alice: User, charlie: User) -> None:
    fail(alice.email, 6)
    assert log_in(Client(), charlie.email)


@pytest.mark.parametrize("spelling", ["ALICE@example.com", " alice@example.com", "Alice@Example.Com "])
def test_another_spelling_of_the_address_is_the_same_account(alice: User, spelling: str) -> None:
    fail(spelling, 5)
    assert not log_in(Client(), alice.email)


def test_a_known_device_passes_from_the_address_of_the_attack(known_device: Client, alice: User) -> None:
    fail(alice.email, 31)
    assert log_in(known_device, alice.email)


def test_a_known_device_passes_while_its_address_has_no_tries_left(known_device: Client, alice: User) -> None:
    for number in range(31):
        fail(f"nobody-{number}@example.com", 1)
    assert not log_in(Client(), alice.email), "an unknown device waits with the others at its address"
    assert log_in(known_device, alice.email)


def test_a_known_device_has_tries_of_its_own_and_no_more(known_device: Client, alice: User) -> None:
    fail(alice.email, 5, known_device)
    assert not log_in(known_device, alice.email)
    assert log_in(Client(), alice.email), "they do not count for its address"


def test_a_device_is_known_to_its_accounts_only(known_device: Client, charlie: User) -> None:
    fail(charlie.email, 6)
    assert not log_in(known_device, charlie.email)


def test_a_device_that_two_people_share_is_known_to_both(
    known_device: Client, alice: User, charlie: User
) -> None:
    assert log_in(known_device, charlie.email)
    known_device.post("/accounts/logout/")
    fail(alice.email, 6)
    fail(charlie.email, 6)
    for person in (alice, charlie):
        assert log_in(known_device, person.email)
        known_device.post("/accounts/logout/")


@pytest.mark.parametrize("value", ["", "x", "a:b:c", "eyJpZCI6IngifQ:1:x", "\x00", "é"])
def test_a_forged_cookie_makes_no_device_known(alice: User, value: str) -> None:
    fail(alice.email, 5)
    client = Client()
    client.cookies[COOKIE] = value
    assert not log_in(client, alice.email)


def test_a_cookie_signed_with_another_key_makes_no_device_known(
    known_device: Client, alice: User, settings: Any
) -> None:
    settings.SECRET_KEY = "another"
    fail(alice.email, 5)
    assert not log_in(known_device, alice.email)


def test_the_cookie_tells_no_address_and_is_out_of_reach_of_scripts(known_device: Client) -> None:
    cookie = known_device.cookies[COOKIE]
    assert "alice" not in cookie.value
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"
    assert cookie["path"] == "/accounts/"
    assert bool(cookie["secure"]) == django_settings.SESSION_COOKIE_SECURE


def test_the_right_password_starts_the_count_again(alice: User) -> None:
    for _ in range(3):
        fail(alice.email, 4)
        assert log_in(Client(), alice.email)


def test_a_new_password_by_mail_starts_the_count_again(alice: User) -> None:
    fail(alice.email, 5)
    client = Client(REMOTE_ADDR=HERE)
    client.post("/accounts/password/reset/", {"email": alice.email})
    form = client.get(address_in(mail.outbox[0], "/accounts/password/reset/key/")).headers["Location"]
    client.post(form, {"password1": "a new horse battery", "password2": "a new horse battery"})
    assert log_in(Client(), alice.email, "a new horse battery")


def test_addresses_of_one_ipv6_subscriber_count_as_one(alice: User) -> None:
    for number in range(5):
        fail(alice.email, 1, address=f"2001:db8:1:2::{number}")
    assert not log_in(Client(), alice.email, address="2001:db8:1:2:ffff::1")
    assert log_in(Client(), alice.email, address="2001:db8:1:3::1")


def test_an_ipv4_address_in_ipv6_spelling_is_the_same_address(alice: User) -> None:
    fail(alice.email, 5, address=HERE)
    assert not log_in(Client(), alice.email, address=f"::ffff:{HERE}")


def test_behind_a_proxy_the_reported_address_counts(alice: User, settings: Any) -> None:
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    for number in range(6):
        client = Client(headers={"x-forwarded-for": f"203.0.113.{number}, {THERE}"})
        assert not log_in(client, alice.email, "wrong")
    assert not log_in(Client(headers={"x-forwarded-for": THERE}), alice.email)
    assert log_in(Client(headers={"x-forwarded-for": HERE}), alice.email)


def test_known_and_unknown_accounts_are_limited_alike(alice: User) -> None:
    def answers(email: str) -> list[bool]:
        form = {"login": email, "password": "wrong"}
        return [TOO_MANY in Client().post("/accounts/login/", form).content.decode() for _ in range(7)]

    assert answers(alice.email) == answers("nobody@example.com") == [False] * 5 + [True] * 2


def test_without_redis_people_still_log_in(alice: User, tenant: Tenant, settings: Any) -> None:
    settings.REDIS_URL = "redis://127.0.0.1:1"
    assert log_in(Client(), alice.email)


@pytest.mark.parametrize("email", ["alice@example.com", "nobody@example.com"])
def test_whoever_asks_for_somebody_elses_new_password_keeps_nobody_from_asking(
    alice: User, email: str
) -> None:
    def ask(address: str) -> tuple[int, str]:
        answer = Client(REMOTE_ADDR=address).post("/accounts/password/reset/", {"email": email})
        return answer.status_code, answer.headers["Location"]

    answers = {ask(f"203.0.113.{number}") for number in range(8)}
    assert answers == {ask(HERE)} == {(302, "/accounts/password/reset/done/")}
    assert len(mail.outbox) == 5, "the mailbox is not filled"

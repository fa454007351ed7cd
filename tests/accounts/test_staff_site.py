"""The staff site opens to staff who have proved a second factor, and to nobody else."""

import importlib
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.core import mail
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command
from django.test import Client
from django.urls import clear_url_caches

import config.urls
from config.environment import Environment
from tenants.models import Tenant, User
from tests.accounts.codes import SECRET, code_of, give_second_factor, prove_second_factor
from tests.conftest import PASSWORD
from tests.tenants.test_sign_up import address_in

ClientFor = Callable[[User], Client]


@pytest.fixture
def staff(charlie: User, other_tenant: Tenant) -> User:
    """Charlie, who works for us."""
    User.objects.filter(id=charlie.id).update(is_staff=True, is_superuser=True)
    charlie.refresh_from_db()
    return charlie


def test_staff_without_a_second_factor_are_led_to_set_one_up(staff: User) -> None:
    client = Client()
    client.post("/accounts/login/", {"login": staff.email, "password": PASSWORD})
    answer = client.get("/staff/tenants/user/", follow=True)
    paths = [path.partition("?")[0] for path, _status in answer.redirect_chain]
    assert paths == ["/staff/login/", "/accounts/2fa/totp/activate/", "/accounts/reauthenticate/"]
    client.post(answer.redirect_chain[-1][0], {"password": PASSWORD})
    page = client.get("/accounts/2fa/totp/activate/")
    assert "The staff pages need a second factor." in answer.content.decode()
    client.post("/accounts/2fa/totp/activate/", {"code": code_of(page.context["form"].secret)})
    assert client.get("/staff/tenants/user/").status_code == 200


def test_staff_who_log_in_with_a_code_are_in(staff: User) -> None:
    give_second_factor(staff)
    client = Client()
    client.post("/accounts/login/", {"login": staff.email, "password": PASSWORD})
    assert client.get("/staff/").status_code == 302
    client.post("/accounts/2fa/authenticate/", {"code": code_of()})
    assert client.get("/staff/").status_code == 200


def test_a_log_in_from_before_the_second_factor_has_to_prove_it(staff: User, client_for: ClientFor) -> None:
    client = client_for(staff)
    give_second_factor(staff)
    answer = client.get("/staff/tenants/user/", follow=True)
    assert answer.redirect_chain[-1][0] == "/accounts/2fa/reauthenticate/?next=%2Fstaff%2Ftenants%2Fuser%2F"
    sent = client.post("/accounts/2fa/reauthenticate/", {"code": code_of(), "next": "/staff/tenants/user/"})
    assert sent.headers["Location"] == "/staff/tenants/user/"
    assert client.get("/staff/tenants/user/").status_code == 200


def test_the_password_again_is_no_proof(staff: User, client_for: ClientFor) -> None:
    client = client_for(staff)
    give_second_factor(staff)
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    assert client.get("/staff/").status_code == 302


def test_staff_who_switch_it_off_are_out(staff: User, client_for: ClientFor) -> None:
    client = client_for(staff)
    give_second_factor(staff)
    prove_second_factor(client, staff)
    assert client.get("/staff/").status_code == 200
    Authenticator.objects.filter(user=staff).delete()
    assert client.get("/staff/").status_code == 302


def test_recovery_codes_alone_are_no_second_factor(staff: User, client_for: ClientFor) -> None:
    client = client_for(staff)
    data = {"seed": "x", "used_mask": 0}
    Authenticator.objects.create(user=staff, type=Authenticator.Type.RECOVERY_CODES, data=data)
    prove_second_factor(client, staff)
    assert client.get("/staff/").status_code == 302


def test_the_proof_of_another_person_does_not_count(staff: User, alice: User, client_for: ClientFor) -> None:
    give_second_factor(staff)
    client = client_for(staff)
    prove_second_factor(client, alice)
    assert client.get("/staff/").status_code == 302


def test_a_second_factor_makes_nobody_staff(alice: User, tenant: Tenant, client_for: ClientFor) -> None:
    give_second_factor(alice)
    client = client_for(alice)
    prove_second_factor(client, alice)
    assert client.get("/staff/").status_code == 302
    assert client.get("/staff/login/").status_code == 403


@pytest.mark.parametrize("wanted", ["https://evil.example/", "//evil.example", "javascript:alert(1)", ""])
def test_the_way_back_stays_on_this_site(staff: User, client_for: ClientFor, wanted: str) -> None:
    give_second_factor(staff)
    client = client_for(staff)
    prove_second_factor(client, staff)
    assert client.get("/staff/login/", {"next": wanted}).headers["Location"] == "/staff/"


def test_staff_remove_a_lost_second_factor_and_never_see_its_secret(
    staff: User, alice: User, tenant: Tenant, client_for: ClientFor
) -> None:
    for person in (staff, alice):
        give_second_factor(person)
    data = {"seed": "x", "used_mask": 0}
    Authenticator.objects.create(user=alice, type=Authenticator.Type.RECOVERY_CODES, data=data)
    client = client_for(staff)
    prove_second_factor(client, staff)
    lost = Authenticator.objects.get(user=alice, type="totp")
    assert alice.email in client.get("/staff/mfa/authenticator/").content.decode()
    shown = client.get(f"/staff/mfa/authenticator/{lost.pk}/change/").content.decode()
    assert lost.data["secret"] not in shown
    assert SECRET not in shown
    assert client.get("/staff/mfa/authenticator/add/").status_code == 403
    client.post(f"/staff/mfa/authenticator/{lost.pk}/delete/", {"post": "yes"})
    assert not Authenticator.objects.filter(user=alice).exists()
    assert Authenticator.objects.filter(user=staff).exists()


@pytest.fixture
def elsewhere(settings: Any) -> Iterator[str]:
    """A staff site at an address that nobody guesses."""
    settings.STAFF_PATH = "staff-3kX9_q"
    _load_urls()
    yield f"/{settings.STAFF_PATH}/"
    settings.STAFF_PATH = "staff"
    _load_urls()


def _load_urls() -> None:
    importlib.reload(config.urls)
    clear_url_caches()


def test_the_address_of_the_staff_site_is_a_setting(
    elsewhere: str, staff: User, client_for: ClientFor
) -> None:
    give_second_factor(staff)
    client = client_for(staff)
    prove_second_factor(client, staff)
    assert client.get(elsewhere).status_code == 200
    assert client.get("/staff/").status_code == 404
    assert Client().get("/staff/").status_code == 404


@pytest.mark.parametrize("value", ["a/b", "/staff", "stàff", "a b", "../x", "<x>"])
def test_an_address_that_is_no_part_of_a_path_stops_the_start(
    value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("STAFF_PATH", value)
    with pytest.raises(ImproperlyConfigured, match="STAFF_PATH"):
        Environment().path_part("STAFF_PATH", default="staff")


def test_an_empty_address_is_the_usual_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STAFF_PATH", "")
    assert Environment().path_part("STAFF_PATH", default="staff") == "staff"


def test_staff_made_on_the_command_line_reach_the_staff_site(transactional_db: None) -> None:
    """As docs/operations.md describes it."""
    email = "root@example.com"
    call_command("createsuperuser", email=email, interactive=False, verbosity=0)
    user = User.objects.get(email=email)
    user.set_password(PASSWORD)
    user.save(update_fields=["password"])
    client = Client()
    client.post("/accounts/login/", {"login": email, "password": PASSWORD})
    client.post(address_in(mail.outbox[0], "/accounts/confirm-email/"))
    client.post("/accounts/login/", {"login": email, "password": PASSWORD})
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    page = client.get("/staff/", follow=True)
    assert page.redirect_chain[-1][0] == "/accounts/2fa/totp/activate/"
    secret = page.context["form"].secret
    answer = client.post("/accounts/2fa/totp/activate/", {"code": code_of(secret)}, follow=True)
    assert "Keep these codes apart from your phone." in answer.content.decode()
    assert client.get("/staff/").status_code == 200
    client.post("/accounts/logout/")
    client.post("/accounts/login/", {"login": email, "password": PASSWORD})
    client.post("/accounts/2fa/authenticate/", {"code": code_of(secret)})
    assert client.get("/staff/").status_code == 200

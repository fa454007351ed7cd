from collections.abc import Callable
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from cryptography.fernet import Fernet
from django.core import mail
from django.test import Client

from providers.services import rotate_encrypted_fields
from tenants.models import AuditEntry, Tenant, User
from tests.accounts.codes import SECRET, code_of, give_second_factor, wrong_code
from tests.conftest import PASSWORD

HERE, THERE = "192.0.2.1", "198.51.100.7"
ClientFor = Callable[[User], Client]
AUTHENTICATE = "/accounts/2fa/authenticate/"


@pytest.fixture
def alices_browser(alice: User, tenant: Tenant, client_for: ClientFor) -> Client:
    """Alice's browser; she has just confirmed her password."""
    client = client_for(alice)
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    return client


@pytest.fixture
def guarded(alice: User, tenant: Tenant) -> User:
    """Alice, with a second factor."""
    give_second_factor(alice)
    return alice


def activate(browser: Client) -> str:
    """Set up an app; return its secret."""
    secret: str = browser.get("/accounts/2fa/totp/activate/").context["form"].secret
    answer = browser.post("/accounts/2fa/totp/activate/", {"code": code_of(secret)})
    assert answer.headers["Location"] == "/accounts/2fa/recovery-codes/"
    return secret


def enter_password(user: User, address: str = HERE, client: Client | None = None) -> Client:
    client = client or Client()
    form = {"login": user.email, "password": PASSWORD}
    answer = client.post("/accounts/login/", form, REMOTE_ADDR=address)
    assert answer.headers["Location"].startswith(AUTHENTICATE)
    return client


def enter_code(client: Client, code: str, address: str = HERE) -> bool:
    client.post(AUTHENTICATE, {"code": code}, REMOTE_ADDR=address)
    return "_auth_user_id" in client.session


@pytest.mark.django_db(transaction=True)
def test_anybody_may_switch_it_on(alices_browser: Client, alice: User) -> None:
    assert "Set it up" in alices_browser.get("/accounts/2fa/").content.decode()
    activate(alices_browser)
    assert set(Authenticator.objects.filter(user=alice).values_list("type", flat=True)) == {
        "totp",
        "recovery_codes",
    }
    assert "Switch it off" in alices_browser.get("/accounts/2fa/").content.decode()
    assert [message.to for message in mail.outbox] == [[alice.email]], "its owner is told"
    verbs = AuditEntry._base_manager.filter(user_id=alice.id).values_list("verb", flat=True)
    assert list(verbs).count("second_factor.added") == 2


def test_the_menu_leads_there(alices_browser: Client) -> None:
    assert 'href="/accounts/2fa/"' in alices_browser.get("/").content.decode()


def test_a_wrong_first_code_switches_nothing_on(alices_browser: Client, alice: User) -> None:
    alices_browser.get("/accounts/2fa/totp/activate/")
    alices_browser.post("/accounts/2fa/totp/activate/", {"code": wrong_code()})
    assert not Authenticator.objects.exists()


def test_setting_it_up_asks_for_the_password_first(
    alice: User, tenant: Tenant, client_for: ClientFor
) -> None:
    answer = client_for(alice).get("/accounts/2fa/totp/activate/")
    assert answer.headers["Location"].startswith("/accounts/reauthenticate/")


def test_the_password_alone_opens_nothing(guarded: User) -> None:
    client = enter_password(guarded)
    assert "_auth_user_id" not in client.session
    assert client.get("/shows/new/").status_code == 302
    assert enter_code(client, code_of())


def test_a_wrong_code_opens_nothing(guarded: User) -> None:
    client = enter_password(guarded)
    assert not enter_code(client, wrong_code())
    assert "Incorrect code." in client.post(AUTHENTICATE, {"code": wrong_code()}).content.decode()


def test_a_code_works_once(guarded: User) -> None:
    code = code_of()
    assert enter_code(enter_password(guarded), code)
    assert not enter_code(enter_password(guarded), code)
    assert enter_code(enter_password(guarded), code_of(periods=1)), "the next code works"


def test_a_recovery_code_works_once(alices_browser: Client, alice: User) -> None:
    activate(alices_browser)
    code = alices_browser.get("/accounts/2fa/recovery-codes/").context["unused_codes"][0]
    assert enter_code(enter_password(alice), code)
    assert not enter_code(enter_password(alice), code)


def test_new_recovery_codes_replace_the_old_ones(alices_browser: Client, alice: User) -> None:
    activate(alices_browser)
    before = alices_browser.get("/accounts/2fa/recovery-codes/").context["unused_codes"]
    alices_browser.post("/accounts/2fa/recovery-codes/generate/")
    after = alices_browser.get("/accounts/2fa/recovery-codes/").context["unused_codes"]
    assert set(before).isdisjoint(after)
    assert before[0] not in alices_browser.get("/accounts/2fa/recovery-codes/download/").content.decode()


def test_switching_it_off_takes_the_recovery_codes_too(alices_browser: Client, alice: User) -> None:
    activate(alices_browser)
    alices_browser.post("/accounts/2fa/totp/deactivate/")
    assert not Authenticator.objects.exists()
    answer = Client().post("/accounts/login/", {"login": alice.email, "password": PASSWORD})
    assert answer.headers["Location"] == "/"


def test_wrong_codes_are_limited_by_address(guarded: User) -> None:
    client = enter_password(guarded)
    for _ in range(5):
        assert not enter_code(client, wrong_code())
    assert not enter_code(client, code_of()), "even the right code waits now"
    page = client.post(AUTHENTICATE, {"code": code_of()}, REMOTE_ADDR=HERE).content.decode()
    assert "Too many wrong codes. Wait 5 minutes." in page
    assert enter_code(enter_password(guarded, THERE), code_of(), THERE)


def test_many_addresses_together_have_few_tries(guarded: User) -> None:
    for number in range(20):
        client = enter_password(guarded, f"203.0.113.{number}")
        assert not enter_code(client, wrong_code(), f"203.0.113.{number}")
    assert not enter_code(enter_password(guarded, THERE), code_of(), THERE)


def test_a_known_device_passes_whatever_others_try(guarded: User) -> None:
    known = enter_password(guarded)
    assert enter_code(known, code_of())
    known.post("/accounts/logout/")
    for number in range(21):
        client = enter_password(guarded, f"203.0.113.{number}")
        enter_code(client, wrong_code(), f"203.0.113.{number}")
    assert enter_code(enter_password(guarded, client=known), code_of(periods=1))


def test_secrets_are_stored_encrypted(alices_browser: Client) -> None:
    secret = activate(alices_browser)
    stored = str(list(Authenticator.objects.values_list("data", flat=True)))
    assert secret not in stored
    assert stored.count("gAAAA") == 2, "a token of the installation's keys"


def test_their_keys_can_be_replaced(guarded: User, settings: Any) -> None:
    old = settings.FIELD_ENCRYPTION_KEYS
    new = Fernet.generate_key().decode()
    settings.FIELD_ENCRYPTION_KEYS = [new, *old]
    assert rotate_encrypted_fields() == (1, 0)
    settings.FIELD_ENCRYPTION_KEYS = [new]
    assert enter_code(enter_password(guarded), code_of())


def test_a_secret_that_no_key_reads_is_counted_and_says_what_to_do(guarded: User, settings: Any) -> None:
    settings.FIELD_ENCRYPTION_KEYS = [Fernet.generate_key().decode()]
    assert rotate_encrypted_fields() == (0, 1)
    client = enter_password(guarded)
    answer = client.post(AUTHENTICATE, {"code": code_of()})
    assert answer.status_code == 200
    assert "cannot be read any more" in answer.content.decode()


def test_charlie_sees_nothing_of_alices(guarded: User, charlie: User, client_for: ClientFor) -> None:
    stranger = client_for(charlie)
    assert SECRET not in stranger.get("/accounts/2fa/").content.decode()
    assert "Switch it off" not in stranger.get("/accounts/2fa/").content.decode()
    for page in ("recovery-codes", "recovery-codes/download", "totp/deactivate"):
        assert stranger.get(f"/accounts/2fa/{page}/").status_code in (302, 404)


@pytest.mark.parametrize(
    "page", ["", "totp/activate/", "totp/deactivate/", "recovery-codes/", "authenticate/"]
)
def test_a_visitor_is_sent_to_the_log_in(db: None, page: str) -> None:
    answer = Client().get(f"/accounts/2fa/{page}")
    assert answer.status_code in (302, 404)
    assert "/accounts/" in answer.headers.get("Location", "/accounts/")


@pytest.mark.parametrize(
    ("path", "english", "italian"),
    [
        ("/accounts/2fa/", "Second factor", "Secondo fattore"),
        ("/accounts/2fa/totp/activate/", "Scan the picture", "Inquadra"),
        ("/accounts/2fa/recovery-codes/", "Keep these codes apart", "Conserva questi codici"),
        ("/accounts/2fa/recovery-codes/generate/", "stop working", "non funzioneranno"),
        ("/accounts/2fa/totp/deactivate/", "Your password alone", "la password"),
    ],
)
def test_the_pages_have_our_look_in_both_languages(
    alices_browser: Client, path: str, english: str, italian: str
) -> None:
    if "totp/activate" not in path:
        activate(alices_browser)
    page = alices_browser.get(path).content.decode()
    assert english in page
    assert "css/base/tokens.css" in page
    assert "<script>" not in page
    assert "style=" not in page
    assert italian in alices_browser.get(path, headers={"accept-language": "it"}).content.decode()

from collections.abc import Callable

import pytest
from django.test import Client

from tenants.models import User

pytestmark = pytest.mark.django_db


def test_the_page_of_the_log_in_offers_a_passkey(client: Client) -> None:
    page = client.get("/accounts/login/").content.decode()
    assert 'id="passkey-log-in"' in page
    assert 'action="/accounts/2fa/webauthn/login/"' in page
    assert 'id="passkey-log-in"' not in client.get("/accounts/signup/").content.decode()


def test_a_challenge_is_new_each_time_and_names_no_account(client: Client, alice: User) -> None:
    def challenge() -> str:
        answer = client.get("/accounts/2fa/webauthn/login/", headers={"x-requested-with": "XMLHttpRequest"})
        options = answer.json()["request_options"]["publicKey"]
        assert not options.get("allowCredentials")
        return str(options["challenge"])

    assert challenge() != challenge()


@pytest.mark.parametrize("credential", ["", "{}", '{"id": "x"}', "no json"])
def test_a_forged_credential_logs_nobody_in(client: Client, alice: User, credential: str) -> None:
    client.get("/accounts/2fa/webauthn/login/", headers={"x-requested-with": "XMLHttpRequest"})
    answer = client.post("/accounts/2fa/webauthn/login/", {"credential": credential})
    assert answer["Location"] == "/accounts/login/"
    assert "_auth_user_id" not in client.session


def test_somebody_who_is_logged_in_is_sent_home(alice: User, client_for: Callable[[User], Client]) -> None:
    assert client_for(alice).get("/accounts/2fa/webauthn/login/").status_code == 302

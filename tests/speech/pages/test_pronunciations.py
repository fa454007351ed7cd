import pytest
from django_scopes import scope

from speech.models import Pronunciation
from tenants.models import Tenant, User
from tests.speech.pages.samples import HOSTILE, ClientFor

pytestmark = pytest.mark.usefixtures("redis_client")


def test_pronunciations_are_added_changed_and_deleted(
    alice: User, pronunciation: Pronunciation, client_for: ClientFor
) -> None:
    client = client_for(alice)
    client.post("/voices/words/add/", {"written": "IKEA", "spoken": "ichèa", "language": "it"})
    client.post(
        f"/voices/words/{pronunciation.id}/",
        {"written": "Nike", "spoken": HOSTILE.replace("=", ""), "language": ""},
    )
    page = client.get("/voices/words/").content.decode()
    assert "ichèa" in page
    assert HOSTILE not in page
    client.post(f"/voices/words/{pronunciation.id}/delete/")
    assert (
        "Nike"
        not in client.get("/voices/words/").content.decode().partition("<main")[2].partition("has been")[2]
    )


def test_a_duplicate_is_refused_and_stays_in_the_form(
    alice: User, pronunciation: Pronunciation, client_for: ClientFor
) -> None:
    answer = client_for(alice).post("/voices/words/add/", {"written": "NIKE", "spoken": "naic"})
    assert answer.status_code == 422
    assert "already has a pronunciation" in answer.content.decode()
    assert 'value="naic"' in answer.content.decode()


def test_pasted_lines_that_are_wrong_come_back_with_their_numbers(
    alice: User, tenant: Tenant, client_for: ClientFor
) -> None:
    answer = client_for(alice).post("/voices/words/paste/", {"lines": "Nike = naichi\nsenza\nIKEA = ichèa"})
    page = answer.content.decode()
    assert "Line 2:" in page
    assert "senza</textarea>" in page
    with scope(tenant=tenant):
        assert Pronunciation.objects.count() == 2


def test_a_pronunciation_is_previewed(
    alice: User, pronunciation: Pronunciation, client_for: ClientFor
) -> None:
    for headers in ({"HX-Request": "true"}, {}):
        page = (
            client_for(alice)
            .post(f"/voices/words/{pronunciation.id}/hear/", headers=headers)
            .content.decode()
        )
        assert "/personas/sounds/" in page

import pytest
from django.test import Client

from speech.runtime.preview_sounds import store_sound
from tenants.models import Membership, Tenant, User
from tests.speech.pages.samples import ClientFor


@pytest.fixture
def wav(alice: User, tenant: Tenant) -> str:
    return store_sound(tenant=tenant, user=alice, wav=b"RIFF0123456789")


def test_a_sound_is_sent_whole_or_in_ranges(
    alice: User, tenant: Tenant, wav: str, client_for: ClientFor
) -> None:
    client = client_for(alice)
    whole = client.get(f"/personas/sounds/{wav}/")
    assert (whole.status_code, whole["Content-Type"]) == (200, "audio/wav")
    assert whole.content == b"RIFF0123456789"
    assert "no-store" in whole["Cache-Control"]
    part = client.get(f"/personas/sounds/{wav}/", headers={"range": "bytes=4-7"})
    assert (part.status_code, part.content, part["Content-Range"]) == (206, b"0123", "bytes 4-7/14")
    assert client.get(f"/personas/sounds/{wav}/", headers={"range": "bytes=0-"}).status_code == 200
    for odd in ("bytes=-4", "bytes=9-2", "bytes=99-", "lines=1-2", "bytes=0-1,3-4"):
        assert client.get(f"/personas/sounds/{wav}/", headers={"range": odd}).content == whole.content


def test_only_the_member_who_made_a_sound_can_play_it(
    bob: User, tenant: Tenant, wav: str, client_for: ClientFor
) -> None:
    Membership.objects.filter(user=bob).update(role=Membership.Role.EDITOR)
    assert client_for(bob).get(f"/personas/sounds/{wav}/").status_code == 404


def test_charlie_cannot_play_alices_sound(
    charlie: User, other_tenant: Tenant, wav: str, client_for: ClientFor
) -> None:
    assert client_for(charlie).get(f"/personas/sounds/{wav}/").status_code == 404


def test_a_viewer_and_a_visitor_cannot_play_sounds(
    bob: User, wav: str, client: Client, client_for: ClientFor
) -> None:
    assert client_for(bob).get(f"/personas/sounds/{wav}/").status_code == 403
    assert client.get(f"/personas/sounds/{wav}/").status_code == 302

from collections.abc import Callable
from typing import Any

import pytest
from rest_framework.test import APIClient

from livesessions.models.shows import Show
from tenants.models import Tenant, User


@pytest.fixture
def api(alice: User, tenant: Tenant, api_for: Callable[[User], APIClient]) -> APIClient:
    return api_for(alice)


@pytest.fixture
def voice(api: APIClient) -> dict[str, Any]:
    sent = {"name": "Annie", "provider": "espeak", "voice_id": "Annie", "speed": 1.2, "pitch": 0.3}
    made: dict[str, Any] = api.post("/api/v1/voices/", sent, format="json").json()
    return made


def test_a_voice_is_made_read_changed_and_deleted(api: APIClient, voice: dict[str, Any]) -> None:
    assert (voice["language"], voice["backup"], voice["loudness_lufs"]) == ("it", None, None)
    address = f"/api/v1/voices/{voice['id']}/"
    changed = api.patch(address, {"speed": 0.9}, format="json").json()
    assert changed == api.get(address).json() == {**voice, "speed": 0.9}
    assert api.delete(address).status_code == 204
    assert api.get(address).status_code == 404


@pytest.mark.parametrize(
    ("field", "change"),
    [
        ("provider", {"provider": "azure"}),
        ("provider", {"provider": "nobody"}),
        ("speed", {"speed": 2.1}),
        ("pitch", {"pitch": -2}),
        ("voice_id", {"voice_id": "<x>"}),
        ("backup", {"backup": "00000000-0000-0000-0000-000000000001"}),
        ("tenant", {"tenant": "x"}),
    ],
)
def test_a_wrong_field_is_named(
    api: APIClient, voice: dict[str, Any], field: str, change: dict[str, Any]
) -> None:
    answer = api.patch(f"/api/v1/voices/{voice['id']}/", change, format="json")
    assert answer.status_code == 400
    assert list(answer.json()["errors"]) == [field]
    assert api.get(f"/api/v1/voices/{voice['id']}/").json() == voice


def test_what_a_provider_cannot_do_is_refused(api: APIClient, settings: Any) -> None:
    settings.ELEVENLABS_API_KEY = "key"
    for wrong in ({"speed": 1.5}, {"pitch": 0.2}):
        sent = {"name": "G", "provider": "elevenlabs", **wrong}
        assert list(api.post("/api/v1/voices/", sent, format="json").json()["errors"]) == list(wrong)


def test_voices_cannot_stand_in_for_each_other_in_a_circle(api: APIClient, voice: dict[str, Any]) -> None:
    second = api.post("/api/v1/voices/", {"name": "B", "backup": voice["id"]}, format="json").json()
    refused = api.patch(f"/api/v1/voices/{voice['id']}/", {"backup": second["id"]}, format="json")
    assert "each other's backup" in refused.json()["errors"]["backup"][0]


def test_a_show_is_given_a_voice_and_its_voice_stays(
    api: APIClient, voice: dict[str, Any], show: Show, other_show: Show
) -> None:
    changed = api.patch(f"/api/v1/shows/{show.id}/", {"voice": voice["id"]}, format="json").json()
    assert changed["voice"] == voice["id"]
    assert api.delete(f"/api/v1/voices/{voice['id']}/").status_code == 409
    others = api.patch(f"/api/v1/shows/{show.id}/", {"voice": str(other_show.voice_id)}, format="json")
    assert list(others.json()["errors"]) == ["voice"]


def test_pronunciations_are_kept_once_each(api: APIClient) -> None:
    sent = {"written": "Nike", "spoken": "naichi"}
    word = api.post("/api/v1/pronunciations/", sent, format="json").json()
    assert word == {"id": word["id"], **sent, "language": ""}
    assert api.post("/api/v1/pronunciations/", sent, format="json").status_code == 409
    address = f"/api/v1/pronunciations/{word['id']}/"
    assert api.patch(address, {"language": "it"}, format="json").json()["language"] == "it"
    assert api.get("/api/v1/pronunciations/").json()["count"] == 1
    wrong = api.patch(address, {"written": "a=b"}, format="json").json()
    assert list(wrong["errors"]) == ["written"]
    assert api.delete(address).status_code == 204

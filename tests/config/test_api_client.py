"""The example client is what the OpenAPI document gives, and works against a server."""

from importlib.util import module_from_spec, spec_from_file_location
from typing import Any

import pytest
from django_scopes import scope

from config.api_client import FILE, client_text
from tenants.api.schema import read_document
from tenants.models import Tenant, User
from tenants.services import create_api_token


def test_the_client_is_up_to_date() -> None:
    found = FILE.read_text(encoding="utf-8")
    assert found == client_text(read_document()), "write it again: python -m config.api_client"


@pytest.fixture
def client_module() -> Any:
    spec = spec_from_file_location("vivavoce_client", FILE)
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.django_db(transaction=True)
def test_the_client_prepares_and_ends_a_live(
    live_server: Any, alice: User, tenant: Tenant, client_module: Any
) -> None:
    with scope(tenant=tenant):
        _, key = create_api_token(tenant=tenant, user=alice, name="Client")
    with client_module.Vivavoce(live_server.url, key) as api:
        show = api.create_show(name="Saturday night", language="en")
        live = api.create_session(show=show["id"], source="bridge")
        assert [each["id"] for each in api.list_sessions(limit=1)["results"]] == [live["id"]]
        with pytest.raises(client_module.ApiError) as refusal:
            api.say(live["id"], text="Hello")
        assert (refusal.value.status, refusal.value.code) == (409, "not_on_air")
        assert api.stop(live["id"])["status"] == "ended"
        assert api.delete_show(show["id"]) == {}

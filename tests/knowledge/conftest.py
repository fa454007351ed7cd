from collections.abc import Callable

import pytest
from django_scopes import scope

from knowledge.models import Source
from knowledge.services.reading import read_source
from knowledge.services.sources import add_source
from tenants.models import Tenant

Add = Callable[..., Source]


@pytest.fixture
def add() -> Add:
    """Call with a workspace, a text and a file's name for a source that was read."""

    def added(tenant: Tenant, text: str | bytes, name: str = "shop.md") -> Source:
        data = text.encode() if isinstance(text, str) else text
        with scope(tenant=tenant):
            source = add_source(tenant=tenant, kind=Source.Kind.FILE, name=name, data=data)
            read_source(tenant.id, source.id)
            source.refresh_from_db()
        return source

    return added

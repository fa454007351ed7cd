from collections.abc import Iterator
from typing import Any

import pytest
import redis as sync_redis
from django_scopes import scope

from livesessions.models.shows import Show
from tenants.models import Tenant
from tests.livesessions.shows.warming.tools import CALL, Voices


@pytest.fixture
def voices(settings: Any, redis_client: sync_redis.Redis) -> Iterator[Voices]:
    """The installation's own service, and no job that waits."""
    settings.ELEVENLABS_API_KEY = "the-installations"
    settings.AUDIO_CACHE_WARM_CHARACTERS = 600
    with Voices() as server:
        settings.ELEVENLABS_BASE_URL = server.url
        yield server


@pytest.fixture
def show(voices: Voices, tenant: Tenant) -> Show:
    """The show that comes with an account, with one invitation; nobody has saved it yet."""
    with scope(tenant=tenant):
        Show.objects.update(calls_to_action=[CALL])
        return Show.objects.select_related("voice", "policy").get()

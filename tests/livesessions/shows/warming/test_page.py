"""A show's tab "Voice" tells how much of what its host is sure to say is recorded."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse
from django_scopes import scope, scopes_disabled

from livesessions.models.shows import Show
from livesessions.shows.voice_cache_warming import warm_show
from speech.services.voices import Provider, change_voice
from tenants.models import User
from tests.livesessions.shows.warming.tools import CALL, Voices, record, texts

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_shows_page_tells_how_much_is_recorded(
    show: Show, voices: Voices, alice: User, client_for: Callable[[User], Client]
) -> None:
    def page() -> str:
        answer = client_for(alice).get(reverse("website:show_voice", args=[show.id]))
        return answer.content.decode()

    assert "recurring line" not in page()
    with scopes_disabled():
        warm_show(show.id, characters=len(CALL))
    lines = len(texts(show))
    assert f"1 of {lines} recurring lines is recorded" in page()
    record(show)
    assert f"{lines} of {lines} recurring lines are recorded" in page()
    with scope(tenant=show.tenant):
        change_voice(voice=show.voice, provider=Provider.ESPEAK)
    assert "recurring line" not in page()

"""The console names what has no price, for it counts towards the spend cap at the highest of its kind."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django_scopes import scope

from livesessions.models.sessions import LiveSession
from tenants.models import User

ClientFor = Callable[[User], Client]
NOTICE = 'id="unpriced"'


@pytest.fixture
def console(alice: User, session: LiveSession, client_for: ClientFor) -> Callable[[], str]:
    def load() -> str:
        return client_for(alice).get(f"/lives/{session.id}/").content.decode()

    return load


def test_without_paid_services_nothing_is_said(console: Callable[[], str]) -> None:
    assert NOTICE not in console()


def test_priced_models_and_voices_need_no_word(console: Callable[[], str], settings: Any) -> None:
    settings.OPENAI_API_KEY, settings.OPENAI_MODEL = "x", "gpt-4o-mini"
    assert NOTICE not in console()


def test_a_model_and_a_voice_without_a_price_are_named_once(
    console: Callable[[], str], session: LiveSession, settings: Any
) -> None:
    settings.OPENAI_API_KEY, settings.OPENAI_MODEL = "x", "llama3.2, gpt-4o-mini, llama3.2"
    settings.AZURE_SPEECH_KEY, settings.AZURE_SPEECH_REGION = "y", "westeurope"
    with scope(tenant=session.tenant):
        voice = session.show.voice
        voice.provider, voice.voice_id = "azure", "it-IT-ElsaNeural"
        voice.save(update_fields=["provider", "voice_id"])
    page = console()
    assert page.count(NOTICE) == 1
    assert page.count("llama3.2") == 1
    notice = page[page.index(NOTICE) :].split("</p>")[0]
    assert "Azure" in notice
    assert "gpt-4o-mini" not in notice


def test_an_installations_own_price_silences_the_notice(
    console: Callable[[], str], settings: Any, tmp_path: Any
) -> None:
    settings.OPENAI_API_KEY, settings.OPENAI_MODEL = "x", "llama3.2"
    path = tmp_path / "prices.toml"
    path.write_text(
        '[[price]]\nprovider = "openai"\nmodel = "llama3.2"\n'
        "usd_per_million = { input_tokens = 0, output_tokens = 0 }\n"
        'source = "our own machine"\nas_of = 2026-11-30\n',
        encoding="utf-8",
    )
    settings.PRICES_FILE = str(path)
    assert NOTICE not in console()


def test_a_stranger_does_not_see_the_page(
    charlie: User, session: LiveSession, client_for: ClientFor, settings: Any
) -> None:
    settings.OPENAI_API_KEY, settings.OPENAI_MODEL = "x", "llama3.2"
    answer = client_for(charlie).get(f"/lives/{session.id}/")
    assert answer.status_code == 403
    assert "llama3.2" not in answer.content.decode()

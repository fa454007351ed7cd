"""Whose key is used, and what becomes of a show whose voice or store does not answer."""

from datetime import UTC, datetime
from typing import Any

import pytest
from django.core.files.storage import InMemoryStorage
from django_scopes import scope, scopes_disabled

from livesessions.models.shows import Show
from livesessions.services.sessions import create_session
from livesessions.shows.voice_cache_warming import warm_show
from providers.fields import EncryptedText
from providers.models import Credential
from providers.services import save_credential
from speech.errors import SpeechError, StoreError
from speech.models import CachedLine
from speech.runtime.preview_slots import exclusive
from speech.runtime.voice_pool import MEASUREMENT_LINES
from speech.services.voices import Provider, change_voice
from tenants.models import Tenant
from tests.fakes.speech_http import Answer
from tests.livesessions.shows.warming.tools import (
    CALL,
    JOBS,
    LATER,
    Voices,
    change,
    kept,
    record,
    run_background_jobs,
    texts,
)

VOICE = Credential.Kind.VOICE

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_workspace_with_a_key_is_recorded_with_it_and_no_other(
    show: Show, other_tenant: Tenant, voices: Voices
) -> None:
    for tenant, key in ((show.tenant, "alices-own"), (other_tenant, "charlies-own")):
        with scope(tenant=tenant):
            save_credential(tenant=tenant, kind=VOICE, provider=Provider.ELEVENLABS, secret=key)
    record(show)
    assert voices.keys == {"alices-own"}
    assert kept(show.tenant) == len(texts(show))
    assert kept(other_tenant) == 0


def test_a_key_that_cannot_be_read_is_replaced_by_none(show: Show, voices: Voices) -> None:
    with scope(tenant=show.tenant):
        save_credential(tenant=show.tenant, kind=VOICE, provider=Provider.ELEVENLABS, secret="alices-own")
        Credential.objects.update(secret=EncryptedText("gone"))
    record(show)
    assert voices.asked == []


def test_a_voice_without_any_key_is_asked_for_nothing(show: Show, voices: Voices, settings: Any) -> None:
    with scope(tenant=show.tenant):
        change_voice(voice=show.voice, provider=Provider.ELEVENLABS)
    settings.ELEVENLABS_API_KEY = ""
    record(show)
    assert voices.asked == []


def test_a_key_that_is_refused_is_tried_once(show: Show, voices: Voices) -> None:
    voices.fail(401)
    change(show, facts="Alice suona il violino.")
    assert run_background_jobs() == 1
    assert voices.texts == [MEASUREMENT_LINES["it"]]
    assert kept(show.tenant) == 0
    with scope(tenant=show.tenant):
        assert create_session(show=show, source="simulator").is_open


def test_a_service_that_fails_is_left_alone_and_tried_again_a_few_times(show: Show, voices: Voices) -> None:
    record(show)
    with scope(tenant=show.tenant):
        CachedLine.objects.all().delete()
    before = len(voices.texts)
    voices.fail(503)
    change(show, facts="Alice suona il violino.")
    assert run_background_jobs() == 4
    assert voices.texts[before:] == [CALL] * 4


def test_what_broke_off_goes_on_where_it_was(show: Show, voices: Voices) -> None:
    change(show, facts="Alice suona il violino.")
    [job] = JOBS.pending()
    voices.fail(503)
    later = datetime.now(UTC).replace(tzinfo=None) + LATER
    JOBS.execute(JOBS.dequeue(), later)
    assert kept(show.tenant) == 0
    [again] = JOBS.scheduled()
    assert again.id == job.id
    voices.answer = Answer()
    run_background_jobs()
    assert kept(show.tenant) == len(texts(show))


def test_a_service_that_hangs_is_not_waited_for(
    show: Show, voices: Voices, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("livesessions.shows.voice_cache_warming.LAST_FIRST_TIMEOUT_S", 0.1)
    voices.answer = Answer(hang=True)
    with pytest.raises(SpeechError):
        record(show)
    assert len(voices.asked) == 1


def test_a_store_that_is_away_costs_one_line_and_is_tried_again(
    show: Show, voices: Voices, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as away:
        away.setattr(InMemoryStorage, "_save", lambda *_: 1 / 0)
        with pytest.raises(StoreError):
            record(show)
    assert voices.texts == [MEASUREMENT_LINES["it"], CALL]
    record(show)
    assert voices.texts[2:] == texts(show)


def test_it_is_done_in_parts_so_that_other_jobs_have_their_turn(
    show: Show, voices: Voices, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("livesessions.shows.voice_cache_warming.BATCH_S", 0.0)
    change(show, facts="Alice suona il violino.")
    lines = len(texts(show))
    assert run_background_jobs() == lines + 1  # the last looks whether there is more
    assert kept(show.tenant) == lines
    assert len(voices.texts) == 1 + lines


def test_one_line_of_a_workspace_is_recorded_at_a_time(show: Show, voices: Voices) -> None:
    with exclusive(show.tenant_id, "recording") as is_free:
        assert is_free
        with scopes_disabled():
            assert warm_show(show.id, characters=600) == 600
    assert voices.asked == []


def test_a_show_that_is_gone_is_asked_about_in_vain(show: Show, voices: Voices) -> None:
    change(show, facts="Alice suona il violino.")
    with scope(tenant=show.tenant):
        show.delete()
    assert run_background_jobs() == 1
    assert voices.asked == []

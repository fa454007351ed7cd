"""What has a show recorded, and how often."""

from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import pytest
import redis as sync_redis
from django.conf import settings as django_settings
from django.db import transaction
from django_scopes import scope

from livesessions.models.shows import Show
from livesessions.shows.services.plans import (
    SegmentValues,
    add_segment,
    change_segment,
    delete_segment,
    replace_plan,
)
from livesessions.shows.services.shows import change_show, create_show
from providers.models import Credential
from providers.services import delete_credential, save_credential
from speech.services.pronunciations import (
    add_pronunciation,
    change_pronunciation,
    delete_pronunciation,
    import_pronunciations,
)
from speech.services.voices import change_voice
from tenants.models import Tenant
from tests.livesessions.shows.warming.tools import JOBS, Voices, change, forget_the_minute, waiting_shows

VOICE = Credential.Kind.VOICE

pytestmark = pytest.mark.django_db(transaction=True)


def test_what_is_saved_ten_times_in_a_minute_is_one_job(show: Show) -> None:
    for number in range(10):
        change(show, facts=f"Sono le {number}.")
    assert waiting_shows() == [str(show.id)]
    [job] = JOBS.pending()
    in_s = (job.eta - datetime.now(UTC).replace(tzinfo=None)).total_seconds()
    assert 0 < in_s <= 61


def test_a_save_that_is_taken_back_is_no_job(show: Show) -> None:
    with suppress(RuntimeError), transaction.atomic():
        change(show, facts="Alice suona il violino.")
        raise RuntimeError
    assert waiting_shows() == []


def test_a_show_is_saved_though_redis_is_away(show: Show, settings: Any) -> None:
    settings.REDIS_URL = "redis://127.0.0.1:1"
    change(show, facts="Alice suona il violino.")


def _word(tenant: Tenant) -> Any:
    return add_pronunciation(tenant=tenant, written="OBS", spoken="o bi esse")


PART = SegmentValues(kind="topic", title="Musica", duration_s=600, talking_points=[])
CHANGES: dict[str, Callable[[Show], object]] = {
    "a show's settings": lambda show: change_show(show=show, facts="Alice suona."),
    "a part of its plan": lambda show: add_segment(show=show, values=PART),
    "its plan": lambda show: replace_plan(show=show, plan=[PART]),
    "its voice": lambda show: change_voice(voice=show.voice, speed=1.1),
    "a new word": lambda show: _word(show.tenant),
    "pasted words": lambda show: import_pronunciations(
        tenant=show.tenant, text="OBS = o bi esse\nTikTok = tic toc"
    ),
    "a new key": lambda show: save_credential(tenant=show.tenant, kind=VOICE, provider="openai", secret="k"),
    "no key": lambda show: delete_credential(tenant=show.tenant, kind=VOICE, provider="openai"),
}


def test_what_changes_how_shows_sound_is_a_job_for_the_workspaces_own(show: Show, other_show: Show) -> None:
    for what, change_it in CHANGES.items():
        with sync_redis.Redis.from_url(django_settings.REDIS_URL) as client:
            client.flushdb()
        with scope(tenant=show.tenant):
            change_it(show)
        assert waiting_shows() == [str(show.id)], what


def test_changes_to_words_and_parts_count_too(show: Show) -> None:
    with scope(tenant=show.tenant):
        word, part = _word(show.tenant), add_segment(show=show, values=PART)
        for change_it in (
            lambda: change_pronunciation(pronunciation=word, spoken="obì esse"),
            lambda: delete_pronunciation(pronunciation=word),
            lambda: change_segment(segment=part, values={**PART, "kind": "closing"}),
            lambda: delete_segment(segment=part),
        ):
            forget_the_minute(show)
            JOBS.flush()
            change_it()
            assert str(show.id) in waiting_shows()


def test_a_new_show_is_a_job_but_not_the_one_that_comes_with_an_account(
    voices: Voices, tenant: Tenant
) -> None:
    assert waiting_shows() == []
    with scope(tenant=tenant):
        show = create_show(tenant=tenant, name="La sera", language="it")
    assert waiting_shows() == [str(show.id)]

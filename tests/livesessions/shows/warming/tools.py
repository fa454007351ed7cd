"""A provider that counts what it is asked for, and the jobs of a show that was saved."""

from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import redis as sync_redis
from django.conf import settings as django_settings
from django_scopes import scope, scopes_disabled

from livesessions.models.shows import Show
from livesessions.shows.services.shows import change_show
from livesessions.shows.voice_cache_warming import recurring_texts, warm_show
from speech.models import CachedLine
from tenants.models import Tenant
from tests.fakes.elevenlabs import FakeElevenLabs
from tests.fakes.speech_http import Answer, Asked, in_pieces
from tests.fakes.synthesizer import tone

JOBS = django_settings.QUEUES["background"]
CALL = "Seguite il profilo di Alice, e ditemi come state questa sera."
LATER = timedelta(days=1)


class Voices(FakeElevenLabs):
    """Each text takes as long as it is; what is in `soft` is said at half the loudness."""

    soft = ""

    def answer_to(self, asked: Asked) -> Answer:
        if self.answer.status != 200 or self.answer.hang:
            return self.answer
        text = asked.body["text"]
        audio = np.frombuffer(tone(0.02 * len(text)), dtype="<i2") // (2 if text == self.soft else 1)
        return Answer(pieces=in_pieces(audio.astype("<i2").tobytes(), 4_800))

    @property
    def texts(self) -> list[str]:
        return [asked.body["text"] for asked in self.asked]

    @property
    def keys(self) -> set[str]:
        return {asked.headers["xi-api-key"] for asked in self.asked}


def change(show: Show, **changes: Any) -> None:
    with scope(tenant=show.tenant):
        change_show(show=show, **changes)


def run_background_jobs() -> int:
    """Do what waits in the queue, and what has still to come; return how many jobs there were."""
    done, later = 0, datetime.now(UTC).replace(tzinfo=None) + LATER
    while waiting := [*filter(None, [JOBS.dequeue()]), *JOBS.read_schedule(later)]:
        for task in waiting:
            JOBS.execute(task, later)
            done += 1
    return done


def waiting_shows() -> list[str]:
    return [task.args[0] for task in JOBS.pending()]


def record(show: Show) -> None:
    """Do what the jobs would do for a show that was saved."""
    left = django_settings.AUDIO_CACHE_WARM_CHARACTERS
    with scopes_disabled():
        while left:
            left = warm_show(show.id, characters=left)


def kept(tenant: Tenant) -> int:
    with scope(tenant=tenant):
        return CachedLine.objects.count()


def texts(show: Show) -> list[str]:
    with scopes_disabled():
        return recurring_texts(Show.objects.select_related("policy").get(id=show.id))


def forget_the_minute(show: Show) -> None:
    with sync_redis.Redis.from_url(django_settings.REDIS_URL) as client:
        assert 0 < client.ttl(f"livesessions:warming:{show.id}") <= 60
        client.delete(f"livesessions:warming:{show.id}")

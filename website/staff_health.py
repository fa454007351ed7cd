"""The health of the installation on one page, for staff: queues, workers, lives, providers and errors."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.contrib import admin
from django.db import connection
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe
from redis.exceptions import RedisError

from livesessions.models.replies import Reply
from livesessions.models.sessions import LiveSession
from livesessions.pipeline.reply.runner import MODEL_UNHEARD
from livesessions.worker.registry import Capacity, read_capacities, read_failing_services
from providers.redis import sync_redis
from rehearsals.models import Rehearsal
from speech.models import VoiceProfile
from tenants.admin import across_tenants

MAX_ROWS = 20
RECENT_LIVES = 50
WELL_ENDED = ("stopped", "killed", "live_ended", "plan_ended")
Status = LiveSession.Status
Provider = VoiceProfile.Provider


@dataclass(frozen=True, slots=True)
class Part:
    """One part of the installation: its name, whether it works, and a figure or a reason in words."""

    name: str
    is_well: bool
    text: str


@require_safe
@across_tenants
def staff_health(request: HttpRequest) -> HttpResponse:
    active = LiveSession.objects.filter(status=Status.ACTIVE)
    failed = LiveSession.objects.filter(ended_at__gt=timezone.now() - timedelta(days=7))
    context = {
        **admin.site.each_context(request),
        "title": _("Health"),
        "parts": [_database(), _redis(), *_queues(), _workers(), *_outside_services()],
        "workers": _capacities(),
        "lives": active.select_related("show", "tenant").order_by("-started_at")[:MAX_ROWS],
        "lives_on_air": active.count(),
        "faults": _faults(),
        "failed_lives": failed.exclude(end_reason__in=WELL_ENDED)
        .select_related("show", "tenant")
        .order_by("-ended_at")[:MAX_ROWS],
        "failed_rehearsals": Rehearsal.objects.filter(status="failed")
        .select_related("show", "tenant")
        .order_by("-created_at")[:MAX_ROWS],
    }
    return render(request, "admin/staff_health.html", context)


def _database() -> Part:
    def ask() -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")

    return Part("PostgreSQL", True, _ms(ask))


def _redis() -> Part:
    try:
        return Part("Redis", True, _ms(lambda: sync_redis().ping()))
    except (RedisError, OSError):
        return Part("Redis", False, _("does not answer"))


def _queues() -> list[Part]:
    found = []
    for name, queue in settings.QUEUES.items():
        title = _("Queue “%(name)s”") % {"name": name}
        try:
            waiting, later = queue.pending_count(), queue.scheduled_count()
        except (RedisError, OSError):
            found.append(Part(title, False, _("cannot be read")))
            continue
        text = _("%(waiting)d waiting, %(later)d for later") % {"waiting": waiting, "later": later}
        found.append(Part(title, waiting < settings.WORKER_CAPACITY, text))
    return found


def _workers() -> Part:
    running = sum(each.running for each in _capacities().values())
    places = sum(each.capacity for each in _capacities().values())
    if not places:
        return Part(_("Workers"), False, _("none runs: lives wait"))
    text = _("%(running)d lives in %(places)d places") % {"running": running, "places": places}
    return Part(_("Workers"), running < places, text)


def _outside_services() -> list[Part]:
    """Return each language model and voice whose circuit breaker is open in a worker; one line if none is."""
    try:
        failing = read_failing_services()
    except (RedisError, OSError):
        return [Part(_("Outside services"), False, _("cannot be read"))]
    if not failing:
        return [Part(_("Outside services"), True, _("no circuit breaker is open"))]
    voices = dict(Provider.choices)
    is_a_voice = _("fails and is paused for a while: the next voice speaks")
    is_a_model = _("fails and is paused for a while: built-in answers and rules take over")
    return [
        Part(str(voices.get(name, name)), False, is_a_voice if name in voices else is_a_model)
        for name in sorted(failing)
    ]


def _capacities() -> dict[str, Capacity]:
    try:
        return read_capacities()
    except (RedisError, OSError):
        return {}


def _faults() -> list[dict[str, Any]]:
    """Return how often each fault of a model or a voice stopped a reply in the newest lives."""
    newest = LiveSession.objects.order_by("-created_at").values_list("id", flat=True)[:RECENT_LIVES]
    faults = Reply.objects.filter(session_id__in=list(newest)).exclude(fault="")
    counted = faults.values("fault", "model", "voice").annotate(replies=Count("id"))
    rows: list[Any] = list(counted.order_by("-replies")[:MAX_ROWS])
    return [{**row, "words": _words_of(row["fault"])} for row in rows]


def _words_of(fault: str) -> str:
    """Return what a reply's fault means, and the fault itself where it names a category of the rules."""
    kind, _separator, detail = fault.partition(":")
    if fault == MODEL_UNHEARD:
        return _("The language model had failed and was paused: a prepared reply was said.")
    words = {
        "planner": _("The language model failed or answered nothing."),
        "speech": _("No voice could say it."),
        "overlay": _("The overlay could not be reached."),
        "policy": _("The rules stopped it."),
    }.get(kind, fault)
    return f"{words} ({detail})" if detail and words != fault else words


def _ms(ask: Callable[[], object]) -> str:
    begun = time.perf_counter()
    ask()
    return f"{(time.perf_counter() - begun) * 1000:.1f} ms"

"""Rehearsals as rows: who may be played next, what came of it, and those that nobody will finish."""

import logging
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models import Q
from django.utils import timezone

from livesessions.models.rehearsals import Rehearsal
from livesessions.models.shows import Show
from livesessions.worker.assembly import build_moderator
from rehearsals.rehearsal.chat import SAMPLES, SIMULATOR, OpenChat, open_recording, open_simulator
from rehearsals.rehearsal.conduct import Rates
from rehearsals.rehearsal.report import make_report
from rehearsals.rehearsal.run import Wishes, rehearse

logger = logging.getLogger(__name__)

Status = Rehearsal.Status

SETTINGS_OF_A_SHOW = ("tenant", "persona", "voice", "policy", "overlay")
UPLOAD = "upload"
SEED = 1
# It takes seconds: one that was begun this long ago has lost its worker, and one that waits has none.
LOST_AFTER_S = 180.0
GIVEN_UP_AFTER = timedelta(minutes=15)


def rehearse_show(*, show: Show, open_chat: OpenChat, wishes: Wishes) -> dict[str, Any]:
    """Play a live of a show through, and return its report. The show's settings must be loaded. Blocks."""
    rates = Rates(show.cooldown_min_s, show.cooldown_max_s, show.answers_per_minute, show.thanks_per_minute)
    notes = rehearse(show, open_chat, wishes)
    return make_report(notes, gate=build_moderator(show.policy), rates=rates)


def play(rehearsal_id: UUID) -> None:
    """Play a rehearsal that waits, and write its report on its row. Any fault ends it as failed. Blocks."""
    rehearsal = _take(rehearsal_id)
    if rehearsal is None:
        return
    try:
        report = _report_of(rehearsal)
    except Exception:
        # The supervised edge: a rehearsal that breaks is told on its page, and the next one goes on.
        logger.exception("rehearsal failed: rehearsal=%s", rehearsal_id)
        _close(rehearsal, Status.FAILED, {"fault": "broken"})
    else:
        _close(rehearsal, Status.DONE, report)


def _take(rehearsal_id: UUID) -> Rehearsal | None:
    """Take a rehearsal; None when it is gone, or another worker was quicker."""
    rows = Rehearsal.objects.filter(id=rehearsal_id)
    if not rows.filter(status=Status.WAITING).update(status=Status.RUNNING):
        return None
    settings_of_show = (f"show__{name}" for name in SETTINGS_OF_A_SHOW)
    rehearsal: Rehearsal = rows.select_related("show", *settings_of_show).get()
    rows.update(report={"began_s": time.time()})
    return rehearsal


def _report_of(rehearsal: Rehearsal) -> dict[str, Any]:
    with _opened(rehearsal) as open_chat:
        wishes = Wishes(minutes=rehearsal.minutes, seed=SEED)
        return rehearse_show(show=rehearsal.show, open_chat=open_chat, wishes=wishes)


@contextmanager
def _opened(rehearsal: Rehearsal) -> Iterator[OpenChat]:
    """Yield how to open the chat: the simulator, a shipped sample, or what was uploaded with the row."""
    language = rehearsal.show.language
    samples = {sample.key: sample for sample in SAMPLES}
    if UPLOAD in rehearsal.report:
        with tempfile.NamedTemporaryFile("w", suffix=".jsonl", encoding="utf-8") as file:
            file.write(rehearsal.report[UPLOAD])
            file.flush()
            yield open_recording(Path(file.name), language=language)
    elif rehearsal.chat == SIMULATOR:
        yield open_simulator(language=language, seed=SEED)
    else:
        yield open_recording(samples[rehearsal.chat].path, language=language)


def _close(rehearsal: Rehearsal, status: str, report: dict[str, Any]) -> None:
    Rehearsal.objects.filter(id=rehearsal.id, status=Status.RUNNING).update(
        status=status, report=report, finished_at=timezone.now()
    )


def settle_rehearsals(now: datetime) -> None:
    """End those whose worker is gone, and forget what is older than words of viewers may be kept."""
    lost = Q(status=Status.RUNNING, report__began_s__lt=now.timestamp() - LOST_AFTER_S)
    unheard = Q(status__in=[Status.WAITING, Status.RUNNING], created_at__lt=now - GIVEN_UP_AFTER)
    Rehearsal.objects.filter(lost | unheard).update(
        status=Status.FAILED, report={"fault": "lost"}, finished_at=now
    )
    oldest = now - timedelta(days=settings.CHAT_TEXT_RETENTION_DAYS)
    Rehearsal.objects.filter(created_at__lt=oldest).delete()

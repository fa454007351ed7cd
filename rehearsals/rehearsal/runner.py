"""Runs the stored rehearsals: takes a waiting one, simulates its live, and stores the report."""

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

from livesessions.models.shows import Show
from livesessions.worker.assembly import build_moderator
from rehearsals.models import Rehearsal
from rehearsals.rehearsal.chat_file import UPLOAD
from rehearsals.rehearsal.chat_source import SAMPLES, SIMULATOR, OpenChat, open_recording, open_simulator
from rehearsals.rehearsal.report import make_report
from rehearsals.rehearsal.rule_checks import PacingLimits
from rehearsals.rehearsal.simulation import RehearsalOptions, simulate_live

logger = logging.getLogger(__name__)

Status = Rehearsal.Status

SHOW_RELATIONS = ("tenant", "persona", "voice", "policy", "overlay")
SEED = 1
# A simulation takes seconds. A row that runs for longer than this has lost its worker, and one that is open
# for longer than the second figure never had one.
LOST_AFTER_S = 180.0
GIVEN_UP_AFTER = timedelta(minutes=15)


def rehearse_show(*, show: Show, open_chat: OpenChat, options: RehearsalOptions) -> dict[str, Any]:
    """Simulate a live of a show and return the report of `make_report`. Blocks.

    `show` must be loaded with its `SHOW_RELATIONS`.
    """
    limits = PacingLimits(
        show.cooldown_min_s, show.cooldown_max_s, show.answers_per_minute, show.thanks_per_minute
    )
    trace = simulate_live(show, open_chat, options)
    return make_report(trace, gate=build_moderator(show.policy), limits=limits)


def run_rehearsal(rehearsal_id: UUID) -> None:
    """Run a waiting rehearsal and store its report; a fault of any kind stores it as failed. Blocks."""
    rehearsal = _claim(rehearsal_id)
    if rehearsal is None:
        return
    try:
        report = _report_of(rehearsal)
    except Exception:
        # The supervised edge: the page shows that the rehearsal failed, and the queue goes on.
        logger.exception("rehearsal failed: rehearsal=%s", rehearsal_id)
        _finish(rehearsal, Status.FAILED, {"fault": "broken"})
    else:
        _finish(rehearsal, Status.DONE, report)


def expire_rehearsals(now: datetime) -> None:
    """Fail rehearsals without a worker; delete those older than viewers' words may be stored."""
    lost = Q(status=Status.RUNNING, report__began_s__lt=now.timestamp() - LOST_AFTER_S)
    never_run = Q(status__in=[Status.WAITING, Status.RUNNING], created_at__lt=now - GIVEN_UP_AFTER)
    Rehearsal.objects.filter(lost | never_run).update(
        status=Status.FAILED, report={"fault": "lost"}, finished_at=now
    )
    oldest = now - timedelta(days=settings.CHAT_TEXT_RETENTION_DAYS)
    Rehearsal.objects.filter(created_at__lt=oldest).delete()


def _claim(rehearsal_id: UUID) -> Rehearsal | None:
    """Mark a waiting rehearsal as running and return it; None when it is gone or claimed already."""
    rows = Rehearsal.objects.filter(id=rehearsal_id)
    if not rows.filter(status=Status.WAITING).update(status=Status.RUNNING):
        return None
    relations = (f"show__{name}" for name in SHOW_RELATIONS)
    rehearsal: Rehearsal = rows.select_related("show", *relations).get()
    rows.update(report={"began_s": time.time()})
    return rehearsal


def _report_of(rehearsal: Rehearsal) -> dict[str, Any]:
    with _opened_chat(rehearsal) as open_chat:
        options = RehearsalOptions(minutes=rehearsal.minutes, seed=SEED)
        return rehearse_show(show=rehearsal.show, open_chat=open_chat, options=options)


@contextmanager
def _opened_chat(rehearsal: Rehearsal) -> Iterator[OpenChat]:
    """Yield how to open the rehearsal's chat: an upload, the simulator or a sample."""
    language = rehearsal.show.language
    if UPLOAD in rehearsal.report:
        with tempfile.NamedTemporaryFile("w", suffix=".jsonl", encoding="utf-8") as file:
            file.write(rehearsal.report[UPLOAD])
            file.flush()
            yield open_recording(Path(file.name), language=language)
    elif rehearsal.chat == SIMULATOR:
        yield open_simulator(language=language, seed=SEED)
    else:
        samples = {sample.key: sample for sample in SAMPLES}
        yield open_recording(samples[rehearsal.chat].path, language=language)


def _finish(rehearsal: Rehearsal, status: str, report: dict[str, Any]) -> None:
    Rehearsal.objects.filter(id=rehearsal.id, status=Status.RUNNING).update(
        status=status, report=report, finished_at=timezone.now()
    )

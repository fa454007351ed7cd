"""Lets each provider say the script of a minute, and measures it at the loudspeaker: `make bench-sound`."""

import json
import os
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

from django.conf import settings
from playwright.sync_api import Page

from bench.calibration import calibration_ms, loop_times_ms
from bench.report import make_report
from tenants.models import User
from tests.overlay import listening, proof
from tests.overlay.conftest import make_overlay
from tests.overlay.hosting import KeepingPublisher
from tests.overlay.listening import Listening
from tests.overlay.provided import PROVIDERS
from tests.overlay.script import REPLIES
from tests.overlay.studio import open_studio

TARGETS = {
    "loudness_lufs": listening.LOUDNESS_LUFS,
    "loudness_within_lu": listening.LOUDNESS_WITHIN_LU,
    "true_peak_dbtp": listening.TRUE_PEAK_DBTP,
    "longest_gap_ms": listening.LONGEST_GAP_MS,
    "missing_samples": listening.FAULTS_FORGIVEN,
    "worst_click": proof.CLICK,
    "caption_within_ms": listening.CAPTION_WITHIN_MS,
}


def test_a_minute_of_each_provider(page: Page, server_url: str, make_user: Callable[[str], User]) -> None:
    overlay = make_overlay(make_user("Alice"))
    with open_studio(overlay.id, settings.REDIS_URL, publisher=KeepingPublisher) as studio:
        bench = Listening(page, server_url, overlay, studio)
        heard = {provider: bench.hear(provider, REPLIES) for provider in PROVIDERS}
    faults = {provider: figures.faults for provider, figures in heard.items()}
    figures = {provider: asdict(figures) for provider, figures in heard.items()}
    report = make_report(figures, (), calibration_ms(loop_times_ms()))
    report |= {"targets": TARGETS, "met": not any(faults.values())}
    Path(os.environ["SOUND_REPORT"]).write_text(json.dumps(report))
    assert report["met"], faults

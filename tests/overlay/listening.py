"""Listens to a host from its replies to the loudspeaker, and says in figures how it sounded."""

import json
import math
import os
import platform
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, cast

import numpy as np
from playwright.sync_api import Page

from overlay.models import Overlay
from tests.overlay import proof
from tests.overlay.hosting import Host, KeepingPublisher, Said
from tests.overlay.provided import PROVIDERS
from tests.overlay.script import Reply
from tests.overlay.studio import Studio
from tests.overlay.tape import Recording, Tape
from tests.overlay.viewing import AUDIBLE, Viewer

LOUDNESS_LUFS, LOUDNESS_WITHIN_LU = -16.0, 1.0
TRUE_PEAK_DBTP = -1.0
LONGEST_GAP_MS = 20.0
# A fault is counted as the 30 ms in which it lies, with 48,000 samples a second.
FAULT_SAMPLES = 1_440
CAPTION_WITHIN_MS = 150.0
AFTER_S = 0.5


@dataclass(frozen=True, slots=True)
class Figures:
    """How one provider's replies were heard."""

    provider: str
    replies: int
    seconds: float
    voiced_s: float
    loudness_lufs: float
    true_peak_dbtp: float
    gaps: int
    longest_gap_ms: float
    missing_samples: int
    worst_click: float
    captions: int
    earliest_caption_ms: float
    latest_caption_ms: float
    median_start_ms: float  # from when a reply's first chunk was sent to when it is heard
    slowest_start_ms: float
    tape_lost_samples: int
    machine: str = f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}"

    @property
    def faults(self) -> list[str]:
        """Where what was heard is not what was said, in words; when it was heard does not count."""
        kept = {
            "the recorder itself has missed something": self.tape_lost_samples == 0,
            "loudness": abs(self.loudness_lufs - LOUDNESS_LUFS) <= LOUDNESS_WITHIN_LU,
            "true peak": self.true_peak_dbtp <= TRUE_PEAK_DBTP,
            "missing samples": self.missing_samples <= FAULT_SAMPLES * (self.gaps + 1),
            "click": self.worst_click < proof.CLICK,
            "a caption never came": not math.isnan(self.latest_caption_ms),
        }
        return [fault for fault, is_kept in kept.items() if not is_kept]


class Listening:
    """One page, on whose loudspeaker hosts are listened to one after the other."""

    def __init__(self, page: Page, server_url: str, overlay: Overlay, studio: Studio) -> None:
        self._studio = studio
        self._publisher = cast("KeepingPublisher", studio.publisher)
        self._tape = Tape(page)
        self.viewer = Viewer(page, server_url)
        self.viewer.open(overlay)
        self._tape.wait_until_it_runs()

    def check(self, provider: str, replies: Sequence[Reply]) -> Figures:
        """Have replies said, and fail where what was heard differs; every figure is printed first."""
        figures = self.hear(provider, replies)
        print(json.dumps(asdict(figures)))
        assert not figures.faults, f"{provider}: {', '.join(figures.faults)}"
        return figures

    def hear(self, provider: str, replies: Sequence[Reply]) -> Figures:
        """Have replies said, and return how they sounded."""
        self._publisher.said.clear()
        heard_before = [each.samples.size for each in self._tape.recordings()]
        with PROVIDERS[provider](self._studio.do) as provided:
            voices = {language: provided.voices[language] for language, _ in replies}
            host = Host(provided.synthesizer, voices)
            self._studio.do(host.get_ready())
            for language, sentences in replies:
                self._studio.do(host.reply(self._publisher, language, sentences))
        said = list(self._publisher.said.values())
        assert len(said) == len(replies)
        self.viewer.wait_for_report("ended", said[-1].id)
        self.viewer.page.wait_for_timeout(1000 * AFTER_S)  # the recorder's last batch, and the captions'
        return self._figures(provider, said, heard_before)

    def _figures(self, provider: str, said: list[Said], heard_before: list[int]) -> Figures:
        recordings = self._tape.recordings()
        index, recording = next(
            (i, each) for i, each in enumerate(recordings) if each.rate_hz == said[0].rate_hz
        )
        played = proof.find_all(
            said, recording, after=heard_before[index] if index < len(heard_before) else 0
        )
        shown = proof.captions_on(index, self._tape.shown())
        delays = [ms for each in played for ms in proof.caption_delays_ms(each, recording, shown)]
        clicks = [proof.worst_click(each, recording) for each in played]
        gaps = [gap for each in played for gap in each.gaps_ms]
        heard = _between(recording, played[0].start, played[-1].end)
        starts_ms = [self._start_ms(each) for each in said]
        return Figures(
            provider=provider,
            replies=len(said),
            seconds=round(heard.size / recording.rate_hz, 2),
            voiced_s=round(sum(each.samples.size for each in said) / recording.rate_hz, 2),
            loudness_lufs=round(proof.loudness_lufs(heard, recording.rate_hz), 2),
            true_peak_dbtp=round(proof.true_peak_dbtp(heard), 2),
            gaps=len(gaps),
            longest_gap_ms=round(max(gaps, default=0.0), 1),
            missing_samples=sum(each.missing for each in played),
            worst_click=round(max(clicks), 4),
            captions=len(delays),
            earliest_caption_ms=round(float(np.min(delays)), 1),
            latest_caption_ms=round(float(np.max(delays)), 1),
            median_start_ms=round(float(np.median(starts_ms)), 1),
            slowest_start_ms=round(max(starts_ms), 1),
            tape_lost_samples=recording.lost,
        )

    def _start_ms(self, said: Said) -> float:
        sent_ms = 1000 * said.sent_at
        return next(at - sent_ms for at, level in self.viewer.heard(sent_ms) if level > AUDIBLE)


def _between(recording: Recording, start: int, end: int) -> Any:
    return recording.samples[max(start, 0) : end]

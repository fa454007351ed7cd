"""Measures how a host sounds at the loudspeaker of an overlay's page, and how soon the page reacts."""

import os
import statistics
import time
from argparse import ArgumentParser
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import asdict
from typing import Any, cast
from uuid import UUID

from django.conf import settings
from django_scopes import scope
from playwright.sync_api import Browser, Page, sync_playwright

from bench.environment import (
    CHROMIUM_ARGUMENTS,
    find_chromium,
    free_port,
    running_server,
    temporary_tenant,
)
from bench.report import Target, reported
from livesessions.shows.services.shows import create_show
from overlay.models import Overlay
from speech.stage.audio import AudioChunk
from tests.fakes.link import FakeLink
from tests.overlay import listening, proof
from tests.overlay.hosting import KeepingPublisher
from tests.overlay.listening import Figures, Listening
from tests.overlay.network import open_network
from tests.overlay.provided import PROVIDERS
from tests.overlay.reactions import FAULTS, noticed_after_s, show_words, silent_after_ms, words_due
from tests.overlay.script import REPLIES, replies_of
from tests.overlay.studio import Studio, open_studio
from tests.overlay.viewing import Viewer

TARGETS = (
    Target("worst.loudness_off_lu", at_most=listening.LOUDNESS_WITHIN_LU),
    Target("worst.true_peak_dbtp", at_most=listening.TRUE_PEAK_DBTP),
    Target("worst.longest_gap_ms", at_most=listening.LONGEST_GAP_MS),
    Target("worst.missing_samples", at_most=listening.FAULT_SAMPLES),
    Target("worst.click", at_most=proof.CLICK),
    Target("worst.caption_off_ms", at_most=listening.CAPTION_WITHIN_MS),
    Target("silent_after_mute_ms.max", at_most=200.0),
    Target("fault_noticed_s.max", at_most=3.0),
    Target("word_off_ms.max", at_most=150.0),
    # Its latency, its first chunk, what a page holds back, and 300 ms for everything else.
    Target("narrow_link.median_start_ms", at_most=800.0),
    Target("slow_page.share_of_voice_spent_sending", at_most=0.1),
)
HIGH_VOICE = "azure, 48 kHz"
NARROW_BITS_PER_S, LATENCY_S = 1_000_000, 0.05
TOO_NARROW_BITS_PER_S = 384_000  # half of the high voice
MUTES = 10


class TimedPublisher(KeepingPublisher):
    """Adds up how long the worker waits for chunks to be sent."""

    spent_s = 0.0

    async def audio(self, utterance_id: UUID, sequence: int, chunk: AudioChunk) -> None:
        began_s = time.perf_counter()
        await super().audio(utterance_id, sequence, chunk)
        self.spent_s += time.perf_counter() - began_s


def main(arguments: Sequence[str] | None = None) -> None:
    parser = ArgumentParser(prog="python -m bench.sound", description=__doc__)
    parser.add_argument("--replies", type=int, default=None, help="of each provider; all take a minute")
    parser.add_argument("--providers", nargs="+", choices=list(PROVIDERS), default=list(PROVIDERS))
    asked = parser.parse_args(arguments)
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"  # Playwright's loop runs in this thread
    with reported(TARGETS) as figures:
        figures |= measure(asked.replies, asked.providers)


def measure(replies: int | None = None, chosen: Sequence[str] = tuple(PROVIDERS)) -> dict[str, Any]:
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    with ExitStack() as stack:
        tenant = stack.enter_context(temporary_tenant())
        with scope(tenant=tenant):
            overlay = create_show(tenant=tenant, name="Bench", language="it").overlay
        stack.enter_context(running_server(port))
        browser = stack.enter_context(_browser())
        publisher = open_studio(overlay.id, settings.REDIS_URL, publisher=TimedPublisher)
        studio = stack.enter_context(publisher)
        providers = _providers(browser, url, overlay, studio, replies, chosen)
        return {
            "worst": _worst(providers),
            **_reactions(browser, url, overlay, studio),
            "narrow_link": asdict(_over_narrow_link(browser, url, overlay, studio)),
            "slow_page": _beside_slow_page(browser, url, overlay, studio),
            "providers": {figures.provider: asdict(figures) for figures in providers},
        }


@contextmanager
def _browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        arguments = list(CHROMIUM_ARGUMENTS)
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=arguments)
        try:
            yield browser
        finally:
            browser.close()


@contextmanager
def _page(browser: Browser) -> Iterator[Page]:
    page = browser.new_page()
    try:
        yield page
    finally:
        page.close()


def _providers(
    browser: Browser, url: str, overlay: Overlay, studio: Studio, replies: int | None, chosen: Sequence[str]
) -> list[Figures]:
    with _page(browser) as page:
        bench = Listening(page, url, overlay, studio)
        return [bench.hear(provider, replies_of(provider)[:replies]) for provider in chosen]


def _worst(heard: Sequence[Figures]) -> dict[str, float]:
    """Return the worst figure of all providers; a caption may be early or late."""
    return {
        "loudness_off_lu": round(max(abs(each.loudness_lufs - listening.LOUDNESS_LUFS) for each in heard), 2),
        "true_peak_dbtp": max(each.true_peak_dbtp for each in heard),
        "longest_gap_ms": max(each.longest_gap_ms for each in heard),
        "missing_samples": max(each.missing_samples for each in heard),
        "click": max(each.worst_click for each in heard),
        "caption_off_ms": max(max(-each.earliest_caption_ms, each.latest_caption_ms) for each in heard),
    }


def _reactions(browser: Browser, url: str, overlay: Overlay, studio: Studio) -> dict[str, Any]:
    with _page(browser) as page:
        viewer = Viewer(page, url)
        viewer.open(overlay)
        viewer.wait_for_sign("sound", state="ok")
        mutes_ms = [silent_after_ms(viewer, studio) for _ in range(MUTES)]
        shown = show_words(viewer, studio)
        faults_s = {fault: round(noticed_after_s(viewer, studio, fault), 2) for fault in FAULTS}
    off_ms = [at - due for (_, at), (_, due) in zip(shown, words_due(), strict=True)]
    return {
        "silent_after_mute_ms": {"p50": round(statistics.median(mutes_ms)), "max": round(max(mutes_ms))},
        "fault_noticed_s": {**faults_s, "max": max(faults_s.values())},
        "word_off_ms": {"p50": round(statistics.median(off_ms)), "max": round(max(map(abs, off_ms)))},
    }


def _over_narrow_link(browser: Browser, url: str, overlay: Overlay, studio: Studio) -> Figures:
    """Listen to the best voice over one megabit a second."""
    down, up = FakeLink(bits_per_s=NARROW_BITS_PER_S, latency_s=LATENCY_S), FakeLink(latency_s=LATENCY_S)
    with open_network(url, down=down, up=up) as network, _page(browser) as page:
        bench = Listening(page, network.url, overlay, studio)
        page.wait_for_load_state("networkidle")
        return bench.hear(HIGH_VOICE, REPLIES[:4])


def _beside_slow_page(browser: Browser, url: str, overlay: Overlay, studio: Studio) -> dict[str, float]:
    """Listen while another page cannot follow; return what sending cost, as a share of the voice's time."""
    publisher = cast("TimedPublisher", studio.publisher)
    with (
        open_network(url, down=FakeLink(bits_per_s=TOO_NARROW_BITS_PER_S)) as network,
        _page(browser) as slow_page,
        _page(browser) as page,
    ):
        Viewer(slow_page, network.url).open(overlay)
        bench = Listening(page, url, overlay, studio)
        publisher.spent_s = 0.0
        figures = bench.hear(HIGH_VOICE, REPLIES[:3])
    return {
        "share_of_voice_spent_sending": round(publisher.spent_s / figures.voiced_s, 3),
        "longest_gap_ms_elsewhere": figures.longest_gap_ms,
    }


if __name__ == "__main__":
    main()

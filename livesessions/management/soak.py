"""What a long talk does to a page and to the servers: times and memory go in, slopes and drift come out."""

import resource
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

MEGABYTE = 1 << 20
SETTLED_FROM = 0.2  # of the run; before, caches fill

# Notes when each utterance begins and ends, on the sound's clock and on the page's.
LEDGER = """
(() => {
  window.ledger = [];
  const send = WebSocket.prototype.send;
  WebSocket.prototype.send = function (data) {
    if (/"type":"(started|ended|cut_done)"/.test(data)) {
      const { context } = vivavoce.player;
      ledger.push({ ...JSON.parse(data), sound_s: context.currentTime, page_s: performance.now() / 1000 });
    }
    return send.call(this, data);
  };
})();
"""


@dataclass(slots=True)
class Series:
    """A quantity in megabytes over minutes."""

    points: list[tuple[float, float]] = field(default_factory=list)

    def add(self, minutes: float, megabytes: float) -> None:
        self.points.append((minutes, megabytes))

    @property
    def slope(self) -> float:
        """Megabytes a minute, by least squares, from when the run has settled."""
        settled = [point for point in self.points if point[0] >= SETTLED_FROM * self.points[-1][0]]
        mean_x = sum(x for x, _ in settled) / len(settled)
        mean_y = sum(y for _, y in settled) / len(settled)
        spread = sum((x - mean_x) ** 2 for x, _ in settled)
        return sum((x - mean_x) * (y - mean_y) for x, y in settled) / spread if spread else 0.0

    def summary(self) -> dict[str, float]:
        first, last = self.points[0][1], self.points[-1][1]
        return {"start_mb": round(first, 1), "end_mb": round(last, 1), "mb_per_minute": round(self.slope, 3)}


def rss_mb(pid: int) -> float:
    """Return what a process holds of the memory. Linux only."""
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * resource.getpagesize() / MEGABYTE


def playing(ledger: Sequence[dict[str, Any]], durations_s: dict[str, float]) -> dict[str, Any]:
    """Compare how long each utterance was with how long it took to play."""
    begun = {entry["utterance"]: entry for entry in ledger if entry["type"] == "started"}
    drift_s = worst_s = sent_s = 0.0
    ended = [
        entry
        for entry in ledger
        if entry["type"] == "ended" and entry["utterance"] in begun and entry["utterance"] in durations_s
    ]
    for entry in ended:
        duration_s = durations_s[entry["utterance"]]
        took_s = entry["page_s"] - begun[entry["utterance"]]["page_s"]
        sent_s += duration_s
        drift_s += took_s - duration_s
        worst_s = max(worst_s, abs(took_s - duration_s))
    first, last = ledger[0], ledger[-1]
    sound_s, page_s = last["sound_s"] - first["sound_s"], last["page_s"] - first["page_s"]
    return {
        "utterances": len(ended),
        "not_ended": len(durations_s) - len(ended),
        "audio_s": round(sent_s, 2),
        "drift_ms": round(1000 * drift_s, 1),
        "worst_utterance_ms": round(1000 * worst_s, 1),
        "sound_clock_off_ms": round(1000 * (sound_s - page_s), 1),
        "underruns": sum(entry.get("underruns") or 0 for entry in ended),
        "underrun_ms": sum(entry.get("underrun_ms") or 0 for entry in ended),
        "unheard_ms": round(1000 * sent_s - sum(entry["played_ms"] for entry in ended)),
    }


@contextmanager
def opened_page(executable: str, arguments: Sequence[str], address: str) -> Iterator[Any]:
    """A page of a browser of its own, connected. Needs Playwright, which only development has."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=list(arguments))
        try:
            page = browser.new_page()
            page.add_init_script(LEDGER)
            page.goto(address)
            page.wait_for_selector("[data-connected=true]")
            yield page
        finally:
            browser.close()

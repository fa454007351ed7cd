"""Computes from times and memory samples how playback drifts and how memory grows."""

import resource
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Any

MEGABYTE = 1 << 20
AT_THE_ENDS = 3  # utterances at either end, whose median counts
SETTLED_FROM = 0.2  # of the run; before, caches fill

# Notes when each utterance begins and ends, on the sound's clock and on the page's.
LEDGER = """
(() => {
  window.ledger = [];
  const send = WebSocket.prototype.send;
  WebSocket.prototype.send = function (data) {
    if (/"type":"(started|ended|cut_done)"/.test(data)) {
      const sound_s = vivavoce.player.context.currentTime;
      const page_s = (performance.timeOrigin + performance.now()) / 1000;
      ledger.push({ ...JSON.parse(data), sound_s, page_s });
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


def tree_rss_mb(pid: int) -> float:
    """Return what a process and its children hold of the memory together. Linux only."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return rss_mb(pid) + sum(tree_rss_mb(int(child)) for child in children)


def playing(ledger: Sequence[dict[str, Any]], said: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Compare when and how long each utterance was sent with when and how long it was played.

    `drift_ms` is by how much more the last ones end after what was sent than the first ones did. `worst_ms`
    is by how much longer or shorter one took than what was sent, at most: on the sound's own clock, which the
    player goes by, and on the page's, which goes on where a busy machine keeps the sound waiting.
    """
    begun = {entry["utterance"]: entry for entry in ledger if entry["type"] == "started"}
    ended = {entry["utterance"]: entry for entry in ledger if entry["type"] == "ended"}
    whole = [each for each in said if each["utterance"] in begun and each["utterance"] in ended]
    if not whole:
        raise ValueError("The page has played nothing to its end.")
    pairs = [(each, begun[each["utterance"]], ended[each["utterance"]]) for each in whole]
    late_s = [end["page_s"] - each["sent_at"] - each["duration_s"] for each, _, end in pairs]
    on_sound_s = [end["sound_s"] - start["sound_s"] - each["duration_s"] for each, start, end in pairs]
    on_page_s = [end["page_s"] - start["page_s"] - each["duration_s"] for each, start, end in pairs]
    return {
        "utterances": len(whole),
        "not_ended": len(said) - len(whole),
        "audio_s": round(sum(each["duration_s"] for each in whole), 2),
        "drift_ms": round(1000 * (median(late_s[-AT_THE_ENDS:]) - median(late_s[:AT_THE_ENDS])), 1),
        "worst_ms": {"sound": _worst_ms(on_sound_s), "page": _worst_ms(on_page_s)},
        "underruns": sum(end.get("underruns") or 0 for _, _, end in pairs),
        "underrun_ms": sum(end.get("underrun_ms") or 0 for _, _, end in pairs),
    }


def _worst_ms(seconds: Sequence[float]) -> float:
    return round(1000 * max(map(abs, seconds)), 1)


@contextmanager
def opened_page(
    executable: str, arguments: Sequence[str], address: str, *, canvas: tuple[int, int] = (1280, 720)
) -> Iterator[Any]:
    """A page of a browser of its own, connected. Needs Playwright, which only development has."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=list(arguments))
        try:
            width, height = canvas
            page = browser.new_page(viewport={"width": width, "height": height})
            page.add_init_script(LEDGER)
            page.goto(address)
            page.wait_for_selector("[data-connected=true]")
            yield page
        finally:
            browser.close()

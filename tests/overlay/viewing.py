"""A browser on an overlay, with an ear on its loudspeaker and an eye on its socket."""

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID

from playwright.sync_api import Frame, Page, WebSocket

from overlay.models import Overlay
from tests.patience import PATIENCE_MS, PATIENCE_S, POLL_S

# Notes the loudness every few milliseconds, with the machine's time, and every caption.
EAR = """
window.heard = [];
window.captions = [];
window.captionTimes = [];
addEventListener("DOMContentLoaded", () => {
  const caption = document.getElementById("caption-text");
  const note = () => {
    window.captions.push(caption.textContent);
    window.captionTimes.push(Date.now());
  };
  new MutationObserver(note).observe(caption, { childList: true });
});
setInterval(() => {
  if (window.vivavoce) window.heard.push([Date.now(), vivavoce.player.level]);
}, 5);
"""
AUDIBLE = 0.01  # the tests' tone has an RMS of 0.35
# Waits for one condition after the other, picture by picture.
WAIT = """(async () => {
  const until = performance.now() + %(patience_ms)d;
  for (const [holds, words] of [%(conditions)s]) {
    while (!holds()) {
      if (performance.now() > until) throw new Error(`It never came: ${words}`);
      await new Promise(requestAnimationFrame);
    }
  }
})()"""


def _waiting_for(*conditions: str) -> str:
    pairs = (f"[() => {condition}, {json.dumps(condition)}]" for condition in conditions)
    return WAIT % {"patience_ms": PATIENCE_MS, "conditions": ", ".join(pairs)}


def wait_in_page(page: Page | Frame, condition: str) -> None:
    """Wait until a JavaScript expression holds in a page."""
    # Not wait_for_function: it needs eval, which the pages' policy forbids.
    page.evaluate(_waiting_for(condition))


@contextmanager
def watching(page: Page, *conditions: str) -> Iterator[None]:
    """Run the block, and see in the page that conditions have held since its start, one after the other.

    It is for what passes: a slow test would look for it too late.
    """
    page.evaluate(f"() => {{ window.watching = {_waiting_for(*conditions)}; }}")
    yield
    page.evaluate("window.watching")


class Viewer:
    """Opens an overlay's page and keeps what it reported, complained about and asked for."""

    def __init__(self, page: Page, base_url: str) -> None:
        self.page = page
        self.base_url = base_url
        self.reports: list[dict[str, Any]] = []  # on utterances
        self.signs: list[dict[str, Any]] = []  # of the page itself
        self.complaints: list[str] = []
        self.requests: list[str] = []
        page.set_default_timeout(PATIENCE_MS)
        page.add_init_script(EAR)
        page.on("websocket", self._watch)
        page.on("console", lambda message: self.complaints.append(message.text))
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("request", lambda request: self.requests.append(request.url))

    def open(self, overlay: Overlay, query: str = "") -> None:
        self.page.goto(f"{self.base_url}/overlay/{overlay.token}/{query}")
        self.wait_until_connected()

    def wait_until_connected(self) -> None:
        self.page.wait_for_selector("[data-connected=true]")

    def wait_until_heard(self) -> None:
        """Wait until the host is heard now; it must speak for long enough that a slow test still hears it."""
        wait_in_page(self.page, f"vivavoce.player.level >= {AUDIBLE}")

    def wait_for_report(self, kind: str, utterance: UUID) -> dict[str, Any]:
        """Return the page's report of this type on the utterance, once it has come."""
        deadline_s = time.monotonic() + PATIENCE_S
        while True:
            assert time.monotonic() < deadline_s, self.reports
            for report in self.reports:
                if report["type"] == kind and report["utterance"] == str(utterance):
                    return report
            self._look_again()

    def wait_for_sign(self, kind: str, **values: Any) -> dict[str, Any]:
        """Return the page's word on itself that has these values, once it has come."""
        deadline_s = time.monotonic() + PATIENCE_S
        while True:
            assert time.monotonic() < deadline_s, self.signs
            for sign in self.signs:
                if sign["type"] == kind and values.items() <= sign.items():
                    return sign
            self._look_again()

    def _look_again(self) -> None:
        # Not the socket's next frame: on a busy machine the page may go on with another socket.
        self.page.wait_for_timeout(1000 * POLL_S)

    def heard(self, after_ms: float = 0) -> list[tuple[int, float]]:
        """What was heard since then: times in ms since 1970, and loudness."""
        samples: list[tuple[int, float]] = self.page.evaluate("window.heard")
        return [(at, level) for at, level in samples if at >= after_ms]

    def captions(self) -> list[str]:
        """What was shown so far; an empty text when the caption went away."""
        texts: list[str] = self.page.evaluate("window.captions")
        return texts

    def captions_at_ms(self) -> list[int]:
        """When each of the captions was shown, in ms since 1970."""
        times_ms: list[int] = self.page.evaluate("window.captionTimes")
        return times_ms

    def _watch(self, websocket: WebSocket) -> None:
        self.websocket = websocket
        websocket.on("framesent", self._note)

    def _note(self, payload: str | bytes) -> None:
        message = json.loads(payload)
        (self.reports if "utterance" in message else self.signs).append(message)

"""A browser on an overlay, with an ear on its loudspeaker and an eye on its socket."""

import json
import time
from typing import Any
from uuid import UUID

from playwright.sync_api import Page, WebSocket

from overlay.models import Overlay
from tests.patience import PATIENCE_MS, PATIENCE_S

# Notes the loudness every few milliseconds, with the machine's time, and every caption.
EAR = """
window.heard = [];
window.captions = [];
addEventListener("DOMContentLoaded", () => {
  const caption = document.getElementById("caption-text");
  new MutationObserver(() => window.captions.push(caption.textContent)).observe(caption, { childList: true });
});
setInterval(() => {
  if (window.vivavoce) window.heard.push([Date.now(), vivavoce.player.level]);
}, 5);
"""
AUDIBLE = 0.01  # the tests' tone has an RMS of 0.35


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
        # Not wait_for_function: it needs eval, which the page's policy forbids.
        self.page.evaluate(
            """async (audible) => {
              while (vivavoce.player.level < audible) await new Promise(requestAnimationFrame);
            }""",
            AUDIBLE,
        )

    def wait_for_report(self, kind: str, utterance: UUID) -> dict[str, Any]:
        """Return the page's report of this type on the utterance, once it has come."""
        deadline_s = time.monotonic() + PATIENCE_S
        while True:
            assert time.monotonic() < deadline_s, self.reports
            for report in self.reports:
                if report["type"] == kind and report["utterance"] == str(utterance):
                    return report
            self.websocket.wait_for_event("framesent", timeout=PATIENCE_MS)

    def wait_for_sign(self, kind: str, **values: Any) -> dict[str, Any]:
        """Return the page's word on itself that has these values, once it has come."""
        deadline_s = time.monotonic() + PATIENCE_S
        while True:
            assert time.monotonic() < deadline_s, self.signs
            for sign in self.signs:
                if sign["type"] == kind and values.items() <= sign.items():
                    return sign
            self.websocket.wait_for_event("framesent", timeout=PATIENCE_MS)

    def heard(self, after_ms: float = 0) -> list[tuple[int, float]]:
        """What was heard since then: times in ms since 1970, and loudness."""
        samples: list[tuple[int, float]] = self.page.evaluate("window.heard")
        return [(at, level) for at, level in samples if at >= after_ms]

    def captions(self) -> list[str]:
        """What was shown so far; an empty text when the caption went away."""
        texts: list[str] = self.page.evaluate("window.captions")
        return texts

    def _watch(self, websocket: WebSocket) -> None:
        self.websocket = websocket
        websocket.on("framesent", self._note)

    def _note(self, payload: str | bytes) -> None:
        message = json.loads(payload)
        (self.reports if "utterance" in message else self.signs).append(message)

"""Makes a page react to a mute, a fault of its sound, a sentence: tests see how, and a bench when."""

import time
from itertools import pairwise
from uuid import uuid4

from playwright.sync_api import Page

from tests.overlay.studio import Studio, tone
from tests.overlay.viewing import AUDIBLE, Viewer, wait_in_page

# Faults of a page's sound, by the name under which the page reports them.
FAULTS = {
    "blocked": """() => {
      const { context } = vivavoce.player;
      context.resume = async () => {};
      void context.suspend();
    }""",
    "stalled": """() => {
      const { context } = vivavoce.player;
      const { currentTime } = context;
      Object.defineProperty(context, "currentTime", { get: () => currentTime });
    }""",
    "silent": "() => { vivavoce.player.output.volume.gain.value = 0; }",
}
SENTENCES = (("Ciao Marta benvenuta da Palermo stasera.", 2.4), ("Giochiamo tutti insieme adesso?", 1.8))
WATCH_WORDS = """
window.words = [];
new MutationObserver((changes) => {
  for (const { target } of changes) {
    if (target.classList.contains("said")) window.words.push([target.textContent, performance.now()]);
  }
}).observe(document.getElementById("caption-text"), { subtree: true, attributeFilter: ["class"] });
const listen = () => {
  if (vivavoce.player.level > 0.01) window.begun ??= performance.now();
  else requestAnimationFrame(listen);
};
listen();
"""
SILENT_FOR_MS = 150


def break_sound(page: Page, fault: str) -> None:
    page.evaluate(FAULTS[fault])


def wait_until_well(page: Page) -> None:
    """Wait until the page has healed its sound."""
    wait_in_page(page, "vivavoce.watch.state === 'ok'")


def wait_until_silent(page: Page) -> None:
    wait_in_page(page, "vivavoce.player.level === 0")


def noticed_after_s(viewer: Viewer, studio: Studio, fault: str) -> float:
    """Break a page's sound, and return after how many seconds the page reports it. It heals afterwards."""
    viewer.signs.clear()
    utterance = uuid4()
    studio.do(studio.publisher.begin(utterance, "Una storia."))
    studio.sound(utterance, 0, tone(8.0))
    viewer.wait_for_report("started", utterance)
    began_s = time.monotonic()
    break_sound(viewer.page, fault)
    viewer.wait_for_sign("sound", state=fault)
    took_s = time.monotonic() - began_s
    studio.do(studio.publisher.cut(utterance))
    wait_until_well(viewer.page)
    return took_s


def silent_after_ms(viewer: Viewer, studio: Studio) -> float:
    """Mute the host while it is heard, and return after how many milliseconds it is silent."""
    utterance = uuid4()
    studio.do(studio.publisher.begin(utterance, "Una storia molto lunga."))
    studio.sound(utterance, 0, tone(5.0))
    viewer.wait_until_heard()
    muted_ms = 1000 * time.time()
    studio.do(studio.publisher.set_muted(True))
    viewer.wait_for_report("cut_done", utterance)
    viewer.page.wait_for_timeout(2 * SILENT_FOR_MS)
    studio.do(studio.publisher.set_muted(False))
    viewer.page.wait_for_selector("[data-muted=false]")
    loud = [at - muted_ms for at, level in viewer.heard(muted_ms) if level > AUDIBLE]
    return next((a for a, b in pairwise(loud) if b - a > SILENT_FOR_MS), loud[-1] if loud else 0.0)


def show_words(viewer: Viewer, studio: Studio) -> list[tuple[str, float]]:
    """Have two sentences said; return each word, and how many ms after the first sound it appeared."""
    viewer.page.evaluate(WATCH_WORDS)
    (first, first_s), (second, second_s) = SENTENCES
    utterance = uuid4()
    studio.do(studio.publisher.begin(utterance, first))
    sequence = studio.sound(utterance, 0, tone(first_s))
    studio.do(studio.publisher.caption(utterance, second, round(1000 * first_s)))
    studio.sound(utterance, sequence, tone(second_s))
    studio.do(studio.publisher.end(utterance, round(1000 * (first_s + second_s))))
    viewer.wait_for_report("ended", utterance)
    shown, begun = viewer.page.evaluate("[window.words, window.begun]")
    return [(word, at - begun) for word, at in shown]


def words_due() -> list[tuple[str, float]]:
    """Return each word of the sentences, and how many ms after the first sound it is spoken."""
    due: list[tuple[str, float]] = []
    start_ms = 0.0
    for text, length_s in SENTENCES:
        share_ms = 1000 * length_s / len(text)
        due.extend((word, start_ms + share_ms * text.index(word)) for word in text.split())
        start_ms += 1000 * length_s
    return due

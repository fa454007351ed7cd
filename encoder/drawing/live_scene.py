"""Turns what happens in a live into what a picture shows at a moment."""

from collections import deque
from collections.abc import Iterable, Mapping

from encoder.drawing.alerts import AlertQueue
from encoder.drawing.scene import MOUTHS, ChatLine, PictureScene

MOST_LINES = 8
REMEMBERED = 200
HOLD_S = 0.9  # the last words of an utterance stay for a moment
READ_S, READ_CHARACTER_S = 2.5, 0.06  # for a caption without a voice
GAIN = 4.5  # speech is at about 0.1
MOUTH_EVERY_S = 0.1
BLINK_EVERY_S, BLINK_S = 4.6, 0.14


class LiveScene:
    """Takes the events of a live; `at` says what is shown. It is not shared by threads.

    - Chat: `add_line`, `retract`, `set_lines`. A line of a gift, a follow or a subscription is an alert too.
    - Caption: `speak` while a voice is heard, `rest` at its end, `show` for a text that nobody says.
    - Face: `set_level`, the loudness (RMS, 0 to 1) of the voice that sounds now.
    """

    def __init__(self, badge: str, words: Mapping[str, str]) -> None:
        self._badge, self._words = badge, dict(words)
        self._lines: deque[ChatLine] = deque(maxlen=MOST_LINES)
        self._retracted: deque[str] = deque(maxlen=REMEMBERED)
        self._alerts = AlertQueue()
        self._caption = ""
        self._hidden_after_s: float | None = None  # how long from the next moment on; then the moment itself
        self._hidden_at_s: float | None = None
        self._level = 0.0
        self._mouth = 0
        self._mouth_at_s = 0.0

    def add_line(self, line: ChatLine) -> None:
        """Add the newest line."""
        if line.id in self._retracted or any(each.id == line.id for each in self._lines):
            return
        self._lines.append(line)
        self._alerts.add(line)

    def retract(self, ids: Iterable[str]) -> None:
        """Remove lines, also those that come later."""
        gone = set(ids)
        self._retracted.extend(gone)
        self._lines = deque((line for line in self._lines if line.id not in gone), maxlen=MOST_LINES)

    def set_lines(self, lines: Iterable[ChatLine]) -> None:
        """Replace all lines; none of them is an alert."""
        self._lines = deque(lines, maxlen=MOST_LINES)

    def speak(self, text: str) -> None:
        """Show a sentence whose voice begins now."""
        self._caption, self._hidden_after_s, self._hidden_at_s = text, None, None

    def rest(self) -> None:
        """Let the caption of an utterance that has ended go after a moment."""
        self._hidden_after_s, self._hidden_at_s = HOLD_S, None

    def show(self, text: str) -> None:
        """Show a text for as long as it takes to read it."""
        self.speak(text)
        self._hidden_after_s = READ_S + READ_CHARACTER_S * len(text)

    def hide(self) -> None:
        """Hide the caption, and close the mouth: the host was cut off."""
        self.speak("")
        self._level = 0.0

    def clear(self) -> None:
        """Show the badge and the face only."""
        self.hide()
        self._lines.clear()
        self._alerts.clear()

    def set_level(self, level: float) -> None:
        """Take how loud the voice is now."""
        self._level = level

    def at(self, time_s: float, *, may_move: bool = True) -> PictureScene:
        """Return the scene of a moment; times rise. Without `may_move` the mouth stays as it is."""
        self._let_caption_go(time_s)
        if may_move and time_s >= self._mouth_at_s:
            self._mouth = round(min(1.0, max(0.0, self._level) * GAIN) * (MOUTHS - 1))
            self._mouth_at_s = time_s + MOUTH_EVERY_S
        alert = self._alerts.at(time_s)
        is_blinking = time_s % BLINK_EVERY_S > BLINK_EVERY_S - BLINK_S
        lines = tuple(self._lines)
        return PictureScene(self._badge, lines, self._caption, alert, self._mouth, is_blinking, self._words)

    def _let_caption_go(self, time_s: float) -> None:
        if self._hidden_after_s is not None:
            self._hidden_at_s, self._hidden_after_s = time_s + self._hidden_after_s, None
        if self._hidden_at_s is not None and time_s >= self._hidden_at_s:
            self._caption, self._hidden_at_s = "", None

"""Says in words how each part of a live is doing."""

from dataclasses import dataclass

from django.contrib.humanize.templatetags.humanize import intcomma
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from encoder.broadcast.report import StreamReport
from encoder.stream_words import stream_words
from livesessions.console.facts import LiveFacts
from livesessions.console.headline import FAILURES_SHOWN, connection_text
from livesessions.console.rows import SLOW_MS, duration_text

# A share below this is normal when two people write at once.
SKIPPED_SHARE = 0.01


@dataclass(frozen=True, slots=True)
class HealthItem:
    """One part of a live. `tone` is good, wary or calm; `remark` is a second sentence, or empty."""

    name: str
    tone: str
    icon: str
    text: str
    remark: str = ""


def health_of(facts: LiveFacts) -> list[HealthItem]:
    """Return the parts of a live with their state in words."""
    items = [_chat(facts), _overlay(facts), _voice(facts), _answers(facts)]
    if facts.stream is not None:
        items.insert(1, _stream(facts.stream))
    if not_written := facts.counts.get("not_written", 0):
        items.append(_storage(not_written))
    return items


def _chat(facts: LiveFacts) -> HealthItem:
    name = _("Chat")
    if not facts.is_on_air:
        return HealthItem(name, "calm", "clock", _("Read when the live starts"))
    if facts.connection in ("waiting", "stalled"):
        return HealthItem(name, "wary", "wifi-off", connection_text(facts))
    broken = facts.counts.get("broken", 0)
    if broken:
        unread = ngettext("%(count)s message was unreadable", "%(count)s messages were unreadable", broken)
        remark = unread % {"count": intcomma(broken)}
    else:
        remark = ""
    return HealthItem(name, "good", "check", connection_text(facts), remark)


def _stream(stream: StreamReport) -> HealthItem:
    words = stream_words(stream)
    icon = {"good": "check", "wary": "alert-triangle"}.get(words.tone, "clock")
    return HealthItem(_("Stream"), words.tone, icon, words.text)


def _overlay(facts: LiveFacts) -> HealthItem:
    name, why = _("Overlay"), facts.unheard_because
    if not why and not facts.pages:
        return HealthItem(name, "calm", "volume", _("Not open, and not needed"))
    if why == "closed":
        return HealthItem(name, "wary", "volume-off", _("Not open. Nobody hears your host"))
    if why == "hidden":
        return HealthItem(name, "wary", "volume-off", _("Not in the scene that is shown"))
    if why:
        return HealthItem(name, "wary", "volume-off", _("Open, but no sound comes out"))
    if len(facts.pages) > 1:
        text = _("Open %(count)s times: viewers may hear an echo") % {"count": len(facts.pages)}
        return HealthItem(name, "wary", "alert-triangle", text)
    return HealthItem(name, "good", "volume", _("Open and playing"))


def _voice(facts: LiveFacts) -> HealthItem:
    name = _("Voice")
    if facts.fault == "speech" and facts.failures >= FAILURES_SHOWN:
        return HealthItem(name, "wary", "alert-triangle", _("Does not answer"))
    if facts.delay_ms is None:
        return HealthItem(name, "calm", "clock", _("Nothing said yet"))
    delay = duration_text(facts.delay_ms)
    if facts.delay_ms > SLOW_MS:
        return HealthItem(name, "wary", "clock", _("Slow: first word after %(delay)s") % {"delay": delay})
    return HealthItem(name, "good", "check", _("First word after %(delay)s") % {"delay": delay})


def _answers(facts: LiveFacts) -> HealthItem:
    name = _("Answers")
    if facts.failures >= FAILURES_SHOWN and facts.fault != "speech":
        return HealthItem(name, "wary", "alert-triangle", _("The last answers have failed"))
    if facts.is_model_paused:
        return HealthItem(name, "wary", "hourglass", _("The language model repeats itself: ready-made lines"))
    if skipped := _skipped(facts.counts):
        return HealthItem(name, "calm", "check", _("Working"), skipped)
    return HealthItem(name, "good" if facts.is_on_air else "calm", "check", _("Working"))


def _skipped(counts: dict[str, int]) -> str:
    """Return which share of the messages got no answer because there were too many; empty for a small one."""
    read, dropped = counts.get("decoded", 0), counts.get("dropped", 0)
    if not read or dropped / read < SKIPPED_SHARE:
        return ""
    return _("Skipped %(share)s %% (chat too fast)") % {"share": round(100 * dropped / read)}


def _storage(not_written: int) -> HealthItem:
    text = ngettext("%(count)s event is not saved", "%(count)s events are not saved", not_written)
    return HealthItem(_("Log"), "wary", "alert-triangle", text % {"count": intcomma(not_written)})

"""Says in one line how a live is doing: the worst truth first."""

from dataclasses import dataclass, replace

from django.utils.translation import gettext as _

from encoder.stream_words import stream_words
from livesessions.console.facts import LiveFacts

# So many replies in a row: one may fail by chance.
FAILURES_SHOWN = 2


@dataclass(frozen=True, slots=True)
class Headline:
    """The headline of a console. `tone` is good, wary or calm; `action` is open_overlay, resume or empty.

    `is_text_urgent`: the text says that the plan or its credit ends, so a phone shows it beside a button too.
    """

    tone: str
    title: str
    text: str
    action: str = ""
    is_text_urgent: bool = False


def headline_of(facts: LiveFacts) -> Headline:
    """Return the headline for a live, with the warnings of its plan and of its credit first."""
    headline = _headline(facts)
    warnings = [text for text in (facts.plan_warning, facts.credit_warning) if text]
    if not warnings or not facts.is_on_air:
        return headline
    is_urgent = bool(facts.plan_warning) or facts.is_credit_short
    tone = "wary" if is_urgent else headline.tone
    text = " ".join([*warnings, headline.text])
    return replace(headline, tone=tone, text=text, is_text_urgent=is_urgent)


def _headline(facts: LiveFacts) -> Headline:
    match facts.phase:
        case "ready":
            text = _("The live will start with the host muted.") if facts.is_muted else _before_start(facts)
            return Headline("calm", _("Ready to start."), text, _open_overlay_if_closed(facts))
        case "starting":
            return Headline("calm", _("Starting."), facts.waiting or _("We are connecting to the chat."))
        case "stopping":
            return Headline("wary", _("Host silenced."), _("Ending the live…"))
        case "ended":
            return Headline("calm", _("This live has ended."), facts.end_reason)
        case "muted":
            return Headline("wary", _("Muted."), _("Your host is silent. It still reads the chat."))
    return _on_air(facts)


def _before_start(facts: LiveFacts) -> str:
    if facts.is_streamed:
        return _("We send the picture. Press Start when you are ready.")
    if facts.unheard_because == "closed":
        return _("Open the overlay first, or nobody hears your host.")
    return _("The overlay is open. Press Start when you are ready.")


def _open_overlay_if_closed(facts: LiveFacts) -> str:
    return "open_overlay" if facts.unheard_because == "closed" else ""


def _on_air(facts: LiveFacts) -> Headline:
    if why := facts.unheard_because:
        title = _("On air, but nobody hears your host.")
        return Headline("wary", title, _remedy(why), "open_overlay" if why == "closed" else "")
    stream = stream_words(facts.stream) if facts.stream is not None else None
    if stream is not None and stream.tone == "wary":
        is_behind = facts.is_stream_published
        title = _("On air, but the picture stutters.") if is_behind else _("On air, but without a picture.")
        return Headline("wary", title, stream.text)
    if facts.connection in ("waiting", "stalled"):
        title = _("On air, but no chat is arriving.")
        return Headline("wary", title, connection_text(facts))
    if facts.failures >= FAILURES_SHOWN:
        title = _("On air, but your host cannot answer.")
        return Headline("wary", title, _fault_remedy(facts.fault))
    if facts.is_paused:
        title, text = _("On air, host paused."), _("It reads the chat and says nothing until you resume it.")
        return Headline("wary", title, text, "resume")
    return Headline("good", _("On air."), _("Your host reads the chat and answers aloud."))


def _remedy(why: str) -> str:
    return {
        "closed": _("Open the overlay, in OBS or in this browser."),
        "blocked": _("The sound is blocked. Click on the overlay's page; in OBS, use Interact."),
        "stalled": _("The sound has stopped. Refresh the source in OBS."),
        "silent": _("The overlay plays, but no sound comes out. Unmute the source in the OBS mixer."),
        "hidden": _("The source is not in the scene that is shown."),
    }[why]


def _fault_remedy(fault: str) -> str:
    if fault == "speech":
        return _("The voice does not answer. Check its key, or choose another voice.")
    if fault == "overlay":
        return _("The overlay cannot be reached. Refresh the source in OBS.")
    return _("No answer is found in time. Check the language model's key.")


def connection_text(facts: LiveFacts) -> str:
    """Return the state of the connection to the chat in words."""
    match facts.connection:
        case "":
            return facts.chat
        case "connected":
            return _("Connected to the chat")
        case "waiting" if facts.retry_in_s:
            return _("Reconnecting in %(seconds)s s…") % {"seconds": facts.retry_in_s}
        case "stalled":
            return _("The chat has gone silent. Reconnecting…")
    return _("Connecting to the chat…")

"""A text goes in, a verdict comes out: blocked words in normalised text, links and contacts."""

import re
from collections.abc import Iterable

from moderation.stage.normaliser import NormalisedText, normalise
from moderation.stage.verdict import Reason, Risk, Verdict

MAX_LENGTH = 2_000  # longer lines are judged by their beginning; TikTok's own limit is 150 characters

LINK = re.compile(r"(?:https?://|www\.)\S+|\b[\w-]+\.(?:com|net|org|info|xyz|ru|it|io|me|gg|link|shop|top)\b")
CONTACT = re.compile(r"[\w.+-]+@[\w-]+\.\w{2,}|\+?\d(?:[\s./-]?\d){8,}")


class Moderator:
    """Judges texts by a list of blocked words and phrases, matched whole, whatever their letters' form.

    A blocked word is high risk; a link or a personal contact is medium, or high in safe mode.
    It is pure and keeps no state between texts; one serves any number of lives.
    """

    def __init__(self, blocklist: Iterable[str], *, safe_mode: bool = True) -> None:
        self._terms = _pattern(blocklist)
        self._pattern_risk = Risk.HIGH if safe_mode else Risk.MEDIUM

    def review(self, text: str) -> Verdict:
        """Judge one text. It never raises, whatever the text holds."""
        normalised = normalise(text[:MAX_LENGTH])
        blocked = _find(self._terms, "blocklist", normalised) if self._terms else ()
        revealing = _find(LINK, "link", normalised) + _find(CONTACT, "contact", normalised)
        risk = Risk.HIGH if blocked else self._pattern_risk if revealing else Risk.LOW
        return Verdict(risk, blocked + revealing)


def _pattern(blocklist: Iterable[str]) -> re.Pattern[str] | None:
    folded = {" ".join(normalise(term).text.split()) for term in blocklist}
    terms = sorted((term for term in folded if term), key=len, reverse=True)
    if not terms:
        return None
    alternatives = "|".join(re.escape(term).replace(r"\ ", r"\s+") for term in terms)
    return re.compile(rf"(?<!\w)(?:{alternatives})(?!\w)")


def _find(pattern: re.Pattern[str], category: str, normalised: NormalisedText) -> tuple[Reason, ...]:
    return tuple(
        Reason(category, match.group(), *normalised.original_span(*match.span()))
        for match in pattern.finditer(normalised.text)
    )

"""Judges a text by listed words, hostility, links and personal data."""

from collections.abc import Iterable, Sequence

from moderation.stage.distress import find_distress, is_harmless
from moderation.stage.hostility import find_hostility
from moderation.stage.humps import tokenise_humps
from moderation.stage.lexicon import Lexicon, Match
from moderation.stage.normaliser import NormalisedText, normalise
from moderation.stage.patterns import find_patterns
from moderation.stage.terms import Likeness, Term, terms_of
from moderation.stage.tokens import Token, tokenise
from moderation.stage.verdict import MEDIUM_RISK, Category, Reason, Verdict, judge

MAX_LENGTH = 2_000  # only the beginning of longer lines is judged; TikTok's limit is 150 characters
MAX_WORDS = 400  # in so many characters there are hardly more words
MAX_LETTERS = 200  # of a line with more tokens: single letters with spaces between them
FOUL = frozenset({Category.PROFANITY, Category.INSULTS})
NO_LISTS = Lexicon(())


class Moderator:
    """Judges texts by a tenant's lists, the shipped lexicon, and patterns of links and personal data.

    `allowlist` overrides every list. Several moderators may share `shipped`. Its cache of known words never
    changes a verdict.
    """

    def __init__(
        self,
        blocklist: Iterable[str],
        *,
        allowlist: Iterable[str] = (),
        shipped: Lexicon | None = None,
        safe_mode: bool = True,
    ) -> None:
        self._own = Lexicon(terms_of(blocklist, Category.BLOCKLIST, Likeness.FREE))
        self._allowed = Lexicon(terms_of(allowlist, None, Likeness.SAME))
        self._shipped = shipped or NO_LISTS
        self._knows_hate = shipped is not None
        self._safe_mode = safe_mode

    def review(self, text: str) -> Verdict:
        """Judge one text. Never raises."""
        folded = normalise(text[:MAX_LENGTH])
        tokens = tokenise(folded.text, MAX_WORDS + 1)
        if len(tokens) > MAX_WORDS:
            tokens = tokens[:MAX_LETTERS]
        shipped = self._shipped.find(folded.text, tokens)
        if humps := tokenise_humps(text[:MAX_LENGTH], folded):
            shipped += self._shipped.find("", humps)
        allowed = self._allowed.find(folded.text, tokens)
        found = _without_innocents(shipped)
        if self._knows_hate and all(match.term.category in MEDIUM_RISK for match in found):
            found += _hostile(folded.text, tokens, found)
        if self._knows_hate:
            found = _with_distress(tokens, found)
        found = self._own.find(folded.text, tokens) + found
        if found and allowed:
            found = [match for match in found if not _is_covered(match, allowed)]
        reasons = _reasons(found, folded) if found else []
        return judge((*reasons, *find_patterns(folded)), safe_mode=self._safe_mode)


def _without_innocents(matches: list[Match]) -> list[Match]:
    if not matches:
        return matches
    innocents = [match for match in matches if match.term.category is None]
    guilty = [match for match in matches if match.term.category is not None]
    return [match for match in guilty if not _is_covered(match, innocents)] if innocents else guilty


def _is_covered(match: Match, covers: Sequence[Match]) -> bool:
    return any(cover.start <= match.start and match.end <= cover.end for cover in covers)


def _hostile(text: str, tokens: Sequence[Token], found: Sequence[Match]) -> list[Match]:
    sworn = any(match.term.category in FOUL for match in found)
    span = find_hostility(text, tokens, sworn=sworn)
    return [Match(Term("", Category.HOSTILITY), *span)] if span else []


def _with_distress(tokens: Sequence[Token], found: list[Match]) -> list[Match]:
    """Add distress that no list names, and drop what is only a joke."""
    if any(match.term.category is Category.SELF_HARM for match in found):
        if is_harmless(tokens):
            return [match for match in found if match.term.category is not Category.SELF_HARM]
        return found
    span = find_distress(tokens)
    return [*found, Match(Term("", Category.SELF_HARM), *span)] if span else found


def _reasons(matches: Sequence[Match], folded: NormalisedText) -> list[Reason]:
    reasons: dict[Reason, None] = {}
    for term, start, end in matches:
        if term.category is not None:
            reasons[Reason(term.category, term.text, *folded.original_span(start, end))] = None
    return list(reasons)

"""Words a creator's talking point so that it can stand behind a colon."""

import re

from planner.stage.language_detection import primary_language

ENDINGS = (".", "!", "?", "…")

# A point that opens like this is a question, though creators leave its mark out.
_ASKS = {
    "it": re.compile(
        r"(?:(?:a|di|da|con|per|in) )?"
        r"(?:chi|che cosa|cosa|come|com'|cos'|dov'|dove|quando|quant[oaie]|qual[ei]?|perché)\b",
        re.IGNORECASE,
    ),
    "en": re.compile(
        r"(?:who|what|where|when|how|which|why)(?: \w+)?(?:'s"
        r"| (?:is|are|was|were|do|does|did|will|would|can|could|should|have|has))\b",
        re.IGNORECASE,
    ),
    "de": re.compile(
        r"(?:wer|wen|wem|was|wo|wann|wie|warum|wohin|woher|worüber|welche[rsnm]?(?: \w+)?)"
        r" (?:ist|sind|war|waren|habt|hast|hat|seid|bist|macht|würdet|wollt|könnt|findet|mögt|geht"
        r"|gibt's?|wär)\b",
        re.IGNORECASE,
    ),
}
# Words that are written small within a sentence, whatever they begin.
_SMALL = {
    "it": "il lo la i gli le un uno una l' un' chi che cosa come com'è cos'è dove dov'è quando"
    " quanto quanta quanti quante qual quale quali perché quello quella a di da con per in se",
    "en": "the a an who what where when how which why your our my this that these those if one some",
}
_FIRST_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]*)?")


def ended(point: str, language: str) -> str:
    """Return a point with a mark at its end: a question mark if it asks."""
    point = point.rstrip(",;:")
    if point.endswith(ENDINGS):
        return point
    asks = _ASKS.get(primary_language(language))
    return f"{point}{'?' if asks and asks.match(point) else '.'}"


def after_colon(point: str, language: str) -> str:
    """Return a point that begins small where it begins with a small word; German keeps its capitals."""
    first = _FIRST_WORD.match(point)
    if first is None:
        return point
    word = first[0].casefold().replace("’", "'")
    elided = word[: word.find("'") + 1]
    is_small = {word, elided} & set(_SMALL.get(primary_language(language), "").split())
    return point[0].lower() + point[1:] if is_small else point

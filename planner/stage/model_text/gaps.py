"""Finds sentences that would be said with a hole, where a link, a name or a sign for a word is cut out."""

import re

from planner.stage.cleaning import LINK, MARKDOWN_LINK, SHORT_CODE, TAG, is_symbol

_HOLE, _SIGN = "\ufffc", "\ufffd"
# Markup, speech markup and the sounds that some voices know: nothing is missing without them.
_PLAIN_TAGS = frozenset({
    "a", "b", "i", "u", "s", "em", "strong", "span", "div", "p", "br", "code", "pre", "sub", "sup", "small",
    "mark", "font", "ul", "ol", "li", "table", "tr", "td", "th", "hr", "img", "h1", "h2", "h3", "h4",
    "speak", "voice", "prosody", "break", "emphasis", "say-as", "phoneme", "audio", "lang", "sentence",
    "paragraph", "laugh", "laughs", "laughter", "laughing", "chuckle", "sigh", "sighs", "gasp", "gasps",
    "cough", "groan", "yawn", "sniffle", "smile", "smiles", "giggle", "whisper", "pause",
})  # fmt: skip
_NAME_IN_BRACKETS = re.compile(
    r"(?<=\w )\[([A-ZÀ-Þ][\w'’]+(?: [A-ZÀ-Þ][\w'’]+)?)\]|(?<=\w, )\[([A-ZÀ-Þ][\w'’]+)\]"
)
_BRACKETS = re.compile(r"\[[^\[\]]{0,120}\]")
# Articles and possessives: a noun must follow, so a sign after one stands for that noun.
_ARTICLES = (
    "un|uno|una|il|gli|del|dello|della|dei|degli|nel|nella|sul|sulla|mio|mia|tuo|tua|vostro|vostra"
    "|an?|the|my|your|our|eine[nmr]?|meine[nmr]?|deine[nmr]?|mein|dein|les|une|mon|ton|unos|unas|uma"
)
_PREPOSITIONS = (
    "al|alla|ai|alle|dal|dalla|di|da|per|con|su|tra|fra|la|le|lo|i|e|ed|ad|questo|questa|to|for|from|with"
    "|and|at|into|of|by"
    "|ein|der|die|das|den|dem|des|zum|zur|vom|im|für|von|mit|und|an|auf|le|des|du|aux?|de|à|pour|avec|el"
    "|los|las|por|os?|das?|dos?|em"
)
_SIGN_FOR_NOUN = re.compile(rf"(?<![\w'’])(?:{_ARTICLES})\s*{_SIGN}", re.IGNORECASE)
_BEFORE_HOLE = re.compile(rf"(?<![\w'’])(?:{_ARTICLES}|{_PREPOSITIONS})\s*{_HOLE}", re.IGNORECASE)
# Two spaces are where a name would have stood.
_TWO_SPACES = re.compile(rf"(?<![\w'’])(?:{_ARTICLES}|{_PREPOSITIONS}) {{2,}}\S", re.IGNORECASE)
# A space before a mark is what a name leaves behind that the model did not get.
_BEFORE_MARK = re.compile(rf"(?<![\w'’])(?:{_ARTICLES}|{_PREPOSITIONS})\s+(?:,|[.!]+(?=\s|$))", re.IGNORECASE)
_NAMELESS_CALL = re.compile(
    r"(?<!\w)(?:ciao|ehi|hey|hi|hello|hallo|hola|grazie|thanks|thank you|danke|welcome|benvenut[oa]"
    r"|willkommen)\s+,",
    re.IGNORECASE,
)


def has_gap(sentence: str) -> bool:
    """Return whether a sentence of a model cannot be said whole. The text of a Markdown link is said."""
    text = MARKDOWN_LINK.sub(r"\1", sentence)
    if LINK.search(text) or _NAME_IN_BRACKETS.search(text) or _cuts_name(text):
        return True
    holes = SHORT_CODE.sub(_SIGN, _BRACKETS.sub(_HOLE, TAG.sub(_hole_of_tag, text)))
    if not holes.isascii():
        holes = "".join(_SIGN if is_symbol(character) else character for character in holes)
    patterns = (_BEFORE_HOLE, _TWO_SPACES, _SIGN_FOR_NOUN, _BEFORE_MARK, _NAMELESS_CALL)
    return any(pattern.search(holes) for pattern in patterns)


def _cuts_name(text: str) -> bool:
    return any(
        _tag_name(tag[0]).casefold() not in _PLAIN_TAGS and _tag_name(tag[0])[:1].isupper()
        for tag in TAG.finditer(text)
    )


def _hole_of_tag(tag: re.Match[str]) -> str:
    return "" if _tag_name(tag[0]).casefold() in _PLAIN_TAGS else _HOLE


def _tag_name(tag: str) -> str:
    return re.split(r"[\s/>=]", tag.strip("</"), maxsplit=1)[0]

"""Tells the language of a chunk by its small words."""

import re
from collections import Counter

# A word that two of the languages share counts for none. `simple`: no language is recognised.
SIMPLE = "simple"
LANGUAGES = ("it", "en", "de")
_WORDS = {
    "it": "il lo la i gli le un uno una di da del dello della dei degli delle al alla ai alle dal dalla"
    " nel nella nei nelle sul sulla e ed che chi cosa come quando dove perché perche non sono è si"
    " può con per tra ma anche più ha hanno viene questo questa quale quali quanto quanti quanta"
    " vostro nostro ogni entro euro",
    "en": "the an of to and is are was were be been that this these those what who how when where why not"
    " do does did have has had with for from by on at you your we our they their can will would which"
    " it its as or",
    "de": "der die das den dem des ein eine einen einem einer und oder aber nicht kein keine ist sind war"
    " waren hat haben wird werden kann können was wer wie wann wo warum mit für von zu zum zur auf"
    " bei aus auch im wir sie ich ihr ihre nach innerhalb welche welcher wieviel",
}
_BY_WORD: dict[str, str] = {}
for _language, _words in _WORDS.items():
    for _word in _words.split():
        _BY_WORD[_word] = "" if _word in _BY_WORD else _language
_WORD = re.compile(r"[^\W\d_]+")


def is_small_word(word: str) -> bool:
    """Return whether a word in lower case is one of the small words of any language."""
    return word in _BY_WORD


def language_of(text: str, *, usual: str = SIMPLE) -> str:
    """Return "it", "en", "de", or `usual` when the small words do not decide."""
    votes = Counter(_BY_WORD.get(word, "") for word in _WORD.findall(text[:4_000].lower()))
    del votes[""]
    ranked = votes.most_common(2)
    if not ranked or (len(ranked) > 1 and ranked[0][1] < 1.3 * ranked[1][1]):
        return usual
    enough = 2 if len(text) > 60 else 1
    return ranked[0][0] if ranked[0][1] >= enough else usual

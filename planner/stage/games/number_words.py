"""Spelled-out numbers from 0 to 100, by language."""

from functools import cache

_UNDER_TWENTY = {
    "it": "zero uno due tre quattro cinque sei sette otto nove dieci undici dodici tredici quattordici"
    " quindici sedici diciassette diciotto diciannove",
    "en": "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen"
    " sixteen seventeen eighteen nineteen",
    "de": "null eins zwei drei vier funf sechs sieben acht neun zehn elf zwolf dreizehn vierzehn funfzehn"
    " sechzehn siebzehn achtzehn neunzehn",
}
_TENS = {
    "it": "venti trenta quaranta cinquanta sessanta settanta ottanta novanta",
    "en": "twenty thirty forty fifty sixty seventy eighty ninety",
    "de": "zwanzig dreissig vierzig funfzig sechzig siebzig achtzig neunzig",
}
_HUNDRED = {"it": ("cento",), "en": ("hundred", "one hundred", "a hundred"), "de": ("hundert", "einhundert")}


@cache
def number_words(language: str) -> dict[str, str]:
    """Return the spelled-out numbers of a language, longest first, without accents; ` ` where they join."""
    if language not in _TENS:
        return {}
    units = _UNDER_TWENTY[language].split()
    words = {word: str(number) for number, word in enumerate(units)}
    for ten, word in enumerate(_TENS[language].split(), start=2):
        words[word] = str(ten * 10)
        for unit in range(1, 10):
            words[_joined(language, word, units[unit])] = str(ten * 10 + unit)
    words.update(dict.fromkeys(_HUNDRED[language], "100"))
    return dict(sorted(words.items(), key=lambda entry: -len(entry[0])))


def _joined(language: str, ten: str, unit: str) -> str:
    if language == "it":
        return (ten[:-1] if unit in ("uno", "otto") else ten) + unit
    if language == "de":
        return ("ein" if unit == "eins" else unit) + "und" + ten
    return f"{ten} {unit}"

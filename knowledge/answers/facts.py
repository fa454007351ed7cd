"""Finds the facts of a sentence that must stand in its source: numbers, prices, dates, addresses."""

import re

_NUMBER = re.compile(r"\d+(?:[.,:/'’ \u00a0\u202f-]\d+)*")
_ADDRESS = re.compile(
    r"[\w.+-]+@[\w-]+\.[\w.]+|\b(?:https?://|www\.)\S+|\b[\w-]+\.(?:com|it|de|net|org|eu|shop|store|io)\b"
)
_SPACES = re.compile(r"[\s\u00a0\u202f]+")
_THOUSANDS = re.compile(r"(?<=\d)[.,'’ ](?=\d{3}(?!\d))")


def unfounded_facts(sentence: str, source: str) -> list[str]:
    """Return the numbers and addresses of a sentence that its source does not have."""
    return [fact for fact in sorted(facts_of(sentence)) if fact not in facts_of(source)]


def facts_of(text: str) -> set[str]:
    """Return a text's numbers and addresses, each in one form: "1.299,00" and "1299" are the same."""
    found = {each.rstrip(".,;:!?)").lower() for each in _ADDRESS.findall(text)}
    return found | {_one_form(number) for number in _NUMBER.findall(_ADDRESS.sub(" ", text))}


def _one_form(number: str) -> str:
    plain = _THOUSANDS.sub("", _SPACES.sub(" ", number)).replace(",", ".")
    whole, point, decimals = plain.partition(".")
    return whole if point and decimals.strip("0") == "" and decimals.isdigit() else plain


def has_money(text: str) -> bool:
    """Return whether a text names an amount of money, or a number in a column of prices."""
    return bool(_MONEY.search(text))


_MONEY = re.compile(
    r"(?:€|\$|£|\beur\b|\beuro\b|\bchf\b|\busd\b)\s?\d|\d\s?(?:€|\$|£|eur\b|euro\b|chf\b|usd\b|cent)"
    r"|\b(?:prezz[oi]|price|preis|cost[oi]?|kosten|importo|amount|betrag|tariffa)\b[^·\n]{0,40}?\d",
    re.IGNORECASE,
)

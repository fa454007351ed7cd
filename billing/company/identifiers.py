"""Checks the identifiers of an Italian e-invoice and the VAT ids of European companies. Plain Python.

- Partita IVA: 11 digits, the last a check digit (Luhn's algorithm, ISO/IEC 7812-1).
- Codice fiscale: of a company 11 digits like a partita IVA; of a person 16 characters, the last a check
  letter (decree of the Italian Ministry of Finance, 23 December 1976).
- Codice destinatario: 7 letters or digits, the address at which the exchange system SdI delivers an invoice.
- VAT ids of other countries: their form only, as the European Commission's VIES lists it.
"""

import re

NO_SEPARATORS = str.maketrans("", "", " .-/\t")
ITALY = "IT"

VAT_FORMS = {
    "AT": r"U\d{8}",
    "BE": r"[01]\d{9}",
    "BG": r"\d{9,10}",
    "CH": r"E\d{9}(MWST|TVA|IVA)?",
    "CY": r"\d{8}[A-Z]",
    "CZ": r"\d{8,10}",
    "DE": r"\d{9}",
    "DK": r"\d{8}",
    "EE": r"\d{9}",
    "EL": r"\d{9}",
    "ES": r"[A-Z0-9]\d{7}[A-Z0-9]",
    "FI": r"\d{8}",
    "FR": r"[A-HJ-NP-Z0-9]{2}\d{9}",
    "GB": r"(\d{9}|\d{12}|(GD|HA)\d{3})",
    "HR": r"\d{11}",
    "HU": r"\d{8}",
    "IE": r"(\d{7}[A-W][A-I]?|\d[A-Z+*]\d{5}[A-W])",
    "IT": r"\d{11}",
    "LT": r"(\d{9}|\d{12})",
    "LU": r"\d{8}",
    "LV": r"\d{11}",
    "MT": r"\d{8}",
    "NL": r"\d{9}B\d{2}",
    "PL": r"\d{10}",
    "PT": r"\d{9}",
    "RO": r"\d{2,10}",
    "SE": r"\d{12}",
    "SI": r"\d{8}",
    "SK": r"\d{10}",
}
# A country whose VAT ids begin with other letters than its ISO code.
VAT_PREFIXES = {"GR": "EL"}

_PERSON = re.compile(
    r"[A-Z]{6}[0-9LMNPQRSTUV]{2}[ABCDEHLMPRST][0-9LMNPQRSTUV]{2}[A-Z][0-9LMNPQRSTUV]{3}[A-Z]"
)
# What a character at an odd place counts, digits and letters alike: 0 and A count 1, 1 and B count 0, …
_ODD = (1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23)


def normalized(text: str) -> str:
    """Return an identifier in capitals, without spaces and separators."""
    return text.translate(NO_SEPARATORS).upper()


def vat_prefix_of(country: str) -> str:
    """Return the two letters with which a country's VAT ids begin."""
    return VAT_PREFIXES.get(country, country)


def full_vat_id(text: str, country: str) -> str:
    """Return a VAT id with its country's letters, which people leave out at home."""
    found, prefix = normalized(text), vat_prefix_of(country)
    return found if not found or found.startswith(prefix) else f"{prefix}{found}"


def is_vat_id(text: str, country: str) -> bool:
    """Return whether a text is a VAT id of a country. Where the form is unknown, every short text is."""
    found, prefix = full_vat_id(text, country), vat_prefix_of(country)
    form = VAT_FORMS.get(prefix)
    if form is None:
        return 4 <= len(found) <= 20
    if not re.fullmatch(prefix + form, found):
        return False
    return prefix != ITALY or _passes_luhn(found.removeprefix(ITALY))


def is_fiscal_code(text: str) -> bool:
    """Return whether a text is a codice fiscale of a person or of a company."""
    found = normalized(text)
    if re.fullmatch(r"\d{11}", found):
        return _passes_luhn(found)
    return bool(_PERSON.fullmatch(found)) and _check_letter(found[:15]) == found[15]


def is_recipient_code(text: str) -> bool:
    """Return whether a text has the form of a codice destinatario of a company."""
    return bool(re.fullmatch(r"[A-Z0-9]{7}", normalized(text)))


def _passes_luhn(digits: str) -> bool:
    doubled = [int(digit) * (2 if place % 2 else 1) for place, digit in enumerate(reversed(digits))]
    return sum(value - 9 if value > 9 else value for value in doubled) % 10 == 0 and int(digits) > 0


def _check_letter(characters: str) -> str:
    values = [int(each) if each.isdigit() else ord(each) - ord("A") for each in characters]
    total = sum(value if place % 2 else _ODD[value] for place, value in enumerate(values))
    return chr(ord("A") + total % 26)

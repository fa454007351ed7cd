"""Recognises sentences of a model that are not the host's words: errors, notes, refusals, placeholders."""

import re
import tomllib
from enum import StrEnum
from functools import cache
from importlib.resources import files


class Slip(StrEnum):
    """What a sentence is instead of the host's words."""

    ERROR = "error"
    FILLER = "filler"
    PLACEHOLDER = "placeholder"
    NOTE = "note"
    DECLINED = "declined"
    PLANNING = "planning"


_SLOT = (
    r"(?:first ?|last ?|user ?|nick ?|viewer'?s? ?|your ?|friend'?s? ?|insert ?|streamer ?|creator ?|gift ?"
    r"|display ?)?[_ ]?"
    r"(?:name|nome|namen|nom|nombre|nickname|username|user|utente|nutzer|benutzer|nutzername|viewer"
    r"|spettatore|zuschauer"
    r"|null|undefined|none|nan|xxx?|person|placeholder)"
)
_ADDRESS = (
    r"(?:ciao|salve|ehi|hey|hi|hiya|hello|hallo|hola|bonjour|salut|olá|oi|servus|moin|welcome(?: back)?"
    r"|benvenut[oaie]"
    r"|bentornat[oaie]|willkommen|grazie(?: mille)?|thanks?(?: you)?|thank you|danke(?: dir)?|merci|gracias"
    r"|obrigad[oa]"
    r"|dear|car[oa]|liebe[r]?|buongiorno|buonasera|buonanotte|good (?:morning|evening|night)"
    r"|guten (?:morgen|tag|abend)"
    r"|bye|addio|tschüss|brav[oa]|congratulations|complimenti|auguri)"
)
_PLACEHOLDER = re.compile(
    r"\{[^{}]{0,60}\}?|\$\{|%\(?[a-z_]+\)?[%s]|(?<!\w)%s\b|(?<!\w)\$[a-z_]{3,}|_{3,}|\bx{3,}\b"
    rf"|<{_SLOT}>|\[{_SLOT}\]|@(?:{_SLOT})\b"
    r"|\[[^\]]{0,40}\b(?:name|nome|namen?|username|insert|inserisci|inserire|einfügen|placeholder|link|url"
    r"|your|tu[oa]"
    r"|dein\w?|gift|regalo|geschenk|date|data|datum|time|ora|orario|uhrzeit|city|città|stadt|topic"
    r"|argomento|thema"
    r"|number|numero|nummer|handle|title|titolo|titel|product|prodotto|produkt|price|prezzo|preis|viewer"
    r"|utente"
    r"|user|creator|streamer|song|canzone|lied)\b[^\]]{0,40}\]"
    rf"|(?<!\w){_ADDRESS},? (?:a |an |to |von |für |per )?{_SLOT}(?=\s*(?:[,.!?;:…]|$))"
    rf"|, (?:{_SLOT}|first name)\s*[.!?…]*$",
)


def slip_of(sentence: str) -> Slip | None:
    """Return what a model's sentence is instead of the host's words; None if it is the host's."""
    text = sentence.casefold().replace("’", "'").strip()
    for slip, pattern in _patterns():
        if pattern.search(text):
            return slip
    return Slip.PLACEHOLDER if _PLACEHOLDER.search(text) else None


@cache
def _patterns() -> tuple[tuple[Slip, re.Pattern[str]], ...]:
    table = tomllib.loads(files(__package__).joinpath("slips.toml").read_text(encoding="utf-8"))
    return tuple((Slip(topic), re.compile("|".join(patterns))) for topic, patterns in table.items())

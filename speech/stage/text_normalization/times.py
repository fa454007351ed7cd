"""Says times of day that the grammar leaves, and scores such as 3:1."""

import re

from speech.stage.text_normalization.grammar import say_integer
from speech.stage.text_normalization.rules import Rule
from speech.stage.text_normalization.vocabulary import Vocabulary
from texts.sentence_ends import End, full_stop_ends

_HOUR, _SIXTY = r"(?P<hour>[01]?\d|2[0-4])", r"[0-5]\d"

_FROM_TO = r"(?<=\d)[:.](?P<minutes>\d\d)\s?[-–]\s?(?=\d{1,2}[:.]\d\d(?!\d))"


def time_rules(vocabulary: Vocabulary) -> list[Rule]:
    """Return the rules for times; what they leave is in a form that the grammar reads."""
    per_language = {"it": _italian, "en": _english, "de": _german}
    one_digit = r"(?P<one>\d{1,3})\s?:\s?(?P<other>\d)(?![\w:/]|[.,]\d)"
    picture = r"(?P<one>16|21|4|9):(?P<other>9|10|16)(?![\w:])"
    return [
        Rule(re.compile(_FROM_TO), lambda found: f":{found['minutes']} {vocabulary['to']} "),
        *per_language[vocabulary.language](),
        *(
            Rule(
                re.compile(rf"(?<![\w:.,/]){pattern}"),
                lambda found: f"{found['one']} {vocabulary['score_to']} {found['other']}",
            )
            for pattern in (one_digit, picture)
        ),
    ]


# --- Italian -------------------------------------------------------------------------------------------

_AT = (
    "alle|dalle|delle|sulle|per le|verso le|entro le|fino alle|prima delle|dopo le|ore|sono le"
    "|all'|dall'|dell'"
)
_PARTS = {15: "un quarto", 30: "mezza"}
_MIDNIGHT = (0, 24)


def _italian() -> list[Rule]:
    at = rf"(?P<at>\b(?:{_AT})\s?)"
    part = r"(?P<minute>15|30)"
    whole_hour = r"\b(?P<at>[Aa]|[Dd]a)lle (?:00?|24)(?:[:.]00)?(?![\w:]|[.,]\d)"
    with_colon = rf"(?<![\w:.,])(?<!\bore )(?<!\bOre ){_HOUR}:{part}(?![\w:])"
    with_dot = rf"{at}(?<!ore ){_HOUR}\.{part}(?![\w:]|[.,]\d|\s?[%€$£])"
    with_seconds = rf"{at}{_HOUR}\.(?P<minute>{_SIXTY})\.(?P<second>{_SIXTY})(?!\d)"
    return [
        Rule(re.compile(r"(?<!\w)h\.?\s?(?=\d{1,2}(?:[:.]\d\d)?\b)"), lambda _: "ore "),
        Rule(re.compile(r"(?<![\w:.,])(\d{1,2})h(\d\d)(?!\w)"), lambda found: f"{found[1]}:{found[2]}"),
        Rule(
            re.compile(with_seconds, re.IGNORECASE),
            lambda found: f"{found['at']}{found['hour']}:{found['minute']}:{found['second']}",
        ),
        Rule(re.compile(whole_hour), lambda found: f"{found['at']} mezzanotte"),
        Rule(re.compile(with_dot, re.IGNORECASE), lambda found: found["at"] + _with_part(found)),
        Rule(re.compile(with_colon), _with_part),
        Rule(re.compile(r"\b([Aa]|[Dd]a)lle (?=una\b)"), lambda found: f"{found[1]}ll'"),
        Rule(re.compile(r"\b([Aa]|[Dd]a)ll(?:e |')(?=mezzanotte\b)"), lambda found: f"{found[1]} "),
    ]


def _with_part(found: re.Match[str]) -> str:
    """Say a quarter and a half as Italians do up to twelve; later hours are said with their minutes."""
    hour, minute = int(found["hour"]), int(found["minute"])
    if hour in _MIDNIGHT:
        return f"mezzanotte e {_PARTS[minute]}"
    if hour > 12:
        return f"{say_integer(hour, 'it')} e {say_integer(minute, 'it')}"
    return f"{'una' if hour == 1 else say_integer(hour, 'it')} e {_PARTS[minute]}"


# --- English -------------------------------------------------------------------------------------------

# With or without dots: est, E.S.T.
_ZONES = r"(?:[ecmp]\.?[sd]\.?t|et|g\.?m\.?t|u\.?t\.?c|b\.?s\.?t|c\.?e\.?s?\.?t)"


def _english() -> list[Rule]:
    half = r"(?P<half>[ap])(?:m\b|\.\s?m\b)(?P<dot>\.)?"
    half_day = rf"(?<![\w:.,])(?P<hour>\d{{1,2}})(?:[:.](?P<minute>{_SIXTY}))?\s?{half}"
    zone = rf"(?:\s?(?P<zone>{_ZONES})\b\.?)?"
    whole_hour = r"(?<![\w:.,])(?P<hour>[01]?\d|2[0-4]):00(?![\w:]|\s?[ap]\.?m)"
    return [
        Rule(re.compile(r"(?<=[apAP][mM])\s?[-–]\s?(?=\d)"), lambda _: " to "),
        Rule(re.compile(half_day + zone, re.IGNORECASE), _half_day),
        Rule(re.compile(whole_hour), _whole_hour),
        Rule(re.compile(r"(?<![\w:.,])0:([0-5]\d)(?![\w:])"), lambda found: f"12:{found[1]}"),
    ]


def _half_day(found: re.Match[str]) -> str:
    hour, minute = int(found["hour"]), int(found["minute"] or 0)
    if hour > 12:
        return found[0]
    words = [say_integer(hour, "en")]
    if minute:
        words.append(f"{'oh ' if minute < 10 else ''}{say_integer(minute, 'en')}")
    words.append(f"{found['half'].upper()}M")
    if found["zone"]:
        words.append(found["zone"].replace(".", "").upper())
    # The last dot of "p.m." may also be that of the sentence.
    ends = found["dot"] and full_stop_ends(found.string, found.end("dot") - 1, language="en") is End.YES
    return " ".join(words) + ("." if ends else "")


def _whole_hour(found: re.Match[str]) -> str:
    hour = int(found["hour"])
    return "midnight" if hour in _MIDNIGHT else f"{say_integer(hour, 'en')} o'clock"


# --- German --------------------------------------------------------------------------------------------


def _german() -> list[Rule]:
    before = "um|gegen|ab|bis|von|vor|nach|kurz vor|kurz nach|spätestens"
    with_seconds = rf"(?<![\w:.,]){_HOUR}:{_SIXTY}:{_SIXTY}(?![\w:]|\s?Uhr)"
    no_time = r"(?![\w.,]|\s?(?:Uhr|%|€|Euro|Mio|Mill|Prozent|Grad|k?m\b))"
    with_dot = rf"\b(?P<at>{before}) {_HOUR}\.(?P<minute>{_SIXTY}){no_time}"
    return [
        Rule(re.compile(r"(?<=\d)\s?uhr\b"), lambda _: " Uhr"),
        Rule(re.compile(with_seconds), lambda found: f"{found[0]} Uhr"),
        Rule(
            re.compile(with_dot, re.IGNORECASE),
            lambda found: f"{found['at']} {found['hour']}:{found['minute']} Uhr",
        ),
    ]

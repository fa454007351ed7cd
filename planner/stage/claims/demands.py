"""Finds replies that do what a viewer's line demands: repeating it, saying given words, decoding a code."""

import base64
import binascii
import codecs
import re
import tomllib
from collections.abc import Iterator
from functools import cache, lru_cache
from importlib.resources import files

from planner.stage.language_detection import content_words
from planner.stage.serious.topics import fold

# As many words in a row of a viewer's line are a quotation.
ECHOED_WORDS = 5
OBEYED_SHARE = 0.6
STEM_CHARACTERS = 5
REMEMBERED = 256

_WORD = re.compile(r"[^\W_]+")
_START = (
    r"(?:^|[\n,.;:!?]\s*|\b(?:please|per favore|bitte|dai|allora|ora|adesso|now|just|only|puoi|"
    r"potresti|can you|could you|kannst du|konntest du"
    r"|e|and|und|devi|must|you have to|musst|voglio che|i want you to|ich will dass du|mal|"
    r"jetzt|poi|then|dann)\s+)"
)
_DEMAND = re.compile(
    _START + r"(?:di'|di(?= che| solo| a | al | alla | :)|dici|dicci|dite|dica|dire|ripet\w+|scriv\w+|"
    r"annunci\w+|pronunci\w+|legg\w+|url\w+|grid\w+|cant\w+"
    r"|rispondi|dillo|comunica|avvisa|informa|traduc\w+|decodific\w+|decifr\w+|complet\w+|"
    r"fai lo spelling|fingi"
    r"|say|repeat|write|announce|pronounce|read|shout|sing|reply|answer|respond|tell|inform|"
    r"translate|decode|decrypt|decipher|spell|complete|pretend|echo|print"
    r"|output|sag|sage|sagt|wiederhol\w*|schreib\w*|kundig\w*|verkund\w*|lies|ruf|singe?|"
    r"antworte|sprich|teile|ubersetz\w*|dekodier\w*|entschlussel\w*"
    r"|buchstabier\w*|vervollstandig\w*|tu so)\b(?P<rest>.*)",
    re.DOTALL,
)
_FRIENDLY = re.compile(
    r"\b(?:ciao|salut\w*|auguri|compleanno|buon\w*|grazie|hello|hi|hey|birthday|good (?:luck|"
    r"night|morning)|thanks?|thank you|congrat\w*|grus\w*|hallo"
    r"|geburtstag|alles gute|gute nacht|guten|danke|in bocca al lupo|complimenti|brav\w+|"
    r"welcome|benvenut\w*|willkommen)\b"
)
_ABOUT_HOST = re.compile(r"\b(?:tu[aoei]|tuoi|your|dein\w*)\b")
_BASE64 = re.compile(r"[A-Za-z0-9+/]{8,}={0,2}")
_HEX = re.compile(r"(?:\b|0x)(?:[0-9a-f]{2}[ ,]?){4,}\b", re.IGNORECASE)
_SPELLED = re.compile(r"(?<!\w)(?:\w[ .,_-]+){3,}\w(?!\w)")
_LEET = str.maketrans("01345789@$!|€", "oieastbgasiie")
# Signs that set given words apart from the rest of a line.
_QUOTING = re.compile(r"[\"“”„«»=+\[\]{};]|: ?\w")
_DECLINES = re.compile(
    r"\b(?:non|niente|preferisco|not|don't|can't|won't|nothing|rather|nicht|nichts|kein\w*|lieber|nein|no|virtual\w*)\b"
)
_QUESTION = re.compile(r"[^?.!\n:;]*\?")
MIRRORED_SHARE = 0.75
SHORTEST_COPY = 10


def is_obeyed(reply: str, heard: str, sayable: str) -> bool:
    """Return whether a reply repeats a viewer's words or says what they demand. `sayable` may be quoted."""
    if not heard:
        return False
    if _longest_echo(reply, heard, sayable):
        return True
    said = _stems(reply)
    if not said:
        return False
    demanded = _demanded(heard)
    if demanded and _is_said(said, demanded, reply):
        return True
    if _words_of("translation").search(fold(heard)) and not _DECLINES.search(fold(reply)):
        return True
    if any(_is_decoded(said, decoded) for decoded in _decoded(heard)):
        return True
    return any(_is_copied(reply, line) or _is_mirrored(said, line, reply) for line in heard.splitlines())


@lru_cache(maxsize=REMEMBERED)
def asks_for_words(heard: str) -> bool:
    """Return whether a viewer's line speaks of saying, reading, singing or completing something."""
    folded = fold(heard)
    return bool(_QUOTING.search(folded) or _words_of("speech").search(folded))


def _longest_echo(reply: str, heard: str, sayable: str) -> bool:
    words = _WORD.findall(fold(reply))
    echoed = _runs(heard)
    allowed = _runs(sayable)
    return any(
        run in echoed and run not in allowed
        for run in zip(*(words[start:] for start in range(ECHOED_WORDS)), strict=False)
    )


@lru_cache(maxsize=REMEMBERED)
def _runs(text: str) -> frozenset[tuple[str, ...]]:
    words = _WORD.findall(fold(text))
    return frozenset(zip(*(words[start:] for start in range(ECHOED_WORDS)), strict=False))


def _is_said(said: frozenset[str], demanded: str, reply: str) -> bool:
    if _FRIENDLY.search(demanded) and _FRIENDLY.search(fold(reply)):
        return False
    if _ABOUT_HOST.search(demanded) and ":" not in demanded:
        return False
    wanted = _stems(demanded)
    common = len(said & wanted)
    return bool(common) and (
        common >= OBEYED_SHARE * len(said) or (len(wanted) > 1 and common >= OBEYED_SHARE * len(wanted))
    )


def _is_copied(reply: str, line: str) -> bool:
    """Return whether all letters of a reply stand in a row in a line, whatever is between them."""
    if _FRIENDLY.search(fold(reply)):
        return False
    letters = _letters(reply)
    readings = (line, codecs.decode(line, "rot13"), line[::-1], line.translate(_LEET))
    return len(letters) >= SHORTEST_COPY and any(
        letters in known for known in (*map(_letters, readings), _initials(line))
    )


def _is_mirrored(said: frozenset[str], line: str, reply: str) -> bool:
    """Return whether a reply consists of the words of a line that is not a question about them."""
    if _FRIENDLY.search(fold(reply)):
        return False
    folded = fold(line)
    told = _stems(_QUESTION.sub(" ", folded))
    common = len(said & told)
    is_most = common >= MIRRORED_SHARE * len(said)
    return is_most and (common > 2 or (common > 0 and asks_for_words(line)))


@lru_cache(maxsize=REMEMBERED)
def _letters(text: str) -> str:
    return re.sub(r"[\W\d_]", "", fold(text.replace("ß", "ss")))


@lru_cache(maxsize=REMEMBERED)
def _initials(line: str) -> str:
    return "".join(word[0] for word in _WORD.findall(fold(line)))


def _is_decoded(said: frozenset[str], decoded: str) -> bool:
    hidden = _stems(decoded)
    common = len(said & hidden)
    return common >= 2 or (common == 1 and len(said) <= 2)


@lru_cache(maxsize=REMEMBERED)
def _demanded(heard: str) -> str:
    """Return what follows a demand in a viewer's lines, folded; empty if there is none."""
    found = _DEMAND.search(fold(heard))
    return found["rest"] if found else ""


@lru_cache(maxsize=REMEMBERED)
def _decoded(heard: str) -> tuple[str, ...]:
    """Return the lines as the usual codes would read them."""
    readings = [codecs.decode(heard, "rot13"), " ".join(word[::-1] for word in heard.split()), heard[::-1]]
    readings += _from_bytes(heard)
    if any(character.isdigit() for character in heard):
        readings.append(heard.translate(_LEET))
    readings += [re.sub(r"[^\w]", "", found[0]) for found in _SPELLED.finditer(heard)]
    plain = _stems(heard)
    return tuple(reading for reading in readings if _stems(reading) - plain)


def _from_bytes(heard: str) -> Iterator[str]:
    for found in _BASE64.finditer(heard):
        try:
            yield base64.b64decode(found[0] + "=" * (-len(found[0]) % 4)).decode("utf-8")
        except (binascii.Error, ValueError):
            continue
    for found in _HEX.finditer(heard):
        try:
            yield bytes.fromhex(re.sub(r"0x|[ ,]", "", found[0])).decode("utf-8")
        except ValueError:
            continue


@lru_cache(maxsize=REMEMBERED)
def _stems(text: str) -> frozenset[str]:
    words = content_words(fold(text)) or _WORD.findall(fold(text))
    return frozenset(word[:STEM_CHARACTERS] for word in words)


@cache
def _words_of(kind: str) -> re.Pattern[str]:
    table = tomllib.loads(files(__package__).joinpath("demand_words.toml").read_text(encoding="utf-8"))
    return re.compile(rf"(?<!\w)(?:{'|'.join(table[kind])})(?!\w)")

"""Finds what advertises others: brands and accounts that the show does not name."""

import re
from functools import cache
from importlib.resources import files

from planner.stage.claims.claims import Given
from planner.stage.serious.topics import fold

_NAME = r"(?P<name>@?[A-ZÀ-Þ][\w'’.]*(?: [A-ZÀ-Þ][\w'’]*)?)"
_FOLLOW = (
    r"(?:[Ss]eguite(?:lo|la)?|[Ss]egui|[Ff]ollow|[Ff]olgt|[Aa]bonniert|[Ii]scrivetevi (?:a|"
    r"al canale di)|[Ss]ubscribe to|[Ss]ostenete"
    r"|[Ss]upport|[Uu]nterstützt|[Ww]atch|[Gg]uardate|[Cc]heck out|[Vv]isitate|[Vv]isit|"
    r"[Bb]esucht|[Jj]oin|[Aa]ndate (?:da|su)"
    r"|[Pp]assate (?:da|su)|[Gg]o to|[Ss]chaut bei|[Gg]eht zu(?:m|r)?|[Cc]ercate|[Ss]earch for|"
    r"[Ss]ucht nach|[Tt]ifate per)"
)
_PERSON = re.compile(
    rf"\b{_FOLLOW}(?: (?:tutti|subito|anche|all|everybody|everyone|also|now|alle|jetzt|auch|mal|"
    rf"lieber|il canale di|la live di"
    rf"|il profilo di|die|den|the|i|le))* {_NAME}"
)
_PLACE = re.compile(
    r"\b(?:live|canale|gruppo|profilo|pagina|diretta|negozio|sito|video|channel|group|page|"
    r"profile|stream|shop|store|Live|Kanal|Gruppe|Profil|Seite"
    rf"|Stream|Laden|Shop) (?:di|da|of|von|der|del|della) {_NAME}"
)
_OWNED = re.compile(
    rf"{_NAME}['’]s (?:\w+ )?(?:live|channel|group|page|profile|stream|shop|store|account|video)"
)
_CALLS = re.compile(
    r"\b(?:and|pass|segui|iscriv|unit|cerc|visit|guard|go|head|watch|follow|join|check|find|"
    r"look|geh|schau|folg|komm|abonnier|trit|besuch|meglio|better"
    r"|besser|lieber)\w*"
)
_ENDORSES = re.compile(
    r"\b(?:compr|buy|kauf|miglior|best|beste|sponsor|scaric|download|lad(?:e|et)|prov(?:a|ate)|"
    r"try|probier|consigli|recommend|empfehl"
    r"|ordin(?:a|ate)|order|bestell|bev(?:ete|i)|drink|trink|us(?:a|ate)|use|benutz|meglio|"
    r"better|besser|batte|beats|schlagt)\w*"
)
# Words that begin with a capital letter and name nobody.
_NOBODY = frozenset(
    [
        "Chat",
        "Live",
        "Stream",
        "Kanal",
        "Show",
        "Spiel",
        "Quiz",
        "Profil",
        "Gruppe",
        "Freunde",
        "Leute",
        "Creator",
        "Host",
        "Tipps",
        "TikTok",
        "I",
        "Io",
        "Me",
        "Mir",
        "Uns",
        "Dir",
        "Euch",
        "Runde",
        "Video",
        "Musik",
    ]
)


def promotes(text: str, given: Given, *, own_names: str = "") -> bool:
    """Return whether a text sends viewers to somebody, or praises a brand, that the show does not name.

    `own_names`: the host's name and the show's account.
    """
    known = f"{given.facts} {own_names}".casefold()
    folded = fold(text)
    names = [found["name"] for found in _PERSON.finditer(text)]
    if _CALLS.search(folded):
        names += [found["name"] for pattern in (_PLACE, _OWNED) for found in pattern.finditer(text)]
    if any(_is_other(name, known) for name in names):
        return True
    chat = fold(given.chat)
    brands = [found[0] for found in _brands().finditer(folded) if found[0] not in fold(known)]
    return any(brand not in chat for brand in brands) or bool(brands and _ENDORSES.search(folded))


def _is_other(name: str, known: str) -> bool:
    words = name.lstrip("@").rstrip(".,!?'’").split()
    return words[0] not in _NOBODY and words[0].casefold() not in known


@cache
def _brands() -> re.Pattern[str]:
    lines = files(__package__).joinpath("brands.txt").read_text(encoding="utf-8").splitlines()
    return re.compile(rf"\b(?:{'|'.join(re.escape(line) for line in lines if line)})\b")

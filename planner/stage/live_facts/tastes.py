"""Gives the host tastes of its own: the same all through a live, others in the next."""

import re
from functools import cache
from importlib.resources import files
from tomllib import loads
from zlib import crc32

from planner.stage.choice.line_features import fold

_WORDS = r"[\w'-]+(?: [\w'-]+){0,2}?"
_OPTIONS = re.compile(
    rf"({_WORDS}) (?:or|o|oppure|oder|vs\.?|versus) (?:the |a |la |il |lo |die |der |das )?({_WORDS})\W*$"
)
_FAVOURITE = re.compile(
    r"\b(?:favou?rit\w*|fave?|preferit\w*|lieblings\w*|preferisci"
    r"|(?:what|which|che|quale|quali|welche\w*|was fur)\b.{0,40}\b(?:you|ti|tu|preferisci|ascolti|du|dir))\b"
)
_LIKING = re.compile(r"\b(?:do (?:you|u) (?:like|love|enjoy)|ti piac\w+|magst du|gefallt dir|liebst du)\b")
_LAST_WORD = re.compile(r"[\w'-]+$")


def chosen_option(text: str, seed: int) -> str:
    """Return `first` or `second` for `sea or mountains?`, the same thing in any order; or nothing."""
    found = _OPTIONS.search(fold(text))
    if not found:
        return ""
    one, other = (_LAST_WORD.findall(part)[-1] for part in found.groups())
    liked = min((one, other), key=lambda option: _draw(seed, option))
    return "first" if liked == one else "second"


def asks_favourite(text: str) -> bool:
    """Return whether a question asks what the host likes best of a kind."""
    return bool(_FAVOURITE.search(fold(text)))


def asks_liking(text: str) -> bool:
    """Return whether a question asks if the host likes something."""
    return bool(_LIKING.search(fold(text)))


def favourite_of(text: str, seed: int, language: str) -> str:
    """Return the host's favourite of the kind that a question names; an empty string for an unknown kind."""
    words = fold(text)
    for kind, (pattern, favourites) in _kinds(language).items():
        if pattern.search(words):
            return favourites[_draw(seed, kind) % len(favourites)]
    return ""


def _draw(seed: int, what: str) -> int:
    return crc32(f"{seed}/{what}".encode())


@cache
def _kinds(language: str) -> dict[str, tuple[re.Pattern[str], tuple[str, ...]]]:
    table = loads(files(__package__).joinpath(f"tastes_{language}.toml").read_text(encoding="utf-8"))
    return {
        kind: (re.compile(rf"\b(?:{entry['asked']})\b"), tuple(entry["favourites"]))
        for kind, entry in table.items()
    }

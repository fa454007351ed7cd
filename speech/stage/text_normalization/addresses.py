"""Says links, mail addresses, handles and hashtags."""

import re
from functools import lru_cache

from speech.stage.text_normalization.rules import Rule
from speech.stage.text_normalization.vocabulary import Vocabulary

_LINK = re.compile(r"(?:https?://|www\.)[^\s<>]*[^\s<>.,;:!?)'\"]", re.IGNORECASE)
_DOMAIN = re.compile(
    r"(?<![\w@.])(?:[a-z0-9-]+\.)+(?:com|it|de|net|org|tv|io|shop|live|eu|me|app|dev|info|gg|ly|ch|fr|uk)\b"
    r"(?:/[^\s<>]*[^\s<>.,;:!?)])?",
    re.IGNORECASE,
)
_EMAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_HANDLE = re.compile(r"(?<!\w)@([\w.]*\w)")
_HASHTAG = re.compile(r"(?<!\w)#(\w*[^\W\d]\w*)")
_HUMP = re.compile(
    r"(?<=[a-zà-ÿ])(?=[A-ZÀ-Þ])|(?<=[A-ZÀ-Þ])(?=[A-ZÀ-Þ][a-zà-ÿ])|(?<=[A-Za-zÀ-ÿ])(?=\d)|(?<=\d)(?=[A-Za-zÀ-ÿ])"
)
_DECORATION = re.compile(r"^[xX]{1,3}[._]+|[._]+[xX]{1,3}$|\d+$")
_SNAKE = re.compile(r"(?<=[^\W_])_+(?=[^\W_])")
_FILE = re.compile(
    r"(?<=\w)\.(?=(?:pdf|docx?|xlsx?|txt|csv|jpe?g|png|gif|mp[34]|wav|zip|exe|py|js|html?)\b)", re.IGNORECASE
)


def address_rules(vocabulary: Vocabulary) -> list[Rule]:
    """Return the rules; what they say holds no sign that another rule reads."""
    return [
        Rule(_EMAIL, lambda found: _address(found[0], vocabulary)),
        Rule(_LINK, lambda found: _address(_without_scheme(found[0]), vocabulary)),
        Rule(_DOMAIN, lambda found: _address(found[0], vocabulary)),
        Rule(_HANDLE, lambda found: _nickname(found[1])),
        Rule(_HASHTAG, lambda found: f"{vocabulary['hashtag']} {_split_name(found[1])}"),
        Rule(_FILE, lambda _: f" {vocabulary['point']} "),
        Rule(_SNAKE, lambda _: " "),
    ]


def _address(address: str, vocabulary: Vocabulary) -> str:
    words = {"/": "slash", ".": "point", "@": "at", "-": "dash"}
    said = re.sub(r"[/.@-]", lambda found: f" {vocabulary[words[found[0]]]} ", address.rstrip("/"))
    return " ".join(_HUMP.sub(" ", re.sub(r"[_?=&#%+:~]", " ", said)).split())


@lru_cache(maxsize=1_024)
def _split_name(name: str) -> str:
    """Split a handle or a hashtag into its words."""
    return " ".join(_HUMP.sub(" ", re.sub(r"[._]+", " ", name)).split())


@lru_cache(maxsize=1_024)
def _nickname(handle: str) -> str:
    """Say a handle without decoration; whole if there is nothing else."""
    bare = handle
    while (less := _DECORATION.sub("", bare)) != bare:
        bare = less
    return _split_name(bare) or _split_name(handle)


def _without_scheme(link: str) -> str:
    return re.sub(r"^(?:https?://)?(?:www\.)?|[?#].*$", "", link, flags=re.IGNORECASE)

"""Says at whom a comment is aimed: the host, another viewer, or nobody."""

import re
from collections.abc import Set

_MENTION = re.compile(r"@([\w.]+)")
_WORD = re.compile(r"[^\W_]+")
_YOU = re.compile(
    r"(?<!\w)(?:you|u|ur|your|you're|youre|ya|yourself|host|bot|robot|ai|ki"
    r"|(?:this|sta|questa|dieser?|dieses|das|der|die) (?:live|stream|show|voice|voce|stimme|diretta|bot|host)"
    r"|tu|te|ti|vi|sei|siete|stai|fai|fate|tuo|tua|tuoi|non (?:sai|capisci|servi)"
    r"|du|dich|dir|dein\w*|bist|ihr|euch|seid|nervst|kannst)(?!\w)"
)
# Orders mean whoever reads them, as long as nobody else is named.
_ORDER = re.compile(
    r"(?<!\w)(?:shut (?:up|it)|get lost|go away|vattene|(?:stai )?zitt[oa]|chiudi(?: la live)?"
    r"|halts? .{0,12}(?:klappe|fresse|maul|schnauze|mund)|verpiss dich|hau ab|verschwinde|schäm dich)(?!\w)"
)
_ORDER_SHARE = 0.6
_ASKS = re.compile(
    r"\?|(?<!\w)(?:what|who|why|how|do you|are you|think|thoughts|opinion|about"
    r"|cosa|che ne|chi|perche|come|pensi|pensate|voti|opinione"
    r"|was|wer|warum|wieso|wie|denkst|haltst|haeltst|meinung|glaubst)(?!\w)"
)


def is_aimed_at_host(words: str, match: re.Match[str], hosts: Set[str]) -> bool:
    """Return whether an insult means the host: a normalised text has `you`, its name, or an order."""
    if _YOU.search(words) or not hosts.isdisjoint(_WORD.findall(words)):
        return True
    return bool(_ORDER.search(words)) and len(match[0]) >= _ORDER_SHARE * len(words)


def asks_or_is_told(words: str) -> bool:
    """Return whether a normalised text asks something or speaks to `you`, so that an answer is expected."""
    return bool(_ASKS.search(words) or _YOU.search(words))


def is_talk_of_others(text: str, hosts: Set[str]) -> bool:
    """Return whether a comment mentions somebody by `@`, and not the host."""
    mentioned = {name.casefold().replace(".", "").replace("_", "") for name in _MENTION.findall(text)}
    return bool(mentioned) and hosts.isdisjoint(mentioned)

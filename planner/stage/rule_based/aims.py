"""Says at whom a comment is aimed: the host, another viewer, or nobody."""

import re
from collections.abc import Set

_MENTION = re.compile(r"@([\w.]+)")
_WORD = re.compile(r"[^\W_]+")
_YOU = re.compile(
    r"(?<!\w)(?:you|u|ur|your|you're|youre|ya|yourself|host|bot|robot|ai|ki"
    r"|(?:this|sta|questa|dieser?|dieses|das|der|die)"
    r" (?:live|chat|stream|show|voice|voce|stimme|diretta|bot|host)"
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
_OF_LIVE = re.compile(
    r"(?<!\w)(?:sound|audio|ton|voice|boring|scam|paid|ordered"
    r"|langweilig|zeitverschwendung|waste of time)(?!\w)"
)
# Who writes of themselves, in a text without accents.
_OWN = re.compile(
    r"(?<!\w)(?:i|i'\w+|im|ive|my|me|mine|we|we'\w+|our|us"
    r"|io|mi|mio|mia|miei|mie|ho|sono|noi|abbiamo|siamo|ci|nostr\w|ero|sto"
    r"|ich|mein\w*|mir|mich|wir|uns|unser\w*)(?!\w)"
)
# Words of English, where a sentence names its person; Italian and German hide it in the verb or the order.
_ENGLISH = re.compile(
    r"(?<!\w)(?:the|that|that's|is|was|with|gonna|it'd|if|you|have|go|hate|again|recently|so|and|lol|lul)(?!\w)"
)


def names_its_person(words: str) -> bool:
    """Return whether a normalised text is in a language whose sentences name who they are about."""
    return bool(_ENGLISH.search(words))


def is_of_oneself(words: str) -> bool:
    """Return whether a normalised text is in the first person."""
    return bool(_OWN.search(words))


def is_told(words: str) -> bool:
    """Return whether a normalised text speaks to the host, or of this live."""
    return bool(_YOU.search(words))


def is_about_live(words: str) -> bool:
    """Return whether a normalised text complains of what a live can be blamed for."""
    return bool(_OF_LIVE.search(words))


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

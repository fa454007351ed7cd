"""Removes from untrusted text what cannot be spoken."""

import unicodedata

# Variation selectors, keycap and skin-tone marks: they only modify an emoji.
_EMOJI_MODIFIERS = frozenset((*range(0xFE00, 0xFE10), 0x20E3, *range(0x1F3FB, 0x1F400)))
_FIRST_PICTOGRAPH = 0x2190
_BREAKS = frozenset(("Cc", "Zl", "Zp", "Zs"))
_INVISIBLE = frozenset(("Cf", "Cn", "Co", "Cs"))


def remove_unspeakable(text: str) -> str:
    """Return the words of a text on one line, or an empty string when nothing can be spoken.

    Control characters become spaces; format, private and unassigned characters and lone surrogates
    are removed, because some engines interpret them; pictographs are removed, because engines name them.
    """
    line = " ".join("".join(map(_voiced, text)).split())
    return line if any(map(str.isalnum, line)) else ""


def _voiced(character: str) -> str:
    category = unicodedata.category(character)
    if category in _BREAKS or (category == "So" and ord(character) >= _FIRST_PICTOGRAPH):
        return " "
    if category in _INVISIBLE or ord(character) in _EMOJI_MODIFIERS:
        return ""
    return character

"""Folds written decoration: HTML entities, fancy letters, and runs of letters."""

import html
import re
import unicodedata
from html.entities import html5

_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")
_ENCODED_TIMES = 3
SMALL_CAPITALS = str.maketrans("ᴀʙᴄᴅᴇꜰɢʜɪᴊᴋʟᴍɴᴏᴘǫʀꜱᴛᴜᴠᴡʏᴢ", "abcdefghijklmnopqrstuvwyz")
# Blocks whose letters NFKC writes plainly. Not all of them: NFKC would also undo ½, ², º and ª.
_FANCY = (
    (0x1D400, 0x1D7FF),  # mathematical alphabets
    (0xFF01, 0xFF5E),  # full width
    (0x24B6, 0x24E9),  # circled letters
    (0x249C, 0x24B5),  # letters in parentheses
    (0x1F110, 0x1F149),  # letters in parentheses and squares
    (0x2100, 0x2102), (0x210A, 0x2115), (0x2119, 0x2124), (0x2128, 0x2131), (0x2133, 0x2134),  # letter-like
    (0x2160, 0x217F),  # Roman numerals
    (0x02B0, 0x02B8), (0x1D2C, 0x1D6A), (0x1D9B, 0x1DBF), (0x2071, 0x2071),  # raised letters
    (0x207F, 0x207F),
    (0xFB00, 0xFB06),  # ligatures
)  # fmt: skip
# White letters on black: circled, squared. They have no plain form in NFKC.
_DARK_LETTERS = (0x1F150, 0x1F170)
_CIRCLED_DIGITS, _DARK_DIGITS = (0x2460, 0x249B), (0x2776, 0x2793)
_PLAIN_TEXT = re.compile(r"[\x20-\x7e\u00a0-\u024f\u2010-\u2027\u20a0-\u20bf\n]*")
_EMOTICON = re.compile(
    r"(?<!\S)(?:[:;]['’]?[-^]?[)(DPpOo3*/\\|\]\[]+|[\^>][_.-]*[\^<]|[-;][_.]+[-;]|[TtOoUu0]_[TtOoUu0]|¯\\_\(ツ\)_/¯)"
    r"(?=$|[\s,.!?])"
)
_LETTER_RUN = re.compile(r"([^\W\d_])\1{3,}", re.IGNORECASE)
_SYLLABLE_RUN = re.compile(r"([^\W\d_]{2,4}?)\1{3,}(?:[^\W\d_](?![^\W\d_]))?", re.IGNORECASE)
_MARK_RUN = re.compile(r"([!?])[!?]{3,}")
_DOT_RUN = re.compile(r"\.{4,}|(?:…\s*){2,}")
_LINE_RUN = re.compile(r"[-_=~*#•–—]{3,}")


def unescape_entities(text: str) -> str:
    """Turn HTML entities into their characters, also those that were encoded twice; `&copy` alone stays."""
    for _ in range(_ENCODED_TIMES):
        plain = _ENTITY.sub(_unescaped, text)
        if plain == text:
            break
        text = plain
    return text


def _unescaped(found: re.Match[str]) -> str:
    entity = found[0]
    # Of an unknown name only the whole counts: `&nothing;` is no `&not`.
    return html.unescape(entity) if entity[1] == "#" else html5.get(entity[1:], entity)


def fold_letters(text: str) -> str:
    """Write fancy letters and foreign digits plainly: 𝓒𝓲𝓪𝓸, ＨＥＬＬＯ, ⓗⓘ, ᴄɪᴀᴏ, ٣."""
    return text if _PLAIN_TEXT.fullmatch(text) else "".join(map(_folded, text.translate(SMALL_CAPITALS)))


def remove_emoticons(text: str) -> str:
    """Remove faces made of signs, `:-)`, `:3`, `^_^`, `T_T`; the heart `<3` is a word and stays."""
    return _EMOTICON.sub("", text)


def shorten_runs(text: str) -> str:
    """Keep at most three of a letter and of a syllable, and three marks: `nooooo`, `AHAHAHAH`, `?!?!?!`."""
    text = _LETTER_RUN.sub(lambda found: found[0][:3], text)
    text = _SYLLABLE_RUN.sub(lambda found: found[0][: 3 * len(found[1])], text)
    text = _MARK_RUN.sub(lambda found: "?" if "?" in found[0] else found[1], text)
    return _LINE_RUN.sub(" ", _DOT_RUN.sub("...", text))


def _folded(character: str) -> str:
    code = ord(character)
    if code < 0x80:
        return character
    if any(first <= code <= last for first, last in _FANCY):
        return unicodedata.normalize("NFKC", character).strip("()")
    for first in _DARK_LETTERS:
        if first <= code < first + 26:
            return chr(ord("A") + code - first)
    if unicodedata.category(character) == "Nd":
        return str(unicodedata.decimal(character))
    if _CIRCLED_DIGITS[0] <= code <= _CIRCLED_DIGITS[1] or _DARK_DIGITS[0] <= code <= _DARK_DIGITS[1]:
        return f"{unicodedata.numeric(character):.0f}"
    return character

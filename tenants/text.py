"""Cleans texts for storage in the database."""


def clean_text(text: str, max_chars: int) -> str:
    """Return at most `max_chars` of `text` without NUL characters and lone surrogates."""
    # Cut first: an attacker's text may be megabytes long.
    text = text[:max_chars]
    if text.isascii():
        return text.replace("\0", "") if "\0" in text else text
    return text.replace("\0", "").encode("utf-8", "replace").decode("utf-8")

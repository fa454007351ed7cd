"""The words by which viewers know that the host is an artificial intelligence."""

from django.utils.translation import override, pgettext


def badge_text(language: str) -> str:
    """Return the words of the badge in a language such as "de"."""
    with override(language):
        return pgettext("badge", "Virtual Host · AI")

"""Says in sentences why a source was not read."""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from knowledge.parsing.document import FailureReason

REASONS: Mapping[str, Promise | str] = {
    FailureReason.EMPTY: _("It contains no text."),
    FailureReason.ENCRYPTED: _("It is protected with a password. Save it without one, and upload it again."),
    FailureReason.SCANNED: _(
        "Its pages are pictures without text, as from a scanner. Export it with text recognition."
    ),
    FailureReason.TOO_LARGE: _(
        "It is too large: at most 25 MB, and 10 million characters of text. Divide it."
    ),
    FailureReason.TOO_MANY_PAGES: _("It has more than 2,000 pages. Divide it."),
    FailureReason.TOO_MANY_ROWS: _("It has more than 20,000 rows or entries. Divide it."),
    FailureReason.BOMB: _(
        "It needs far more memory than a document of its size should, so we do not open it."
    ),
    FailureReason.TOO_SLOW: _("Reading it takes too long. Export it again in a simpler form, or divide it."),
    FailureReason.BROKEN: _("It is damaged. Open it in its own program, and save it again."),
    FailureReason.UNSUPPORTED: _(
        "This kind of file is not read. Use PDF, DOCX, TXT, Markdown, CSV, JSON or HTML."
    ),
    FailureReason.OLD_OFFICE: _("It is an old Office file. Save it as DOCX or PDF."),
    FailureReason.AMBIGUOUS: _("It is two kinds of file at once, so we do not open it. Export it again."),
    FailureReason.UNREACHABLE: _("The page did not answer. Check the address, and try again."),
    FailureReason.NOT_ALLOWED: _("The address does not lead to the public web."),
    FailureReason.DISALLOWED: _("The site's robots.txt does not allow us to read this page."),
    FailureReason.LOST: _("Its file is no longer there. Upload it again."),
}


def reason_text(reason: str) -> str:
    """Return the sentence for a reason; empty for none."""
    return str(REASONS.get(reason, ""))

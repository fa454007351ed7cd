"""Names that users give to things."""

from collections.abc import Collection, Iterator
from itertools import count

from django.core.exceptions import ValidationError
from django.utils.translation import gettext, gettext_lazy

NAME_LENGTH = 100
COPY_SUFFIX_LENGTH = 20
# They turn the order of the letters after them, so that a name would look like another.
DIRECTION_CONTROLS = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
REFUSED = gettext_lazy("This name has invisible signs that turn its letters around. Type it again.")


def refuse_direction_controls(name: str) -> None:
    """Raise ValidationError for a name with characters that change the direction of text.

    Unicode's embeddings, overrides and isolates (UAX 9, section 2). The marks that Arabic and Hebrew names
    need are allowed.
    """
    if not DIRECTION_CONTROLS.isdisjoint(name):
        raise ValidationError(REFUSED, code="direction_controls")


def copy_name(name: str, *, taken: Collection[str], max_length: int = NAME_LENGTH) -> str:
    """Return a name for a copy that is not among the taken ones."""
    return next(copy for copy in _copy_names(name[: max_length - COPY_SUFFIX_LENGTH]) if copy not in taken)


def _copy_names(stem: str) -> Iterator[str]:
    yield gettext("%(name)s (copy)") % {"name": stem}
    for number in count(2):
        yield gettext("%(name)s (copy %(number)d)") % {"name": stem, "number": number}

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from speech.errors import WordConflict
from speech.models import Pronunciation
from speech.signals import send_voices_changed_on_commit
from tenants.models import Language, Tenant

MAX_WORDS = 500
WRITTEN_LENGTH = 80
SPOKEN_LENGTH = 160


@dataclass(frozen=True, slots=True)
class WordProblem:
    """What is wrong with a pasted line, which is counted from 1."""

    line: int
    text: str
    why: str


def words_for(tenant_id: UUID, language: str) -> dict[str, str]:
    """Return how a workspace wants its words said in a language. One query."""
    return dict(words_by_language(tenant_id).get(language[:2], {}))


def words_by_language(tenant_id: UUID) -> dict[str, Mapping[str, str]]:
    """Return how words are said, by language; under "" those of every language. One query."""
    rows = list(Pronunciation.objects.filter(tenant_id=tenant_id))
    everywhere = {row.written.casefold(): row.spoken for row in rows if not row.language}
    found: dict[str, Mapping[str, str]] = {"": everywhere}
    for language in Language.values:
        own = {row.written.casefold(): row.spoken for row in rows if row.language == language}
        found[language] = {**everywhere, **own}
    return found


def add_word(*, tenant: Tenant, written: str, spoken: str, language: str = "") -> Pronunciation:
    """Keep a pronunciation; raise `WordConflict` when there is one already, or too many."""
    word = _add(tenant, written, spoken, language)
    send_voices_changed_on_commit(tenant.id)
    return word


@transaction.atomic
def _add(tenant: Tenant, written: str, spoken: str, language: str) -> Pronunciation:
    Tenant.objects.select_for_update().get(id=tenant.id)  # so that two together do not pass the limit
    if Pronunciation.objects.filter(tenant=tenant).count() >= MAX_WORDS:
        raise WordConflict(_("A workspace has at most %(most)d words.") % {"most": MAX_WORDS})
    word = Pronunciation(tenant=tenant, written=written, spoken=spoken, language=language)
    return _save(word)


def change_word(*, word: Pronunciation, **changes: str) -> Pronunciation:
    """Change a pronunciation; raise `WordConflict` when another one has this word."""
    for name, value in changes.items():
        setattr(word, name, value)
    _save(word)
    send_voices_changed_on_commit(word.tenant_id)
    return word


def delete_word(*, word: Pronunciation) -> None:
    word.delete()
    send_voices_changed_on_commit(word.tenant_id)


def _save(word: Pronunciation) -> Pronunciation:
    try:
        with transaction.atomic():
            word.save()
    except IntegrityError:
        words = _("“%(written)s” is there already in this language.")
        raise WordConflict(words % {"written": word.written}) from None
    return word


@transaction.atomic
def add_words(*, tenant: Tenant, text: str, language: str = "") -> tuple[int, list[WordProblem]]:
    """Keep every line "written = spoken" that is right; return how many, and what is wrong with others."""
    kept, problems = 0, []
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip():
            continue
        try:
            written, spoken = parse_line(line)
            _add(tenant, written, spoken, language)
            kept += 1
        except WordConflict as error:
            problems.append(WordProblem(number, line.strip(), str(error)))
    send_voices_changed_on_commit(tenant.id)
    return kept, problems


def parse_line(line: str) -> tuple[str, str]:
    """Return the two sides of a line; raise `WordConflict` for one that has not two."""
    written, equals, spoken = (" ".join(part.split()) for part in line.partition("="))
    if not equals or not written or not spoken:
        raise WordConflict(_("Write it as: written = spoken."))
    if len(written) > WRITTEN_LENGTH or len(spoken) > SPOKEN_LENGTH:
        words = _("At most %(written)d characters written and %(spoken)d spoken.")
        raise WordConflict(words % {"written": WRITTEN_LENGTH, "spoken": SPOKEN_LENGTH})
    if not any(map(str.isalnum, written)) or "\0" in line:
        raise WordConflict(_("There is no word to say."))
    return written, spoken

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from speech.errors import PronunciationConflict
from speech.models import Pronunciation
from speech.signals import send_voices_changed_on_commit
from tenants import audit
from tenants.models import Language, Tenant

MAX_PRONUNCIATIONS = 500
WRITTEN_LENGTH = 80
SPOKEN_LENGTH = 160


@dataclass(frozen=True, slots=True)
class ImportProblem:
    """A pasted line that was not added, and why. Lines are counted from 1."""

    line: int
    text: str
    why: str


def pronunciations_for(tenant_id: UUID, language: str) -> dict[str, str]:
    """Return a workspace's pronunciations in a language: written, in lower case, to spoken. One query."""
    return dict(pronunciations_by_language(tenant_id).get(language[:2], {}))


def pronunciations_by_language(tenant_id: UUID) -> dict[str, Mapping[str, str]]:
    """Return a workspace's pronunciations by language; under "" those of every language. One query."""
    rows = list(Pronunciation.objects.filter(tenant_id=tenant_id))
    everywhere = {row.written.casefold(): row.spoken for row in rows if not row.language}
    found: dict[str, Mapping[str, str]] = {"": everywhere}
    for language in Language.values:
        own = {row.written.casefold(): row.spoken for row in rows if row.language == language}
        found[language] = {**everywhere, **own}
    return found


def add_pronunciation(*, tenant: Tenant, written: str, spoken: str, language: str = "") -> Pronunciation:
    """Store a pronunciation; raise `PronunciationConflict` for a duplicate or one too many."""
    pronunciation = _add(tenant, written, spoken, language)
    send_voices_changed_on_commit(tenant.id)
    return pronunciation


@transaction.atomic
def _add(tenant: Tenant, written: str, spoken: str, language: str) -> Pronunciation:
    Tenant.objects.select_for_update().get(id=tenant.id)  # two requests together must not pass the limit
    if Pronunciation.objects.filter(tenant=tenant).count() >= MAX_PRONUNCIATIONS:
        words = _("A workspace can have at most %(most)d pronunciations. Delete one first.")
        raise PronunciationConflict(words % {"most": MAX_PRONUNCIATIONS})
    row = _save(Pronunciation(tenant=tenant, written=written, spoken=spoken, language=language))
    audit.record("pronunciation.created", row)
    return row


@transaction.atomic
def change_pronunciation(*, pronunciation: Pronunciation, **changes: str) -> Pronunciation:
    """Change a pronunciation; raise `PronunciationConflict` when it becomes a duplicate."""
    before = audit.values_of(Pronunciation.objects.get(pk=pronunciation.pk), changes)
    for name, value in changes.items():
        setattr(pronunciation, name, value)
    _save(pronunciation)
    if changed := audit.differences(before, audit.values_of(pronunciation, changes)):
        audit.record("pronunciation.changed", pronunciation, detail=changed)
    send_voices_changed_on_commit(pronunciation.tenant_id)
    return pronunciation


@transaction.atomic
def delete_pronunciation(*, pronunciation: Pronunciation) -> None:
    audit.record("pronunciation.deleted", pronunciation)
    pronunciation.delete()
    send_voices_changed_on_commit(pronunciation.tenant_id)


def _save(pronunciation: Pronunciation) -> Pronunciation:
    try:
        with transaction.atomic():
            pronunciation.save()
    except IntegrityError:
        words = _("“%(written)s” already has a pronunciation in this language.")
        raise PronunciationConflict(words % {"written": pronunciation.written}) from None
    return pronunciation


@transaction.atomic
def import_pronunciations(
    *, tenant: Tenant, text: str, language: str = ""
) -> tuple[int, list[ImportProblem]]:
    """Store each line "written = spoken" of a text; return how many, and the lines that have a problem."""
    added, problems = 0, []
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip():
            continue
        try:
            written, spoken = parse_line(line)
            _add(tenant, written, spoken, language)
            added += 1
        except PronunciationConflict as error:
            problems.append(ImportProblem(number, line.strip(), str(error)))
    send_voices_changed_on_commit(tenant.id)
    return added, problems


def parse_line(line: str) -> tuple[str, str]:
    """Return the written and the spoken side of a line; raise `PronunciationConflict` if it is malformed."""
    written, equals, spoken = (" ".join(part.split()) for part in line.partition("="))
    if not equals or not written or not spoken:
        raise PronunciationConflict(_("Write it as: written = spoken."))
    if len(written) > WRITTEN_LENGTH or len(spoken) > SPOKEN_LENGTH:
        words = _("At most %(written)d characters written and %(spoken)d spoken.")
        raise PronunciationConflict(words % {"written": WRITTEN_LENGTH, "spoken": SPOKEN_LENGTH})
    if not any(map(str.isalnum, written)) or "\0" in line:
        raise PronunciationConflict(_("The written side needs at least one letter or digit."))
    return written, spoken

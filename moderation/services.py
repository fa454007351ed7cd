"""Changes policies and viewer rules."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from moderation.defaults import POLICY_NAMES, default_blocklist
from moderation.errors import BlocklistError
from moderation.models import Policy, ViewerRule
from moderation.signals import policy_changed
from tenants import audit
from tenants.models import Tenant

MAX_TERMS = 20_000
MAX_TERM_LENGTH = 100
COMMENT_MARK = "#"


def get_default_policy(*, tenant: Tenant, language: str) -> Policy:
    """Return the tenant's default policy for a language; create it on the first call."""
    policy: Policy
    policy, _made = Policy.objects.get_or_create(
        tenant=tenant, name=POLICY_NAMES[language], defaults={"blocklist": default_blocklist(language)}
    )
    return policy


@transaction.atomic
def change_policy(*, policy: Policy, **changes: Any) -> Policy:
    """Set some of a policy's fields. Running lives apply them at once."""
    before = audit.values_of(Policy.objects.get(pk=policy.pk), changes)
    for field, value in changes.items():
        setattr(policy, field, value)
    policy.save(update_fields=list(changes))
    _record_change(policy, before)
    _send_on_commit(policy)
    return policy


@transaction.atomic
def import_blocklist(*, policy: Policy, content: bytes) -> int:
    """Add a text file's lines to a blocklist and return the number of new ones.

    Blank lines and lines that start with `#` are skipped. Raise `BlocklistError` for a file that is not
    UTF-8, a line over 100 characters, or more than 20,000 terms.
    """
    terms = clean_terms(
        line for line in _decode(content).splitlines() if not line.lstrip().startswith(COMMENT_MARK)
    )
    locked = Policy.objects.select_for_update().get(pk=policy.pk)
    policy.blocklist = clean_terms([*locked.blocklist, *terms])
    policy.save(update_fields=["blocklist"])
    _record_change(policy, {"blocklist": locked.blocklist})
    _send_on_commit(policy)
    return len(policy.blocklist) - len(locked.blocklist)


@transaction.atomic
def block_term(*, policy: Policy, term: str) -> None:
    """Add a word to the blocklist and remove it from the allowlist. Raise `BlocklistError`."""
    _move_term(policy, term, into="blocklist", out_of="allowlist")


@transaction.atomic
def allow_term(*, policy: Policy, term: str) -> None:
    """Add a word to the allowlist and remove it from the blocklist. Raise `BlocklistError`."""
    _move_term(policy, term, into="allowlist", out_of="blocklist")


def _move_term(policy: Policy, term: str, *, into: str, out_of: str) -> None:
    locked: Policy = Policy.objects.select_for_update().get(pk=policy.pk)
    (clean,) = clean_terms([term]) or [""]
    if not clean:
        raise BlocklistError(_("There is no word here."))
    rest = [known for known in getattr(locked, out_of) if known.casefold() != clean.casefold()]
    setattr(policy, into, clean_terms([*getattr(locked, into), clean]))
    setattr(policy, out_of, rest)
    policy.save(update_fields=[into, out_of])
    _record_change(policy, audit.values_of(locked, (into, out_of)))
    _send_on_commit(policy)


def _record_change(policy: Policy, before: Mapping[str, Any]) -> None:
    if changed := audit.differences(before, audit.values_of(policy, before)):
        audit.record("policy.changed", policy, detail=changed)


def _send_on_commit(policy: Policy) -> None:
    transaction.on_commit(lambda: _send_change(policy))


def _send_change(policy: Policy) -> None:
    policy_changed.send(sender=Policy, policy=policy)


def _decode(content: bytes) -> str:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise BlocklistError(_("The file is not UTF-8 text.")) from error
    if "\0" in text:
        raise BlocklistError(_("The file is not UTF-8 text."))
    return text


def clean_terms(lines: Iterable[str]) -> list[str]:
    """Return the words without duplicates and extra spaces. Raise `BlocklistError`."""
    kept: dict[str, str] = {}
    for line in lines:
        term = " ".join(line.replace("\0", "").split()).lstrip(f"{COMMENT_MARK} ")
        if len(term) > MAX_TERM_LENGTH:
            raise BlocklistError(
                _("A word has at most %(most)d characters; this one has more: %(term)s…")
                % {"most": MAX_TERM_LENGTH, "term": term[:40]}
            )
        if term:
            kept.setdefault(term.casefold(), term)
    if len(kept) > MAX_TERMS:
        raise BlocklistError(_("A list holds at most %(most)d words.") % {"most": MAX_TERMS})
    return list(kept.values())


@transaction.atomic
def set_viewer_rule(*, tenant: Tenant, viewer_hash: str, role: ViewerRule.Role, note: str = "") -> ViewerRule:
    """Give a viewer a role, in place of any earlier one."""
    rule: ViewerRule
    rule, _made = ViewerRule.objects.update_or_create(
        tenant=tenant, viewer_hash=viewer_hash, defaults={"standing": role, "note": note}
    )
    audit.record("viewer_rule.set", rule, detail={"standing": role})
    return rule


@transaction.atomic
def remove_viewer_rule(*, tenant: Tenant, viewer_hash: str) -> bool:
    """Delete a viewer's rule; return whether there was one."""
    rule = ViewerRule.objects.filter(tenant=tenant, viewer_hash=viewer_hash).first()
    if rule is None:
        return False
    audit.record("viewer_rule.removed", rule)
    rule.delete()
    return True


@transaction.atomic
def set_viewer_note(*, rule: ViewerRule, note: str) -> None:
    """Store the user's note on a viewer; it is the only readable mark of who that is."""
    rule.note = note
    rule.save(update_fields=["note"])
    audit.record("viewer_rule.noted", rule)


def viewer_standings(*, tenant: Tenant, viewer_hashes: Iterable[str]) -> dict[str, ViewerRule.Role]:
    """Return the roles of those viewers who have one."""
    rules = ViewerRule.objects.filter(tenant=tenant, viewer_hash__in=list(viewer_hashes))
    return {rule.viewer_hash: ViewerRule.Role(rule.standing) for rule in rules}

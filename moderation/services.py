from collections.abc import Iterable

from django.db import transaction

from moderation.defaults import POLICY_NAMES, default_blocklist
from moderation.errors import BlocklistError
from moderation.models import Policy, ViewerRule
from tenants.models import Tenant

MAX_TERMS = 20_000
MAX_TERM_LENGTH = 100
COMMENT_MARK = "#"


def get_default_policy(*, tenant: Tenant, language: str) -> Policy:
    """Return the tenant's ready-made policy for a language, making it the first time."""
    policy: Policy
    policy, _ = Policy.objects.get_or_create(
        tenant=tenant, name=POLICY_NAMES[language], defaults={"blocklist": default_blocklist(language)}
    )
    return policy


@transaction.atomic
def import_blocklist(*, policy: Policy, content: bytes) -> int:
    """Add a text file's lines to a policy's blocklist, `#` and blank lines aside; return how many are new.

    Raise `BlocklistError` for what is no UTF-8 text, for a line over 100 characters, and beyond 20,000 terms.
    """
    terms = _parse_terms(content)
    locked = Policy.objects.select_for_update().get(pk=policy.pk)
    known = {term.casefold() for term in locked.blocklist}
    new = [term for term in terms if term.casefold() not in known]
    if len(locked.blocklist) + len(new) > MAX_TERMS:
        raise BlocklistError(f"A blocklist holds at most {MAX_TERMS} terms.")
    policy.blocklist = [*locked.blocklist, *new]
    policy.save(update_fields=["blocklist"])
    return len(new)


def _parse_terms(content: bytes) -> list[str]:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise BlocklistError("The file is not UTF-8 text.") from error
    if "\0" in text:
        raise BlocklistError("The file is not UTF-8 text.")
    lines = (" ".join(line.split()) for line in text.splitlines())
    terms = {line.casefold(): line for line in lines if line and not line.startswith(COMMENT_MARK)}
    if any(len(term) > MAX_TERM_LENGTH for term in terms):
        raise BlocklistError(f"A term has at most {MAX_TERM_LENGTH} characters.")
    return list(terms.values())


def set_viewer_rule(
    *, tenant: Tenant, viewer_hash: str, standing: ViewerRule.Standing, note: str = ""
) -> ViewerRule:
    """Block or trust a viewer; whoever was trusted before is then blocked, and the other way round."""
    rule: ViewerRule
    rule, _ = ViewerRule.objects.update_or_create(
        tenant=tenant, viewer_hash=viewer_hash, defaults={"standing": standing, "note": note}
    )
    return rule


def remove_viewer_rule(*, tenant: Tenant, viewer_hash: str) -> bool:
    """Forget what was decided about a viewer; tell whether anything was."""
    removed, _ = ViewerRule.objects.filter(tenant=tenant, viewer_hash=viewer_hash).delete()
    return removed > 0


def viewer_standings(*, tenant: Tenant, viewer_hashes: Iterable[str]) -> dict[str, ViewerRule.Standing]:
    """Return what was decided about those of some viewers about whom anything was."""
    rules = ViewerRule.objects.filter(tenant=tenant, viewer_hash__in=list(viewer_hashes))
    return {rule.viewer_hash: ViewerRule.Standing(rule.standing) for rule in rules}

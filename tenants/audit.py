"""The audit log: who changed what, when, and from where. See docs/decisions/0009."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Model
from django_scopes import scopes_disabled

from tenants.acting import Actor, current_actor
from tenants.models import AuditEntry, Tenant

MAX_LABEL = 200
MAX_TEXT = 200
MAX_ITEMS = 20
ALLOW_ERASURE = "vivavoce.audit_erasure"  # the trigger of migration 0002 reads this setting


def record(
    verb: str,
    target: Model | None,
    *,
    detail: Mapping[str, Any] | None = None,
    label: str | None = None,
    actor: Actor | None = None,
) -> None:
    """Record that the current actor did `verb` to `target`.

    Call it in the transaction of the change, so that both are committed or neither; before a deletion, while
    the row still has its id.

    - `verb`: "noun.past_participle", such as "token.revoked".
    - `detail`: JSON values, never a secret.
    - `label`: replaces the row's text.
    """
    by = actor or current_actor()
    AuditEntry(
        tenant_id=_tenant_id_of(target),
        actor_kind=by.kind,
        user_id=by.user_id,
        token_id=by.token_id,
        actor_label=by.label,
        address=by.address,
        device=by.device,
        verb=verb,
        object_type=target._meta.label_lower if target else "",
        object_id=str(target.pk) if target else "",
        object_label=(str(target or "") if label is None else label)[:MAX_LABEL],
        detail=dict(detail or {}),
    ).save(force_insert=True)


def _tenant_id_of(target: Model | None) -> UUID | None:
    if isinstance(target, Tenant):
        return target.id
    tenant_id: UUID | None = getattr(target, "tenant_id", None)
    return tenant_id


def values_of(row: Model, fields: Iterable[str]) -> dict[str, Any]:
    """Return the named fields of a row, for `differences`; a foreign key is its id."""
    return {name: row.serializable_value(name) for name in fields}


def differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields that differ as `{"field": {"before": …, "after": …}}`; long values are cut."""
    return {
        name: {"before": _shown(before.get(name)), "after": _shown(value)}
        for name, value in after.items()
        if before.get(name) != value
    }


def _shown(value: Any) -> Any:
    if isinstance(value, str):
        return value if len(value) <= MAX_TEXT else f"{value[:MAX_TEXT]}…"
    if isinstance(value, list | tuple):
        shown = [_shown(item) for item in value[:MAX_ITEMS]]
        return shown if len(value) <= MAX_ITEMS else [*shown, f"… {len(value)}"]
    if isinstance(value, Mapping):
        return {str(name): _shown(item) for name, item in value.items()}
    if value is None or isinstance(value, bool | int | float):
        return value
    return _shown(str(value))


@contextmanager
def erasing() -> Iterator[None]:
    """Allow this transaction to delete entries. Only for retention and the deletion of a tenant."""
    with transaction.atomic():
        _allow_erasure("on")
        yield
        _allow_erasure("off")


def _allow_erasure(state: str) -> None:
    # Local to the transaction, so a rollback resets it.
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config(%s, %s, true)", [ALLOW_ERASURE, state])


def erase_old_entries(now: datetime) -> int:
    """Delete the entries older than `AUDIT_RETENTION_DAYS`, record that, and return how many they were."""
    before = now - timedelta(days=settings.AUDIT_RETENTION_DAYS)
    with scopes_disabled(), erasing():
        erased, _by_model = AuditEntry.objects.filter(at__lt=before).delete()
        if erased:
            record("audit.erased", None, detail={"before": before.isoformat(), "entries": erased})
    return erased

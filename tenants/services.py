import hashlib
import secrets
from collections.abc import Iterable
from datetime import timedelta

from django.db import IntegrityError, transaction
from django.db.models import F, Q
from django.utils import timezone
from django.utils.text import slugify
from django_scopes import scope, scopes_disabled

from tenants import audit
from tenants.models import ApiToken, Membership, Scope, Tenant, User
from tenants.names import NAME_LENGTH
from tenants.signals import tenant_asked, tenant_closing, tenant_created, tenant_deleting

KEY_PREFIX = "vv_"
LAST_USED_RESOLUTION_S = 60
TOKEN_LIFETIME = timedelta(days=365)


@transaction.atomic
def create_tenant(*, owner: User, name: str, language: str, time_zone: str = "Europe/Rome") -> Tenant:
    """Create a tenant with its owner; higher apps add their defaults in the same transaction.

    Raise an `AppError` when a higher app refuses, as at the limit of the owner's plan.
    """
    tenant_asked.send(sender=Tenant, owner=owner)
    tenant = _insert_tenant(name=name[:NAME_LENGTH], language=language, time_zone=time_zone)
    Membership.objects.create(tenant=tenant, user=owner, role=Membership.Role.OWNER)
    audit.record("tenant.created", tenant, detail={"owner": str(owner.id)})
    with scope(tenant=tenant):
        tenant_created.send(sender=Tenant, tenant=tenant)
    return tenant


@transaction.atomic
def close_tenant(*, tenant: Tenant) -> None:
    """Take a workspace from its members at once; `delete_tenant` then deletes its rows.

    Raise an `AppError` while a higher app refuses, as during a live.
    """
    tenant_closing.send(sender=Tenant, tenant=tenant)
    tenant.closed_at = timezone.now()
    tenant.save(update_fields=["closed_at"])
    audit.record("tenant.closed", tenant)
    for membership in Membership.objects.filter(tenant=tenant):
        membership.delete()  # one by one: each member's open sockets hear of it


def delete_tenant(*, tenant: Tenant) -> None:
    """Delete a tenant with its rows and its audit entries; only its id stays, in this deletion's entry."""
    tenant_id = tenant.id
    with scopes_disabled(), audit.erasing():
        tenant_deleting.send(sender=Tenant, tenant=tenant)
        tenant.delete()
        audit.record("tenant.deleted", None, detail={"tenant": str(tenant_id)})


def _insert_tenant(*, name: str, language: str, time_zone: str) -> Tenant:
    """Insert a tenant with its name's slug, or with a random suffix if the slug is taken.

    The database's constraint decides, because two users may sign up at once.
    """
    stem = slugify(name)[:48] or "workspace"
    tenant = Tenant(name=name, slug=stem, language=language, time_zone=time_zone)
    try:
        with transaction.atomic():
            tenant.save(force_insert=True)
    except IntegrityError:
        tenant.slug = f"{stem}-{secrets.token_hex(4)}"
        tenant.save(force_insert=True)
    return tenant


@transaction.atomic
def create_api_token(
    *,
    tenant: Tenant,
    user: User,
    name: str,
    scopes: Iterable[str] = Scope.values,
    lifetime: timedelta | None = TOKEN_LIFETIME,
) -> tuple[ApiToken, str]:
    """Create an API token; return its row and its key, which is not stored.

    Without a `lifetime` it never expires.
    """
    key = KEY_PREFIX + secrets.token_urlsafe(32)
    token = ApiToken(
        tenant=tenant,
        created_by=user,
        name=name,
        prefix=key[:10],
        key_hash=hash_key(key),
        scopes=[str(scope) for scope in Scope.values if scope in set(scopes)],
        expires_at=timezone.now() + lifetime if lifetime else None,
    )
    token.save()
    audit.record("token.created", token, detail={"scopes": token.scopes})
    return token, key


@transaction.atomic
def revoke_api_token(*, token: ApiToken) -> None:
    if token.revoked_at is None:
        token.revoked_at = timezone.now()
        token.save(update_fields=["revoked_at"])
        audit.record("token.revoked", token)


def hash_key(key: str) -> str:
    """Return the hash of a key. A fast hash is safe, because keys have 256 random bits."""
    return hashlib.sha256(key.encode()).hexdigest()


def find_api_token(*, key: str) -> ApiToken | None:
    """Return the token of a key; None if it is revoked or expired, or its creator is disabled or has left.

    Searches all tenants, because the key determines the tenant.
    """
    with scopes_disabled():
        token: ApiToken | None = (
            ApiToken.objects.select_related("tenant", "created_by")
            .filter(key_hash=hash_key(key), revoked_at__isnull=True)
            .filter(Q(expires_at__isnull=True) | Q(expires_at__gt=timezone.now()))
            .filter(created_by__is_active=True, created_by__memberships__tenant=F("tenant"))
            .first()
        )
        if token is not None:
            _record_use(token)
    return token


def _record_use(token: ApiToken) -> None:
    now = timezone.now()
    if token.last_used_at is None or (now - token.last_used_at).total_seconds() > LAST_USED_RESOLUTION_S:
        token.last_used_at = now
        token.save(update_fields=["last_used_at"])

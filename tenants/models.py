import uuid
from datetime import timedelta
from typing import ClassVar

from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import PermissionsMixin
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django_scopes import ScopedManager

from tenants.managers import UserManager
from tenants.names import NAME_LENGTH, refuse_direction_controls


class Language(models.TextChoices):
    """The languages in which a host can speak and a workspace can be read."""

    ITALIAN = "it", _("Italian")
    ENGLISH = "en", _("English")
    GERMAN = "de", _("German")


class User(AbstractBaseUser, PermissionsMixin):
    """A person who logs in with an e-mail address."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    email = models.EmailField(_("e-mail address"), unique=True)
    name = models.CharField(_("name"), max_length=100, blank=True)
    is_staff = models.BooleanField(default=False)
    is_active = models.BooleanField(default=True)
    date_joined = models.DateTimeField(default=timezone.now)

    objects = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"

    class Meta:
        constraints = [models.UniqueConstraint(Lower("email"), name="tenants_user_email_is_unique")]

    def __str__(self) -> str:
        return self.email

    def get_short_name(self) -> str:
        return self.name or self.email.partition("@")[0]


class Tenant(models.Model):
    """A customer's workspace: a creator or a brand with all of its data."""

    class Plan(models.TextChoices):
        FREE = "free", _("Free")
        SELF = "self", _("Self-hosted")
        MANAGED = "managed", _("Managed")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(_("name"), max_length=NAME_LENGTH, validators=[refuse_direction_controls])
    slug = models.SlugField(max_length=60, unique=True)
    language = models.CharField(_("language"), max_length=5, choices=Language, default=Language.ENGLISH)
    time_zone = models.CharField(_("time zone"), max_length=64, default="Europe/Rome")
    plan = models.CharField(_("plan"), max_length=20, choices=Plan, default=Plan.FREE)
    created_at = models.DateTimeField(auto_now_add=True)
    # Set when the owner deletes the workspace; a background job then deletes its rows.
    closed_at = models.DateTimeField(null=True, editable=False)
    members: "models.ManyToManyField[User, Membership]" = models.ManyToManyField(
        User, through="Membership", related_name="tenants"
    )

    def __str__(self) -> str:
        return self.name

    @property
    def email(self) -> str:
        """The owner's address, to which mails about the workspace go; empty if it has no owner."""
        owned = self.memberships.filter(role=Membership.Role.OWNER).order_by("created_at")
        return owned.values_list("user__email", flat=True).first() or ""


class Membership(models.Model):
    """A user's role in a tenant. Each role includes the rights of the lower ones."""

    class Role(models.TextChoices):
        OWNER = "owner", _("Owner")
        ADMIN = "admin", _("Admin")
        EDITOR = "editor", _("Editor")
        VIEWER = "viewer", _("Viewer")

    RANK = {Role.VIEWER: 0, Role.EDITOR: 1, Role.ADMIN: 2, Role.OWNER: 3}

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    tenant = models.ForeignKey(Tenant, on_delete=models.CASCADE, related_name="memberships")
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="memberships")
    role = models.CharField(_("role"), max_length=10, choices=Role)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["tenant", "user"], name="tenants_one_membership_each")]

    def __str__(self) -> str:
        return f"{self.user} · {self.role}"

    def may_act_as(self, role: str) -> bool:
        """Return whether this role is `role` or higher."""
        return self.RANK[self.Role(self.role)] >= self.RANK[self.Role(role)]


class Scope(models.TextChoices):
    """What an API token may do; the role of its creator limits it further."""

    READ = "read", _("Read shows, hosts, lives, messages and replies")
    WRITE = "write", _("Create and change shows, hosts, voices and overlays")
    LIVE = "live", _("Prepare, start, mute, skip and end lives, and decide about held replies")
    SAY = "say", _("Have the host say a sentence")
    EVENTS = "events", _("Send a live its chat, as TikFinity or a bot does")
    BILLING = "billing", _("Read the plan and what is left of it")


def every_scope() -> list[str]:
    return [str(scope) for scope in Scope.values]


class Invitation(models.Model):
    """An invitation to a workspace by e-mail. Only the hash of its link's key is stored."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    tenant = models.ForeignKey(Tenant, on_delete=models.CASCADE, related_name="invitations")
    email = models.EmailField(_("e-mail address"))
    role = models.CharField(_("role"), max_length=10, choices=Membership.Role)
    key_hash = models.CharField(max_length=64, unique=True)
    invited_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    sent_at = models.DateTimeField()
    sent_count = models.PositiveSmallIntegerField(default=1)
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    objects: ClassVar[models.Manager["Invitation"]] = ScopedManager(tenant="tenant")

    class Meta:
        ordering = ["-created_at"]
        constraints = [
            models.UniqueConstraint(
                "tenant",
                Lower("email"),
                condition=models.Q(accepted_at=None, revoked_at=None),
                name="tenants_one_open_invitation",
            ),
            models.CheckConstraint(
                condition=~models.Q(role=Membership.Role.OWNER), name="tenants_nobody_is_invited_as_owner"
            ),
        ]
        indexes = [models.Index(Lower("email"), name="tenants_invitation_by_email")]

    def __str__(self) -> str:
        return self.email

    def has_expired(self) -> bool:
        return self.expires_at <= timezone.now()


class ApiToken(models.Model):
    """A key for the REST API. Only its hash is stored; the key is shown once, when it is created.

    It works until `expires_at`, if it has one, and until it is revoked.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    tenant = models.ForeignKey(Tenant, on_delete=models.CASCADE, related_name="api_tokens")
    created_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    name = models.CharField(_("name"), max_length=100)
    prefix = models.CharField(max_length=12)
    key_hash = models.CharField(max_length=64, unique=True)
    scopes: "models.JSONField[list[str]]" = models.JSONField(default=every_scope)
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField(null=True)
    last_used_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    objects: ClassVar[models.Manager["ApiToken"]] = ScopedManager(tenant="tenant")

    class Meta:
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return f"{self.name} ({self.prefix}…)"

    @property
    def is_expired(self) -> bool:
        return self.expires_at is not None and self.expires_at <= timezone.now()

    @property
    def expires_soon(self) -> bool:
        """Whether the last two weeks of the token have begun."""
        return self.expires_at is not None and self.expires_at <= timezone.now() + timedelta(days=14)

    @property
    def scope_labels(self) -> list[str]:
        """Return what the token may do in words, in the order of the scopes."""
        return [str(scope.label) for scope in Scope if scope in self.scopes]


class AuditEntry(models.Model):
    """One change of rights, keys, policies, hosts or lives. The database refuses updates and deletions.

    People are stored by id only, so that no personal data remains after a user is deleted.
    """

    class ActorKind(models.TextChoices):
        USER = "user", _("User")
        TOKEN = "token", _("API token")
        STAFF = "staff", _("Staff")
        SYSTEM = "system", _("System")

    at = models.DateTimeField(default=timezone.now)
    # Null: staff changed a row that belongs to no workspace, such as a user.
    tenant = models.ForeignKey(Tenant, on_delete=models.CASCADE, null=True, related_name="audit_entries")
    actor_kind = models.CharField(max_length=10, choices=ActorKind)
    user_id = models.UUIDField(null=True)
    token_id = models.UUIDField(null=True)
    actor_label = models.CharField(max_length=100, blank=True)
    address = models.GenericIPAddressField(null=True)  # shortened to its network
    device = models.CharField(max_length=60, blank=True)
    verb = models.CharField(max_length=60)
    object_type = models.CharField(max_length=60, blank=True)
    object_id = models.CharField(max_length=64, blank=True)
    object_label = models.CharField(max_length=200, blank=True)
    detail = models.JSONField(default=dict)

    objects: ClassVar[models.Manager["AuditEntry"]] = ScopedManager(tenant="tenant")

    class Meta:
        ordering = ["-id"]
        verbose_name_plural = "audit entries"
        indexes = [
            models.Index(fields=["tenant", "-id"], name="audit_by_tenant"),
            models.Index(fields=["object_type", "object_id"], name="audit_by_object"),
        ]

    def __str__(self) -> str:
        return f"{self.verb} {self.object_label}"

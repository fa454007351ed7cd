"""Notes and records what happens to second factors, and rotates the keys of their secrets."""

from typing import Any

from allauth.mfa.models import Authenticator
from allauth.mfa.signals import (
    authenticator_added,
    authenticator_removed,
    authenticator_reset,
    authenticator_used,
)
from django.db import transaction
from django.dispatch import receiver
from django.http import HttpRequest

from accounts.passkey_sign_up import note_new_passkey
from accounts.second_factor import SECRETS, note_second_factor
from providers.encryption import rotate
from providers.errors import SecretUnreadable
from providers.signals import secret_rotation_asked
from tenants import audit
from tenants.models import User


@receiver(authenticator_used)
def note_use(request: HttpRequest, user: User, **kwargs: Any) -> None:
    note_second_factor(request, user)


@receiver(authenticator_added)
def record_addition(request: HttpRequest, user: User, authenticator: Authenticator, **kwargs: Any) -> None:
    _record("second_factor.added", user, authenticator)
    if authenticator.type == Authenticator.Type.WEBAUTHN:
        note_second_factor(request, user)  # the device has asked for a finger, a face or a PIN
        note_new_passkey(request, user)


@receiver(authenticator_removed)
def record_removal(user: User, authenticator: Authenticator, **kwargs: Any) -> None:
    _record("second_factor.removed", user, authenticator)


@receiver(authenticator_reset)
def record_new_codes(user: User, authenticator: Authenticator, **kwargs: Any) -> None:
    _record("second_factor.renewed", user, authenticator)


def _record(verb: str, user: User, authenticator: Authenticator) -> None:
    audit.record(verb, user, label="", detail={"type": authenticator.type})


@receiver(secret_rotation_asked)
def rotate_second_factors(**kwargs: Any) -> tuple[int, int]:
    """Encrypt the secrets of all second factors anew; return how many were, and how many are unreadable."""
    done = broken = 0
    with transaction.atomic():
        for row in Authenticator.objects.select_for_update():
            try:
                rotated = {name: rotate(row.data[name]) for name in SECRETS if name in row.data}
            except SecretUnreadable:
                broken += 1
                continue
            row.data = {**row.data, **rotated}
            row.save(update_fields=["data"])
            done += 1
    return done, broken

"""The second factor of a log-in: codes of an app on the phone, and recovery codes for when it is away."""

from allauth.core import context
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from django.http import HttpRequest

from providers.encryption import decrypt, encrypt
from tenants.devices import device_of
from tenants.models import User

SESSION_KEY = "second_factor"
FACTORS = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)
SECRETS = ("secret", "seed")  # of `Authenticator.data`, encrypted


class SecondFactorAdapter(DefaultMFAAdapter):  # type: ignore[misc]  # the library has no types
    """Encrypts the secrets of apps and recovery codes with the installation's keys."""

    def encrypt(self, text: str) -> str:
        return encrypt(text)

    def decrypt(self, encrypted_text: str) -> str:
        """Return the secret; raise `SecretUnreadable` when no key of the set wrote it."""
        return decrypt(encrypted_text)

    def generate_authenticator_name(self, user: User, kind: Authenticator.Type) -> str:
        """Propose the device for a passkey's name, such as "Chrome · Windows"."""
        return device_of(context.request)


def has_second_factor(user: User) -> bool:
    """Return whether the user has an app for codes or a passkey. Recovery codes alone do not count."""
    return bool(Authenticator.objects.filter(user=user, type__in=FACTORS).exists())


def note_second_factor(request: HttpRequest, user: User) -> None:
    """Note in the log-in session that this user has proved the second factor in it."""
    request.session[SESSION_KEY] = str(user.pk)


def proved_second_factor(request: HttpRequest) -> bool:
    """Return whether the request's user has a second factor, and has proved it in this log-in session."""
    user = request.user
    if not isinstance(user, User) or request.session.get(SESSION_KEY) != str(user.pk):
        return False
    return has_second_factor(user)

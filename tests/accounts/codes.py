"""An authenticator app, by RFC 6238, and users who have one."""

import base64
import hmac
import struct
import time

from allauth.mfa.models import Authenticator
from django.test import Client

from accounts.second_factor import SESSION_KEY
from providers.encryption import encrypt
from tenants.models import User

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
PERIOD_S = 30


def code_of(secret: str = SECRET, *, periods: int = 0) -> str:
    """Return the code that an app shows now, or so many periods later."""
    counter = struct.pack(">Q", int(time.time()) // PERIOD_S + periods)
    digest = hmac.digest(base64.b32decode(secret), counter, "sha1")
    offset = digest[-1] & 15
    number = struct.unpack(">I", digest[offset : offset + 4])[0] & 0x7FFFFFFF
    return f"{number % 1_000_000:06}"


def wrong_code() -> str:
    """Return a code that no app shows about now."""
    near = {code_of(periods=periods) for periods in range(-3, 4)}
    return next(code for code in map("{:06}".format, range(100)) if code not in near)


def give_second_factor(user: User) -> None:
    """Give a user an app with the secret `SECRET`."""
    Authenticator.objects.create(user=user, type=Authenticator.Type.TOTP, data={"secret": encrypt(SECRET)})


def prove_second_factor(client: Client, user: User) -> None:
    """Have a client's log-in count as one with a code, as `force_login` does for the password."""
    session = client.session
    session[SESSION_KEY] = str(user.pk)
    session.save()

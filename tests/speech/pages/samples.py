"""What the tests of the voice pages send."""

from collections.abc import Callable
from typing import Any

from django.test import Client

from tenants.models import User

ClientFor = Callable[[User], Client]
HOSTILE = "<script>alert(1)</script>"
KEY = "sk-nobody-sees-this-9876"
SENT: dict[str, Any] = {
    "name": "Annie",
    "provider": "espeak",
    "language": "it",
    "voice_id": "Annie",
    "speed": "1.2",
    "pitch": "-0.3",
    "backup": "",
}

"""The ASGI entry point: routes HTTP to Django and the sockets of overlay and console to Channels."""

import os
import sys

from django.conf import settings
from django.core.asgi import get_asgi_application
from django.core.exceptions import ImproperlyConfigured

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.prod")
if settings.REQUIRES_OWN_SERVER and "config.server.process" not in sys.modules:
    raise ImproperlyConfigured(
        "Start the web app with `python -m config.server`: other servers read a request of any size "
        "before Django can refuse it."
    )
django_application = get_asgi_application()

# Consumers import models, so Django must be set up before.
from channels.routing import ProtocolTypeRouter  # noqa: E402

import livesessions.console.routing  # noqa: E402
import overlay.routing  # noqa: E402
from tenants.sockets.refusal import SocketRouter  # noqa: E402

# The overlay's socket checks no Origin: its token is the credential, and programs may connect too.
websockets = SocketRouter(
    [*overlay.routing.websocket_urlpatterns, *livesessions.console.routing.websocket_urlpatterns]
)

application = ProtocolTypeRouter({"http": django_application, "websocket": websockets})

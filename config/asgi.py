"""The web's entry point: HTTP goes to Django, the overlay's and the console's sockets to Channels."""

import os

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.prod")
django_application = get_asgi_application()

# Consumers touch models, so they can be imported only once Django is set up.
from channels.auth import AuthMiddlewareStack  # noqa: E402
from channels.routing import ProtocolTypeRouter, URLRouter  # noqa: E402
from channels.security.websocket import AllowedHostsOriginValidator  # noqa: E402
from django.urls import path  # noqa: E402

import livesessions.routing  # noqa: E402
import overlay.routing  # noqa: E402

# The overlay's token is its only credential, so programs without a browser's Origin may come in too. The
# console goes by the log-in cookie, which a page of another site must not be able to use.
console = AllowedHostsOriginValidator(
    AuthMiddlewareStack(URLRouter(livesessions.routing.websocket_urlpatterns))
)
websockets = URLRouter(
    [
        *overlay.routing.websocket_urlpatterns,
        path("", console),
    ]
)

application = ProtocolTypeRouter({"http": django_application, "websocket": websockets})

"""The web's entry point: HTTP goes to Django, the overlay's and the console's sockets to Channels."""

import os

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.prod")
django_application = get_asgi_application()

# Consumers touch models, so they can be imported only once Django is set up.
from channels.routing import ProtocolTypeRouter, URLRouter  # noqa: E402

import livesessions.console.routing  # noqa: E402
import overlay.routing  # noqa: E402

# The overlay's socket asks for no Origin: its token is its only credential, and programs may come in too.
websockets = URLRouter(
    [*overlay.routing.websocket_urlpatterns, *livesessions.console.routing.websocket_urlpatterns]
)

application = ProtocolTypeRouter({"http": django_application, "websocket": websockets})

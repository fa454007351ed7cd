from channels.auth import AuthMiddlewareStack
from channels.security.websocket import AllowedHostsOriginValidator
from django.urls import path

from livesessions.console.consumers import ConsoleConsumer

# The console goes by the log-in cookie, which a page of another site must not be able to use.
console = AllowedHostsOriginValidator(AuthMiddlewareStack(ConsoleConsumer.as_asgi()))

websocket_urlpatterns = [path("ws/console/<uuid:session_id>/", console)]

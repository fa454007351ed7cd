from channels.auth import AuthMiddlewareStack
from channels.security.websocket import AllowedHostsOriginValidator
from django.urls import path

from livesessions.console.consumers import ConsoleConsumer

# The console trusts the log-in cookie, so pages of other sites must not connect.
console = AllowedHostsOriginValidator(AuthMiddlewareStack(ConsoleConsumer.as_asgi()))

websocket_urlpatterns = [path("ws/console/<uuid:session_id>/", console)]

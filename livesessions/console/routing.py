from channels.auth import AuthMiddlewareStack
from django.urls import path

from livesessions.console.consumers import ConsoleConsumer
from tenants.sockets.origin import same_origin

# The console trusts the log-in cookie, so pages of other sites must not connect.
console = same_origin(AuthMiddlewareStack(ConsoleConsumer.as_asgi()))

websocket_urlpatterns = [path("ws/console/<uuid:session_id>/", console)]

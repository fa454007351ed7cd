from django.urls import path

from livesessions.consumers import ConsoleConsumer

websocket_urlpatterns = [
    path("ws/console/<uuid:session_id>/", ConsoleConsumer.as_asgi()),
]

from django.urls import path

from overlay.consumers import OverlayConsumer

websocket_urlpatterns = [path("ws/overlay/<str:token>/", OverlayConsumer.as_asgi(), name="overlay_socket")]

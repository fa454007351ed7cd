from django.urls import path

from overlay import api

urlpatterns = [
    path("shows/<uuid:show_id>/overlay/", api.overlay, name="overlay"),
    path("shows/<uuid:show_id>/overlay/picture/", api.overlay_picture, name="overlay_picture"),
]

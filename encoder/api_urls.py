from django.urls import path

from encoder import api

urlpatterns = [
    path("shows/<uuid:show_id>/stream/", api.stream, name="stream"),
    path("shows/<uuid:show_id>/stream/check/", api.stream_check, name="stream_check"),
]

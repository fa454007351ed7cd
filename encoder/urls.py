from django.urls import path

from encoder import views

app_name = "encoder"

urlpatterns = [
    path("shows/<uuid:show_id>/stream/", views.stream_edit, name="stream_edit"),
    path("shows/<uuid:show_id>/stream/check/", views.stream_check, name="stream_check"),
    path("shows/<uuid:show_id>/stream/still/", views.stream_still, name="stream_still"),
    path("shows/<uuid:show_id>/stream/delete/", views.stream_delete, name="stream_delete"),
]

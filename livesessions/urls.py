from django.urls import path

from livesessions import views

app_name = "livesessions"

urlpatterns = [
    path("", views.show_list, name="show_list"),
    path("shows/new/", views.show_create, name="show_create"),
    path("shows/<uuid:show_id>/", views.show_edit, name="show_edit"),
    path("shows/<uuid:show_id>/go-live/", views.session_create, name="session_create"),
    path("lives/<uuid:session_id>/", views.session_detail, name="session_detail"),
    path("lives/<uuid:session_id>/start/", views.session_start, name="session_start"),
    path("lives/<uuid:session_id>/stop/", views.session_stop, name="session_stop"),
    path("lives/<uuid:session_id>/mute/", views.session_mute, name="session_mute"),
    path("lives/<uuid:session_id>/unmute/", views.session_unmute, name="session_unmute"),
    path("lives/<uuid:session_id>/skip/", views.session_skip, name="session_skip"),
    path("lives/<uuid:session_id>/say/", views.session_say, name="session_say"),
]

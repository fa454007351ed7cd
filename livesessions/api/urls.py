from django.urls import path, re_path

from livesessions.api import views
from overlay import api as overlay_api
from speech import api as voice_api

app_name = "api"

urlpatterns = [
    path("shows/", views.shows, name="shows"),
    path("shows/<uuid:show_id>/", views.show, name="show"),
    path("shows/<uuid:show_id>/plan/", views.plan, name="plan"),
    path("shows/<uuid:show_id>/overlay/", overlay_api.overlay, name="overlay"),
    path("shows/<uuid:show_id>/overlay/rotate/", overlay_api.overlay_rotate, name="overlay_rotate"),
    path("shows/<uuid:show_id>/overlay/picture/", overlay_api.overlay_picture, name="overlay_picture"),
    path("personas/", views.personas, name="personas"),
    path("personas/<uuid:persona_id>/", views.persona, name="persona"),
    path("voices/", voice_api.voices, name="voices"),
    path("voices/<uuid:voice_id>/", voice_api.voice, name="voice"),
    path("pronunciations/", voice_api.pronunciations, name="pronunciations"),
    path("pronunciations/<uuid:word_id>/", voice_api.pronunciation, name="pronunciation"),
    path("sessions/", views.sessions, name="sessions"),
    path("sessions/<uuid:session_id>/", views.session, name="session"),
    path("sessions/<uuid:session_id>/start/", views.start, name="start"),
    path("sessions/<uuid:session_id>/stop/", views.stop, name="stop"),
    path("sessions/<uuid:session_id>/mute/", views.mute, name="mute"),
    path("sessions/<uuid:session_id>/unmute/", views.unmute, name="unmute"),
    path("sessions/<uuid:session_id>/skip/", views.skip, name="skip"),
    path("sessions/<uuid:session_id>/say/", views.say, name="say"),
    path("sessions/<uuid:session_id>/held/", views.held, name="held"),
    path("sessions/<uuid:session_id>/replies/<uuid:reply_id>/approve/", views.approve, name="approve"),
    path("sessions/<uuid:session_id>/replies/<uuid:reply_id>/reject/", views.reject, name="reject"),
    path("sessions/<uuid:session_id>/events/", views.events, name="events"),
    re_path("", views.nothing_here),
]

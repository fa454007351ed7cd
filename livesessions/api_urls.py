from django.urls import path, re_path

from livesessions import api, overlay_api, voice_api

app_name = "api"

urlpatterns = [
    path("shows/", api.shows, name="shows"),
    path("shows/<uuid:show_id>/", api.show, name="show"),
    path("shows/<uuid:show_id>/plan/", api.plan, name="plan"),
    path("shows/<uuid:show_id>/overlay/", overlay_api.overlay, name="overlay"),
    path("shows/<uuid:show_id>/overlay/rotate/", overlay_api.overlay_rotate, name="overlay_rotate"),
    path("shows/<uuid:show_id>/overlay/picture/", overlay_api.overlay_picture, name="overlay_picture"),
    path("personas/", api.personas, name="personas"),
    path("personas/<uuid:persona_id>/", api.persona, name="persona"),
    path("voices/", voice_api.voices, name="voices"),
    path("voices/<uuid:voice_id>/", voice_api.voice, name="voice"),
    path("pronunciations/", voice_api.pronunciations, name="pronunciations"),
    path("pronunciations/<uuid:word_id>/", voice_api.pronunciation, name="pronunciation"),
    path("sessions/", api.sessions, name="sessions"),
    path("sessions/<uuid:session_id>/", api.session, name="session"),
    path("sessions/<uuid:session_id>/start/", api.start, name="start"),
    path("sessions/<uuid:session_id>/stop/", api.stop, name="stop"),
    path("sessions/<uuid:session_id>/mute/", api.mute, name="mute"),
    path("sessions/<uuid:session_id>/unmute/", api.unmute, name="unmute"),
    path("sessions/<uuid:session_id>/skip/", api.skip, name="skip"),
    path("sessions/<uuid:session_id>/say/", api.say, name="say"),
    path("sessions/<uuid:session_id>/held/", api.held, name="held"),
    path("sessions/<uuid:session_id>/replies/<uuid:reply_id>/approve/", api.approve, name="approve"),
    path("sessions/<uuid:session_id>/replies/<uuid:reply_id>/reject/", api.reject, name="reject"),
    path("sessions/<uuid:session_id>/events/", api.events, name="events"),
    re_path("", api.nothing_here),
]

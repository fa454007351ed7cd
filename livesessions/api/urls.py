from django.urls import path

from livesessions.api import events, sessions, shows

urlpatterns = [
    path("shows/", shows.shows, name="shows"),
    path("shows/<uuid:show_id>/", shows.show, name="show"),
    path("shows/<uuid:show_id>/archive/", shows.archive, name="archive"),
    path("shows/<uuid:show_id>/unarchive/", shows.unarchive, name="unarchive"),
    path("shows/<uuid:show_id>/plan/", shows.plan, name="plan"),
    path("shows/<uuid:show_id>/overlay/rotate/", shows.overlay_rotate, name="overlay_rotate"),
    path("sessions/", sessions.sessions, name="sessions"),
    path("sessions/<uuid:session_id>/", sessions.session, name="session"),
    path("sessions/<uuid:session_id>/start/", sessions.start, name="start"),
    path("sessions/<uuid:session_id>/stop/", sessions.stop, name="stop"),
    path("sessions/<uuid:session_id>/kill/", sessions.kill, name="kill"),
    path("sessions/<uuid:session_id>/mute/", sessions.mute, name="mute"),
    path("sessions/<uuid:session_id>/unmute/", sessions.unmute, name="unmute"),
    path("sessions/<uuid:session_id>/skip/", sessions.skip, name="skip"),
    path("sessions/<uuid:session_id>/say/", sessions.say, name="say"),
    path("sessions/<uuid:session_id>/held/", sessions.held, name="held"),
    path("sessions/<uuid:session_id>/replies/<uuid:reply_id>/approve/", sessions.approve, name="approve"),
    path("sessions/<uuid:session_id>/replies/<uuid:reply_id>/reject/", sessions.reject, name="reject"),
    path("sessions/<uuid:session_id>/events/", events.events, name="events"),
]

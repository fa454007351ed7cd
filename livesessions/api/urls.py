from django.urls import path

from livesessions.api import events, kills, replies, sessions, shows

urlpatterns = [
    path("shows/", shows.shows, name="shows"),
    path("shows/<uuid:show_id>/", shows.show, name="show"),
    path("shows/<uuid:show_id>/archive/", shows.archive, name="archive"),
    path("shows/<uuid:show_id>/unarchive/", shows.unarchive, name="unarchive"),
    path("shows/<uuid:show_id>/plan/", shows.plan, name="plan"),
    path("shows/<uuid:show_id>/overlay/rotate/", shows.overlay_rotate, name="overlay_rotate"),
    path("sessions/", sessions.sessions, name="sessions"),
    path("sessions/<uuid:session_id>/start/", sessions.start, name="start"),
    path("sessions/<uuid:session_id>/stop/", sessions.stop, name="stop"),
    path("sessions/<uuid:session_id>/kill/", kills.kill, name="kill"),
    path("sessions/<uuid:session_id>/mute/", sessions.mute, name="mute"),
    path("sessions/<uuid:session_id>/unmute/", sessions.unmute, name="unmute"),
    path("sessions/<uuid:session_id>/skip/", sessions.skip, name="skip"),
    path("sessions/<uuid:session_id>/say/", sessions.say, name="say"),
    path("sessions/<uuid:session_id>/held/", replies.held, name="held"),
    path("sessions/<uuid:session_id>/replies/", replies.replies, name="replies"),
    path("sessions/<uuid:session_id>/replies/<uuid:reply_id>/", replies.reply, name="reply"),
    path("sessions/<uuid:session_id>/replies/<uuid:reply_id>/approve/", replies.approve, name="approve"),
    path("sessions/<uuid:session_id>/replies/<uuid:reply_id>/reject/", replies.reject, name="reject"),
    path("sessions/<uuid:session_id>/events/", events.events, name="events"),
]

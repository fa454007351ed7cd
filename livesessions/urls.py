from django.urls import path

from livesessions.views import decisions, lives, shows

app_name = "livesessions"

urlpatterns = [
    path("", shows.show_list, name="show_list"),
    path("shows/new/", shows.show_create, name="show_create"),
    path("shows/<uuid:show_id>/", shows.show_edit, name="show_edit"),
    path("shows/<uuid:show_id>/go-live/", lives.session_create, name="session_create"),
    path("lives/<uuid:session_id>/", lives.session_detail, name="session_detail"),
    path("lives/<uuid:session_id>/start/", lives.session_start, name="session_start"),
    path("lives/<uuid:session_id>/stop/", lives.session_stop, name="session_stop"),
    path("lives/<uuid:session_id>/mute/", lives.session_mute, name="session_mute"),
    path("lives/<uuid:session_id>/unmute/", lives.session_unmute, name="session_unmute"),
    path("lives/<uuid:session_id>/skip/", lives.session_skip, name="session_skip"),
    path("lives/<uuid:session_id>/say/", lives.session_say, name="session_say"),
    path("lives/<uuid:session_id>/decisions/", decisions.decision_list, name="decision_list"),
    path("lives/<uuid:session_id>/decisions.csv", decisions.decision_export, name="decision_export"),
    path("lives/<uuid:session_id>/allow-word/", decisions.term_allow, name="term_allow"),
    path("lives/<uuid:session_id>/block-word/", decisions.term_block, name="term_block"),
    path("lives/<uuid:session_id>/viewer/", decisions.viewer_set, name="viewer_set"),
]

from django.urls import include, path

from livesessions.console import approval_views, decision_views, game_views, queue_views, say_views
from livesessions.console import views as lives
from livesessions.kill import link_views
from livesessions.kill import views as kills

app_name = "livesessions"

urlpatterns = [
    path("", include("livesessions.shows.urls")),
    path("lives/<uuid:session_id>/", lives.session_detail, name="session_detail"),
    path("lives/<uuid:session_id>/start/", lives.session_start, name="session_start"),
    path("lives/<uuid:session_id>/stop/", lives.session_stop, name="session_stop"),
    path("lives/<uuid:session_id>/kill/", kills.session_kill, name="session_kill"),
    path("lives/<uuid:session_id>/kill/progress/", kills.kill_progress, name="kill_progress"),
    path("emergency-links/", link_views.emergency_link_list, name="emergency_link_list"),
    path(
        "emergency-links/<uuid:link_id>/rotate/",
        link_views.emergency_link_rotate,
        name="emergency_link_rotate",
    ),
    path(
        "emergency-links/<uuid:link_id>/delete/",
        link_views.emergency_link_delete,
        name="emergency_link_delete",
    ),
    path("emergency/<str:token>/", link_views.emergency, name="emergency"),
    path("lives/<uuid:session_id>/mute/", lives.session_mute, name="session_mute"),
    path("lives/<uuid:session_id>/unmute/", lives.session_unmute, name="session_unmute"),
    path("lives/<uuid:session_id>/skip/", lives.session_skip, name="session_skip"),
    path("lives/<uuid:session_id>/stream/renew/", lives.session_stream_renew, name="session_stream_renew"),
    path("lives/<uuid:session_id>/pause/", queue_views.session_pause, name="session_pause"),
    path("lives/<uuid:session_id>/resume/", queue_views.session_resume, name="session_resume"),
    path("lives/<uuid:session_id>/queue/", queue_views.session_queue, name="session_queue"),
    path("lives/<uuid:session_id>/say/", say_views.session_say, name="session_say"),
    path("lives/<uuid:session_id>/quick-lines/add/", say_views.quick_line_add, name="quick_line_add"),
    path(
        "lives/<uuid:session_id>/quick-lines/remove/", say_views.quick_line_remove, name="quick_line_remove"
    ),
    path(
        "lives/<uuid:session_id>/replies/<uuid:reply_id>/approve/",
        approval_views.reply_approve,
        name="reply_approve",
    ),
    path(
        "lives/<uuid:session_id>/replies/<uuid:reply_id>/reject/",
        approval_views.reply_reject,
        name="reply_reject",
    ),
    path("lives/<uuid:session_id>/quiz/", game_views.session_quiz, name="session_quiz"),
    path("lives/<uuid:session_id>/poll/", game_views.session_poll, name="session_poll"),
    path("lives/<uuid:session_id>/game/end/", game_views.session_game_end, name="session_game_end"),
    path("lives/<uuid:session_id>/decisions/", decision_views.decision_list, name="decision_list"),
    path("lives/<uuid:session_id>/decisions.csv", decision_views.decision_export, name="decision_export"),
    path("lives/<uuid:session_id>/allow-word/", decision_views.term_allow, name="term_allow"),
    path("lives/<uuid:session_id>/block-word/", decision_views.term_block, name="term_block"),
    path("lives/<uuid:session_id>/viewer/", decision_views.viewer_set, name="viewer_set"),
]

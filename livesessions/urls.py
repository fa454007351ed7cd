from django.urls import path

from livesessions.console import approval_views, decision_views, game_views
from livesessions.console import views as lives
from livesessions.shows.views import plans, questions, setup, shows

app_name = "livesessions"

urlpatterns = [
    path("", shows.show_list, name="show_list"),
    path("shows/new/", shows.show_create, name="show_create"),
    path("shows/<uuid:show_id>/", shows.show_edit, name="show_edit"),
    path("shows/<uuid:show_id>/go-live/", lives.session_create, name="session_create"),
    path("shows/<uuid:show_id>/plan/", plans.plan_detail, name="plan_detail"),
    path("shows/<uuid:show_id>/plan/fill/", plans.plan_fill, name="plan_fill"),
    path("shows/<uuid:show_id>/plan/add/", plans.segment_create, name="segment_create"),
    path("shows/<uuid:show_id>/plan/<uuid:segment_id>/", plans.segment_edit, name="segment_edit"),
    path("shows/<uuid:show_id>/plan/<uuid:segment_id>/delete/", plans.segment_delete, name="segment_delete"),
    path("shows/<uuid:show_id>/plan/<uuid:segment_id>/move/", plans.segment_move, name="segment_move"),
    path("shows/<uuid:show_id>/questions/", questions.question_list, name="question_list"),
    path("shows/<uuid:show_id>/questions/add/", questions.question_create, name="question_create"),
    path("shows/<uuid:show_id>/questions/paste/", questions.question_paste, name="question_paste"),
    path("shows/<uuid:show_id>/questions/try/", questions.question_try, name="question_try"),
    path(
        "shows/<uuid:show_id>/questions/<uuid:question_id>/delete/",
        questions.question_delete,
        name="question_delete",
    ),
    path("shows/<uuid:show_id>/setup/", setup.show_setup, name="show_setup"),
    path("shows/<uuid:show_id>/setup/try/", setup.show_try, name="show_try"),
    path("shows/<uuid:show_id>/setup/overlays/", setup.show_overlays, name="show_overlays"),
    path("shows/<uuid:show_id>/setup/qr/<str:what>/", setup.show_qr, name="show_qr"),
    path("shows/<uuid:show_id>/setup/<str:program>/", setup.show_setup, name="show_setup"),
    path("lives/<uuid:session_id>/", lives.session_detail, name="session_detail"),
    path("lives/<uuid:session_id>/start/", lives.session_start, name="session_start"),
    path("lives/<uuid:session_id>/stop/", lives.session_stop, name="session_stop"),
    path("lives/<uuid:session_id>/mute/", lives.session_mute, name="session_mute"),
    path("lives/<uuid:session_id>/unmute/", lives.session_unmute, name="session_unmute"),
    path("lives/<uuid:session_id>/skip/", lives.session_skip, name="session_skip"),
    path("lives/<uuid:session_id>/say/", lives.session_say, name="session_say"),
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

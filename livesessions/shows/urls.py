"""The pages of a show's settings, plan, questions and set-up guide, in the namespace `livesessions`."""

from django.urls import path

from livesessions.shows.views import lifecycle, plans, questions, setup, shows

urlpatterns = [
    path("shows/", shows.show_list, name="show_list"),
    path("shows/new/", shows.show_create, name="show_create"),
    path("shows/<uuid:show_id>/advanced/", shows.show_edit, name="show_edit"),
    path("shows/<uuid:show_id>/games/", shows.show_games, name="show_games"),
    path("shows/<uuid:show_id>/mode/", shows.show_mode, name="show_mode"),
    path("shows/<uuid:show_id>/duplicate/", lifecycle.show_duplicate, name="show_duplicate"),
    path("shows/<uuid:show_id>/archive/", lifecycle.show_archive, name="show_archive"),
    path("shows/<uuid:show_id>/unarchive/", lifecycle.show_unarchive, name="show_unarchive"),
    path("shows/<uuid:show_id>/delete/", lifecycle.show_delete, name="show_delete"),
    path("shows/<uuid:show_id>/plan/", plans.plan_detail, name="plan_detail"),
    path("shows/<uuid:show_id>/plan/fill/", plans.plan_fill, name="plan_fill"),
    path("shows/<uuid:show_id>/plan/add/", plans.segment_create, name="segment_create"),
    path("shows/<uuid:show_id>/plan/<uuid:segment_id>/", plans.segment_edit, name="segment_edit"),
    path("shows/<uuid:show_id>/plan/<uuid:segment_id>/delete/", plans.segment_delete, name="segment_delete"),
    path("shows/<uuid:show_id>/plan/<uuid:segment_id>/move/", plans.segment_move, name="segment_move"),
    path("shows/<uuid:show_id>/questions/", questions.question_list, name="question_list"),
    path("shows/<uuid:show_id>/questions/add/", questions.question_create, name="question_create"),
    path("shows/<uuid:show_id>/questions/paste/", questions.question_paste, name="question_paste"),
    path("shows/<uuid:show_id>/questions/try/", questions.question_check, name="question_check"),
    path(
        "shows/<uuid:show_id>/questions/<uuid:question_id>/delete/",
        questions.question_delete,
        name="question_delete",
    ),
    path("shows/<uuid:show_id>/setup/", setup.show_setup, name="show_setup"),
    path("shows/<uuid:show_id>/setup/try/", setup.overlay_test, name="overlay_test"),
    path("shows/<uuid:show_id>/setup/overlays/", setup.show_overlays, name="show_overlays"),
    path("shows/<uuid:show_id>/setup/qr/<str:what>/", setup.show_qr, name="show_qr"),
    path("shows/<uuid:show_id>/setup/<str:program>/", setup.show_setup, name="show_setup"),
]

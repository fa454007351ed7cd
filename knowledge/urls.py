from django.urls import path

from knowledge import views

app_name = "knowledge"

urlpatterns = [
    path("knowledge/", views.source_list, name="source_list"),
    path("knowledge/upload/", views.source_upload, name="source_upload"),
    path("knowledge/text/", views.text_add, name="text_add"),
    path("knowledge/question/", views.question_add, name="question_add"),
    path("knowledge/try/", views.question_try, name="question_try"),
    path("knowledge/unanswered/", views.unanswered_list, name="unanswered_list"),
    path(
        "knowledge/unanswered/<uuid:question_id>/answer/", views.unanswered_answer, name="unanswered_answer"
    ),
    path(
        "knowledge/unanswered/<uuid:question_id>/dismiss/",
        views.unanswered_dismiss,
        name="unanswered_dismiss",
    ),
    path("knowledge/<uuid:source_id>/", views.source_detail, name="source_detail"),
    path("knowledge/<uuid:source_id>/delete/", views.source_delete, name="source_delete"),
    path("knowledge/<uuid:source_id>/release/", views.source_release, name="source_release"),
    path("knowledge/<uuid:source_id>/read/", views.source_read, name="source_read"),
]

from django.urls import path

from moderation import views

app_name = "moderation"

urlpatterns = [
    path("policies/", views.policy_list, name="policy_list"),
    path("policies/<uuid:policy_id>/", views.policy_edit, name="policy_edit"),
    path("policies/<uuid:policy_id>/try/", views.policy_try, name="policy_try"),
    path("policies/<uuid:policy_id>/import/", views.blocklist_import, name="blocklist_import"),
    path("policies/<uuid:policy_id>/blocked-words.txt", views.blocklist_export, name="blocklist_export"),
    path("viewers/", views.viewer_rule_list, name="viewer_rule_list"),
    path("viewers/<uuid:rule_id>/note/", views.viewer_rule_note, name="viewer_rule_note"),
    path("viewers/<uuid:rule_id>/remove/", views.viewer_rule_remove, name="viewer_rule_remove"),
]

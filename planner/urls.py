from django.urls import path

from planner import views

app_name = "planner"

urlpatterns = [
    path("personas/", views.persona_list, name="persona_list"),
    path("personas/presets/", views.preset_list, name="preset_list"),
    path("personas/new/", views.persona_create, name="persona_create"),
    path("personas/<uuid:persona_id>/", views.persona_edit, name="persona_edit"),
    path("personas/<uuid:persona_id>/duplicate/", views.persona_duplicate, name="persona_duplicate"),
    path("personas/<uuid:persona_id>/delete/", views.persona_delete, name="persona_delete"),
]

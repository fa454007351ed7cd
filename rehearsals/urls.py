from django.urls import path

from rehearsals import views
from rehearsals.studio import comparison_views
from rehearsals.studio import views as studio

app_name = "rehearsals"

urlpatterns = [
    path("shows/<uuid:show_id>/rehearsals/", views.rehearsal_list, name="rehearsal_list"),
    path("shows/<uuid:show_id>/rehearsals/new/", views.rehearsal_create, name="rehearsal_create"),
    path(
        "shows/<uuid:show_id>/rehearsals/<uuid:rehearsal_id>/",
        views.rehearsal_detail,
        name="rehearsal_detail",
    ),
    path("personas/rehearse/", studio.persona_rehearse, name="persona_rehearse"),
    path("personas/compare/", comparison_views.persona_compare, name="persona_compare"),
    path("personas/compare/line/", comparison_views.persona_compare_line, name="persona_compare_line"),
    path("personas/compare/hear/", comparison_views.persona_hear, name="persona_hear"),
]

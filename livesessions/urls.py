from django.urls import path

from livesessions.views import decisions, lives, personas, plans, shows, studio

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
    path("personas/", personas.persona_list, name="persona_list"),
    path("personas/presets/", personas.preset_list, name="preset_list"),
    path("personas/new/", personas.persona_create, name="persona_create"),
    path("personas/rehearse/", studio.persona_rehearse, name="persona_rehearse"),
    path("personas/compare/", studio.persona_compare, name="persona_compare"),
    path("personas/compare/line/", studio.persona_compare_line, name="persona_compare_line"),
    path("personas/compare/hear/", studio.persona_hear, name="persona_hear"),
    path("personas/sounds/<str:key>/", studio.studio_sound, name="studio_sound"),
    path("personas/<uuid:persona_id>/", personas.persona_edit, name="persona_edit"),
    path("personas/<uuid:persona_id>/duplicate/", personas.persona_duplicate, name="persona_duplicate"),
    path("personas/<uuid:persona_id>/delete/", personas.persona_delete, name="persona_delete"),
    path("personas/<uuid:persona_id>/shows/", personas.persona_assign, name="persona_assign"),
]

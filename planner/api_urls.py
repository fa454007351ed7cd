from django.urls import path

from planner import api

urlpatterns = [
    path("personas/", api.personas, name="personas"),
    path("personas/<uuid:persona_id>/", api.persona, name="persona"),
]

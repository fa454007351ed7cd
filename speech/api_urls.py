from django.urls import path

from speech import api

urlpatterns = [
    path("voices/", api.voices, name="voices"),
    path("voices/<uuid:voice_id>/", api.voice, name="voice"),
    path("pronunciations/", api.pronunciations, name="pronunciations"),
    path("pronunciations/<uuid:pronunciation_id>/", api.pronunciation, name="pronunciation"),
]

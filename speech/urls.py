from django.urls import path

from speech.views import credentials, pronunciations, sounds, voices

app_name = "speech"

urlpatterns = [
    path("voices/", voices.voice_list, name="voice_list"),
    path("voices/new/", voices.voice_create, name="voice_create"),
    path("voices/preview/", voices.voice_preview, name="voice_preview"),
    path("voices/words/", pronunciations.pronunciation_list, name="pronunciation_list"),
    path("voices/words/add/", pronunciations.pronunciation_create, name="pronunciation_create"),
    path("voices/words/paste/", pronunciations.pronunciation_import, name="pronunciation_import"),
    path(
        "voices/words/<uuid:pronunciation_id>/", pronunciations.pronunciation_edit, name="pronunciation_edit"
    ),
    path(
        "voices/words/<uuid:pronunciation_id>/delete/",
        pronunciations.pronunciation_delete,
        name="pronunciation_delete",
    ),
    path(
        "voices/words/<uuid:pronunciation_id>/hear/",
        pronunciations.pronunciation_preview,
        name="pronunciation_preview",
    ),
    path("voices/keys/", credentials.credential_list, name="credential_list"),
    path("voices/keys/<slug:provider>/", credentials.credential_save, name="credential_save"),
    path("voices/keys/<slug:provider>/try/", credentials.credential_check, name="credential_check"),
    path("voices/keys/<slug:provider>/remove/", credentials.credential_delete, name="credential_delete"),
    path("voices/<uuid:voice_id>/", voices.voice_edit, name="voice_edit"),
    path("voices/<uuid:voice_id>/duplicate/", voices.voice_duplicate, name="voice_duplicate"),
    path("voices/<uuid:voice_id>/delete/", voices.voice_delete, name="voice_delete"),
    path("voices/<uuid:voice_id>/measure/", voices.voice_measure, name="voice_measure"),
    # An address from when only personas could be heard.
    path("personas/sounds/<str:key>/", sounds.preview_sound, name="preview_sound"),
]

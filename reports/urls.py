from django.urls import path

from reports import audio_views, views

app_name = "reports"

urlpatterns = [
    path("lives/", views.live_list, name="live_list"),
    path("lives/<uuid:session_id>/report/", views.live_detail, name="live_detail"),
    path(
        "lives/<uuid:session_id>/replies/<uuid:reply_id>/audio.wav",
        audio_views.reply_audio,
        name="reply_audio",
    ),
    path("lives/<uuid:session_id>/export/<slug:table>.<slug:kind>", views.live_export, name="live_export"),
]

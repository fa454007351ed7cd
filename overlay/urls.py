from django.urls import path

from overlay import views
from overlay.editor import views as editor_views

app_name = "overlay"

urlpatterns = [
    path("shows/<uuid:show_id>/overlay/", editor_views.overlay_edit, name="overlay_edit"),
    path("shows/<uuid:show_id>/overlay/renew/", editor_views.overlay_renew, name="overlay_renew"),
    path("shows/<uuid:show_id>/overlay/reset/", editor_views.overlay_reset, name="overlay_reset"),
    path("shows/<uuid:show_id>/overlay/preview/", editor_views.overlay_preview, name="overlay_preview"),
    path("overlay/pictures/<uuid:overlay_id>/<slug:stem>.<slug:kind>", views.avatar, name="avatar"),
    path("overlay/<str:token>/", views.page, name="page"),
]

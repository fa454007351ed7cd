from django.urls import path

from overlay import views

app_name = "overlay"

urlpatterns = [
    path("pictures/<uuid:overlay_id>/<slug:stem>.<slug:kind>", views.avatar, name="avatar"),
    path("<str:token>/", views.page, name="page"),
]

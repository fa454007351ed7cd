"""The pages of a show's hub and of going on air, in the namespace `website`."""

from django.urls import path

from website.golive import views as golive
from website.shows import overview, views

urlpatterns = [
    path("shows/<uuid:show_id>/", overview.show_detail, name="show_detail"),
    path("shows/<uuid:show_id>/host/", views.show_host, name="show_host"),
    path("shows/<uuid:show_id>/host/hear/", views.show_host_hear, name="show_host_hear"),
    path("shows/<uuid:show_id>/voice/", views.show_voice, name="show_voice"),
    path("shows/<uuid:show_id>/voice/hear/", views.show_voice_hear, name="show_voice_hear"),
    path("shows/<uuid:show_id>/rules/", views.show_rules, name="show_rules"),
    path("shows/<uuid:show_id>/go-live/", golive.go_live, name="go_live"),
    path("shows/<uuid:show_id>/go-live/<slug:kind>/", golive.check_run, name="check_run"),
]

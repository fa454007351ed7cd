"""The REST API's addresses: each app brings its own."""

from django.urls import include, path, re_path

from tenants.api.reference import reference
from tenants.api.views import not_found, openapi, root

app_name = "api"

urlpatterns = [
    path("", root, name="root"),
    path("openapi.json", openapi, name="openapi"),
    path("docs/", reference, name="reference"),
    path("", include("livesessions.api.urls")),
    path("", include("reports.api_urls")),
    path("", include("billing.api.urls")),
    path("", include("overlay.api_urls")),
    path("", include("encoder.api_urls")),
    path("", include("planner.api_urls")),
    path("", include("speech.api_urls")),
    re_path("", not_found),
]

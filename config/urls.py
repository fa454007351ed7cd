from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path("", include("livesessions.urls")),
    path("", include("planner.urls")),
    path("", include("speech.urls")),
    path("", include("rehearsals.urls")),
    path("", include("moderation.urls")),
    path("", include("tenants.urls")),
    path("", include("providers.urls")),
    path("", include("overlay.urls")),
    path("api/v1/", include("config.api_urls")),
    path("accounts/", include("allauth.account.urls")),
    path("i18n/", include("django.conf.urls.i18n")),
    path("staff/", admin.site.urls),
]

from django.conf import settings
from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path("", include("website.urls")),
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
    path("accounts/2fa/", include("allauth.mfa.urls")),
    path("i18n/", include("django.conf.urls.i18n")),
    path(f"{settings.STAFF_PATH}/", admin.site.urls),
]

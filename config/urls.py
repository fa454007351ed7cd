from django.conf import settings
from django.contrib import admin
from django.urls import include, path

from accounts.views import confirm_email

urlpatterns = [
    path("", include("website.urls")),
    path("", include("livesessions.urls")),
    path("", include("planner.urls")),
    path("", include("speech.urls")),
    path("", include("rehearsals.urls")),
    path("", include("reports.urls")),
    path("", include("moderation.urls")),
    path("", include("tenants.urls")),
    path("", include("providers.urls")),
    path("", include("overlay.urls")),
    path("api/v1/", include("config.api_urls")),
    path("accounts/confirm-email/<str:key>/", confirm_email, name="account_confirm_email"),
    path("accounts/", include("allauth.account.urls")),
    path("accounts/", include("allauth.socialaccount.providers.openid_connect.urls")),
    path("accounts/services/", include("allauth.socialaccount.urls")),
    path("accounts/2fa/", include("allauth.mfa.urls")),
    path("i18n/", include("django.conf.urls.i18n")),
    path(f"{settings.STAFF_PATH}/", admin.site.urls),
]

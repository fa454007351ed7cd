from django.conf import settings
from django.contrib import admin
from django.urls import include, path

from accounts.impersonation.views import impersonation_end, impersonation_start
from accounts.passkey_sign_up import sign_up_with_passkey
from accounts.views import confirm_email
from website.staff_health import staff_health

handler400 = "tenants.api.failures.bad_request"
handler404 = "tenants.api.failures.not_found"
handler500 = "tenants.api.failures.server_error"

urlpatterns = [
    path("", include("website.urls")),
    path("", include("livesessions.urls")),
    path("", include("planner.urls")),
    path("", include("speech.urls")),
    path("", include("rehearsals.urls")),
    path("", include("reports.urls")),
    path("", include("moderation.urls")),
    path("", include("billing.pages.urls")),
    path("", include("tenants.urls")),
    path("", include("providers.urls")),
    path("", include("knowledge.urls")),
    path("", include("overlay.urls")),
    path("", include("encoder.urls")),
    path("stripe/", include("billing.subscriptions.urls")),
    path("api/v1/", include("config.api_urls")),
    path("accounts/confirm-email/<str:key>/", confirm_email, name="account_confirm_email"),
    path("accounts/signup/passkey/", sign_up_with_passkey, name="account_signup_with_passkey"),
    path("account/", include("accounts.urls")),
    path("impersonation/end/", impersonation_end, name="impersonation_end"),
    path("accounts/", include("allauth.account.urls")),
    path("accounts/", include("allauth.socialaccount.providers.openid_connect.urls")),
    path("accounts/services/", include("allauth.socialaccount.urls")),
    path("accounts/2fa/", include("allauth.mfa.urls")),
    path("i18n/", include("django.conf.urls.i18n")),
    path(
        f"{settings.STAFF_PATH}/impersonate/<uuid:user_id>/",
        admin.site.admin_view(impersonation_start),
        name="impersonation_start",
    ),
    path(f"{settings.STAFF_PATH}/health/", admin.site.admin_view(staff_health), name="staff_health"),
    path(f"{settings.STAFF_PATH}/", admin.site.urls),
]

from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig


class AccountsConfig(AppConfig):
    name = "accounts"
    verbose_name = "Log-in"

    def ready(self) -> None:
        from accounts import receivers  # noqa: F401


class StaffSiteConfig(AdminConfig):
    """Django's administration, as the staff site of this installation."""

    default_site = "accounts.staff_site.StaffSite"

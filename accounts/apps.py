from importlib import import_module
from typing import Final

from django.apps import AppConfig, apps
from django.contrib.admin.apps import SimpleAdminConfig
from django.utils.module_loading import module_has_submodule

# Their own pages are not wanted: dj-stripe's show secret keys, and write to Stripe.
WITHOUT_STAFF_PAGES: Final = frozenset({"djstripe"})


class AccountsConfig(AppConfig):
    name = "accounts"
    verbose_name = "Log-in"

    def ready(self) -> None:
        from accounts import receivers  # noqa: F401


class StaffSiteConfig(SimpleAdminConfig):
    """Django's administration, as the staff site of this installation."""

    default_site = "accounts.staff_site.StaffSite"

    def ready(self) -> None:
        """Register the pages of all apps but those of `WITHOUT_STAFF_PAGES`."""
        super().ready()
        for app in apps.get_app_configs():
            if app.name not in WITHOUT_STAFF_PAGES and module_has_submodule(app.module, "admin"):
                import_module(f"{app.name}.admin")

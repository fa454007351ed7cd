from django.apps import AppConfig


class TenantsConfig(AppConfig):
    name = "tenants"
    verbose_name = "Accounts and teams"

    def ready(self) -> None:
        from tenants import receivers  # noqa: F401

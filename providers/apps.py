from django.apps import AppConfig


class ProvidersConfig(AppConfig):
    name = "providers"
    verbose_name = "Outside services"

    def ready(self) -> None:
        from providers import receivers  # noqa: F401

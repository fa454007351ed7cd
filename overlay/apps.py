from django.apps import AppConfig


class OverlayConfig(AppConfig):
    name = "overlay"

    def ready(self) -> None:
        from overlay import receivers  # noqa: F401

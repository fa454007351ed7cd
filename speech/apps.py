from django.apps import AppConfig


class SpeechConfig(AppConfig):
    name = "speech"

    def ready(self) -> None:
        from speech import receivers  # noqa: F401

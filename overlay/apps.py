from django.apps import AppConfig


class OverlayConfig(AppConfig):
    name = "overlay"

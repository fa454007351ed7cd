from django.apps import AppConfig


class InterfaceConfig(AppConfig):
    """The template tags that the pages of every app share. It has no models and imports no other app."""

    name = "interface"

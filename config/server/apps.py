from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register

from config.production import unsafe_settings


class ServerConfig(AppConfig):
    """Adds the checks of `config.production` to `manage.py check --deploy`."""

    name = "config.server"

    def ready(self) -> None:
        register(check_production, Tags.security, deploy=True)


def check_production(**_: Any) -> list[CheckMessage]:
    faults = unsafe_settings({name: getattr(settings, name) for name in dir(settings)})
    return [Error(str(fault), id=f"vivavoce.{fault.id}") for fault in faults]

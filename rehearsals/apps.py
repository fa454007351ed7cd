from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class RehearsalsConfig(AppConfig):
    name = "rehearsals"
    default = True
    verbose_name = _("Rehearsals")

    def ready(self) -> None:
        from rehearsals import tasks  # noqa: F401


class CommandsConfig(AppConfig):
    """Offers this app's commands without any app's models, for commands that need no database."""

    name = "rehearsals"

    def import_models(self) -> None:
        self.models = {}

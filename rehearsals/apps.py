from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class RehearsalsConfig(AppConfig):
    name = "rehearsals"
    verbose_name = _("Rehearsals")

    def ready(self) -> None:
        from rehearsals import tasks  # noqa: F401

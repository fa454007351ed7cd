from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class LivesessionsConfig(AppConfig):
    name = "livesessions"
    verbose_name = _("Lives")

    def ready(self) -> None:
        from livesessions import plan_tasks, receivers  # noqa: F401

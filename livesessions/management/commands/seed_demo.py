from argparse import ArgumentParser
from contextlib import suppress
from typing import Any

from allauth.account.models import EmailAddress
from django.core.management.base import BaseCommand
from django.db import transaction
from django.utils import translation
from django_scopes import scope

from livesessions.models.sessions import LiveSession
from livesessions.models.shows import Show
from livesessions.services.sessions import create_session, start_session
from livesessions.shows.errors import ShowConflict
from livesessions.shows.plan_templates import plan_template
from livesessions.shows.services.plans import fill_plan
from livesessions.shows.services.shows import change_show, create_show
from tenants.models import Language, Tenant, User
from tenants.services import create_tenant

EMAIL = "demo@vivavoce.example"
PASSWORD = "vivavoce-demo"  # noqa: S105
FACTS: dict[str, str] = {
    Language.ITALIAN: (
        "È una live di prova: il pubblico è simulato.\n"
        "Va in onda ogni sabato alle 21 e dura mezz'ora.\n"
        "Si chiacchiera con la chat e si gioca con !quiz."
    ),
    Language.ENGLISH: (
        "This is a demo live: its audience is simulated.\n"
        "It is on air every Saturday at 9 pm and lasts half an hour.\n"
        "We talk with the chat and play !quiz."
    ),
}


class Command(BaseCommand):
    help = "Create a demo workspace whose show is on air with a simulated chat, and print its addresses."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--port", default="8000", help="the port of the web app in the addresses printed")
        parser.add_argument("--rate", type=float, default=20.0, help="chat events per minute")

    def handle(self, *args: Any, port: str, rate: float, **options: Any) -> None:
        tenant = self._tenant()
        with scope(tenant=tenant):
            show = Show.objects.select_related("overlay").order_by("created_at").first()
            if show is None:
                show = create_show(tenant=tenant, name="Demo", language=tenant.language)
            self._fill(show)
            self._go_on_air(show, rate)
            self._print(show, f"http://127.0.0.1:{port}")

    @transaction.atomic
    def _tenant(self) -> Tenant:
        user = User.objects.filter(email=EMAIL).first()
        if user is None:
            user = User.objects.create_user(EMAIL, PASSWORD, name="Demo")
            EmailAddress.objects.create(user=user, email=EMAIL, verified=True, primary=True)
        tenant: Tenant = user.tenants.first() or create_tenant(
            owner=user, name="Vivavoce demo", language=Language.ITALIAN
        )
        return tenant

    def _fill(self, show: Show) -> None:
        """Fill in the show's facts and plan, unless they exist."""
        if not show.facts:
            change_show(show=show, facts=FACTS[show.language])
        with suppress(ShowConflict):
            fill_plan(show=show, plan=plan_template("talk", show.language))

    def _go_on_air(self, show: Show, rate: float) -> None:
        # A session that an earlier run left on air is claimed again when its lease has expired.
        session = LiveSession.objects.filter(show=show).exclude(status=LiveSession.Status.ENDED).first()
        if session is None:
            session = create_session(
                show=show, source=LiveSession.Source.SIMULATOR, source_options={"rate_per_minute": rate}
            )
        start_session(session=session)

    def _print(self, show: Show, base_url: str) -> None:
        with translation.override("en"):
            language = show.get_language_display()
        self.stdout.write(f"Overlay: {base_url}/overlay/{show.overlay.token}/")
        self.stdout.write(f"Web:     {base_url}/")
        self.stdout.write(f"Log-in:  {EMAIL}  password: {PASSWORD}")
        self.stdout.write(f"Host:    speaks {language}, to a simulated chat")

import os
from argparse import ArgumentParser
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from allauth.account.models import EmailAddress
from django.conf import settings
from django.core.management.base import BaseCommand
from django.db import transaction
from django.utils import translation
from django_scopes import scope

from livesessions.models.sessions import LiveSession
from livesessions.models.shows import Show
from livesessions.services.sessions import create_session, start_session, stop_session
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
    Language.GERMAN: (
        "Das ist ein Probestream: das Publikum ist simuliert.\n"
        "Er läuft jeden Samstag um 21 Uhr und dauert eine halbe Stunde.\n"
        "Wir reden mit dem Chat und spielen !quiz."
    ),
}
NAMES: dict[str, str] = {
    Language.ITALIAN: "Demo in italiano",
    Language.ENGLISH: "Demo in English",
    Language.GERMAN: "Demo auf Deutsch",
}


def demo_language(environment: Mapping[str, str], *, chosen: str = "") -> Language:
    """Return the language of the demo on air: the chosen one, else the machine's, else English."""
    locales = (environment.get(name, "") for name in ("LC_ALL", "LC_MESSAGES", "LANG"))
    machine = next((locale for locale in locales if locale), "")
    tag = (chosen or machine)[:2].lower()
    return Language(tag) if tag in Language.values else Language.ENGLISH


class Command(BaseCommand):
    help = (
        "Create a demo workspace with a show in each language, of which one is on air with a simulated chat,"
        " and print its addresses."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--port", default="8000", help="the port of the web app in the addresses printed")
        parser.add_argument("--rate", type=float, default=20.0, help="chat events per minute")
        parser.add_argument("--language", choices=Language.values, help="the language of the show on air")

    def handle(self, *args: Any, port: str, rate: float, language: str | None, **options: Any) -> None:
        """Language: the option, VIVAVOCE_DEMO_LANGUAGE, or the machine's."""
        on_air = demo_language(os.environ, chosen=language or settings.DEMO_LANGUAGE)
        tenant = self._tenant(on_air)
        with scope(tenant=tenant):
            shows = {each: self._show(tenant, each) for each in Language}
            for other in shows.values():
                if other != shows[on_air]:
                    self._take_off_air(other)
            self._go_on_air(shows[on_air], rate)
            self._print(shows[on_air], f"http://localhost:{port}")

    @transaction.atomic
    def _tenant(self, language: Language) -> Tenant:
        user = User.objects.filter(email=EMAIL).first()
        if user is None:
            user = User.objects.create_user(EMAIL, PASSWORD, name="Demo")
            EmailAddress.objects.create(user=user, email=EMAIL, verified=True, primary=True)
        tenant: Tenant = user.tenants.first() or create_tenant(
            owner=user, name="Vivavoce demo", language=language
        )
        return tenant

    def _show(self, tenant: Tenant, language: Language) -> Show:
        """Return the demo show of a language, with facts and a plan."""
        shows = Show.objects.select_related("overlay").filter(language=language).order_by("created_at")
        show = shows.first() or create_show(tenant=tenant, name=NAMES[language], language=language)
        self._fill(show)
        return show

    def _fill(self, show: Show) -> None:
        """Name the show and fill in its facts and plan, unless they exist."""
        if not show.facts:
            change_show(show=show, name=NAMES[show.language], facts=FACTS[show.language])
        with suppress(ShowConflict):
            fill_plan(show=show, plan=plan_template("talk", show.language))

    def _take_off_air(self, show: Show) -> None:
        """Stop the lives that an earlier run left on air in another language."""
        for session in LiveSession.objects.filter(show=show).exclude(status=LiveSession.Status.ENDED):
            stop_session(session=session)

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

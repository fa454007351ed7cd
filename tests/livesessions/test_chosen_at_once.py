"""Two people act on one show in the same instant: nothing contradicts, and nobody gets an error page."""

import threading
from collections.abc import Callable

import pytest
from django.db import connection, transaction
from django.http import Http404
from django_scopes import scope

from livesessions.errors import SessionConflict
from livesessions.models.sessions import LiveSession
from livesessions.models.shows import Show
from livesessions.services.sessions import create_session
from livesessions.shows.errors import ShowConflict
from livesessions.shows.services.lifecycle import archive_show, delete_show
from livesessions.shows.services.shows import change_show
from planner.errors import PersonaInUse
from planner.models import Persona
from planner.services import PersonaTraits, create_persona, delete_persona
from speech.errors import VoiceInUse
from speech.models import VoiceProfile
from speech.services.voices import create_voice, delete_voice
from tenants.models import Tenant

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("redis_client")]


def waiting_for_a_lock() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_locks WHERE NOT granted")
        return cursor.fetchone() is not None


def at_once(
    tenant: Tenant, first: Callable[[], object], second: Callable[[], object]
) -> BaseException | None:
    """Start `second` while the transaction of `first` is open; return the error of `second`."""
    failures: list[BaseException] = []

    def run() -> None:
        try:
            with scope(tenant=tenant):
                second()
        except (ShowConflict, SessionConflict, PersonaInUse, VoiceInUse, Http404) as error:
            failures.append(error)
        finally:
            connection.close()

    thread = threading.Thread(target=run)
    with scope(tenant=tenant):
        with transaction.atomic():
            first()
            thread.start()
            # It waits for the lock, or is through without one, which the assertions then show.
            while thread.is_alive() and not waiting_for_a_lock():
                thread.join(timeout=0.01)
        thread.join()
    return failures[0] if failures else None


def test_a_show_that_is_archived_in_the_same_instant_does_not_go_live(tenant: Tenant, show: Show) -> None:
    refused = at_once(
        tenant,
        lambda: archive_show(show=show),
        lambda: create_session(show=show, source=LiveSession.Source.SIMULATOR),
    )
    assert isinstance(refused, SessionConflict)
    assert refused.code == "show_is_archived"


def test_a_show_that_goes_live_in_the_same_instant_is_not_archived(tenant: Tenant, show: Show) -> None:
    refused = at_once(
        tenant,
        lambda: create_session(show=show, source=LiveSession.Source.SIMULATOR),
        lambda: archive_show(show=show),
    )
    assert isinstance(refused, ShowConflict)
    assert refused.code == "show_is_live"


def test_a_show_that_is_deleted_in_the_same_instant_does_not_go_live(tenant: Tenant, show: Show) -> None:
    gone = at_once(
        tenant,
        lambda: delete_show(show=show),
        lambda: create_session(show=show, source=LiveSession.Source.SIMULATOR),
    )
    assert isinstance(gone, Http404)


def a_persona(tenant: Tenant) -> Persona:
    with scope(tenant=tenant):
        traits = PersonaTraits(name="Spare", system_prompt="You talk.", language="it")
        return create_persona(tenant=tenant, traits=traits)


def a_voice(tenant: Tenant) -> VoiceProfile:
    with scope(tenant=tenant):
        return create_voice(tenant=tenant, name="Spare", language="it", provider="auto")


def test_a_persona_that_is_deleted_in_the_same_instant_cannot_be_chosen(tenant: Tenant, show: Show) -> None:
    persona = a_persona(tenant)
    refused = at_once(
        tenant,
        lambda: Persona.objects.get(id=persona.id).delete(),
        lambda: change_show(show=show, persona=persona),
    )
    assert isinstance(refused, ShowConflict)
    assert refused.code == "choice_is_gone"


def test_a_persona_that_is_chosen_in_the_same_instant_cannot_be_deleted(tenant: Tenant, show: Show) -> None:
    persona = a_persona(tenant)
    refused = at_once(
        tenant, lambda: change_show(show=show, persona=persona), lambda: delete_persona(persona=persona)
    )
    assert isinstance(refused, PersonaInUse)


def test_a_voice_that_is_deleted_in_the_same_instant_cannot_be_chosen(tenant: Tenant, show: Show) -> None:
    voice = a_voice(tenant)
    copy = VoiceProfile(id=voice.id)
    refused = at_once(tenant, lambda: delete_voice(voice=voice), lambda: change_show(show=show, voice=copy))
    assert isinstance(refused, ShowConflict)
    assert refused.code == "choice_is_gone"


def test_a_voice_that_is_chosen_in_the_same_instant_cannot_be_deleted(tenant: Tenant, show: Show) -> None:
    voice = a_voice(tenant)
    refused = at_once(tenant, lambda: change_show(show=show, voice=voice), lambda: delete_voice(voice=voice))
    assert isinstance(refused, VoiceInUse)

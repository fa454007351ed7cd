import pytest
from django_scopes import scope

from livesessions.models.shows import Show
from planner.defaults import PERSONAS
from planner.errors import PersonaInUse
from planner.models import Persona
from planner.services import (
    PersonaTraits,
    build_persona,
    change_persona,
    create_persona,
    delete_persona,
    duplicate_persona,
    get_default_persona,
)
from tenants.models import Tenant

TRAITS = PersonaTraits(
    name="Nota",
    system_prompt="Ami la musica.",
    language="it",
    style={"energy": 0.7},
    reply_in="viewer",
    forbidden_topics=("politica",),
    sample_lines=("Che canzone!",),
)


@pytest.fixture
def persona(tenant: Tenant) -> Persona:
    with scope(tenant=tenant):
        return create_persona(tenant=tenant, traits=TRAITS)


def test_a_persona_is_made_with_all_its_traits(tenant: Tenant, persona: Persona) -> None:
    with scope(tenant=tenant):
        stored = Persona.objects.get(id=persona.id)
    assert (stored.name, stored.system_prompt, stored.language) == ("Nota", "Ami la musica.", "it")
    assert (stored.style, stored.reply_in) == ({"energy": 0.7}, "viewer")
    assert (stored.forbidden_topics, stored.sample_lines) == (["politica"], ["Che canzone!"])


def test_a_persona_that_is_tried_out_is_not_stored(tenant: Tenant) -> None:
    with scope(tenant=tenant):
        before = Persona.objects.count()
        assert build_persona(tenant=tenant, traits=TRAITS).name == "Nota"
        assert Persona.objects.count() == before


def test_only_what_is_named_changes(tenant: Tenant, persona: Persona) -> None:
    with scope(tenant=tenant):
        Persona.objects.filter(id=persona.id).update(system_prompt="Changed meanwhile.")
        change_persona(persona=persona, name="Melodia")
        persona.refresh_from_db()
    assert (persona.name, persona.system_prompt) == ("Melodia", "Changed meanwhile.")


def test_copies_get_names_of_their_own(tenant: Tenant, persona: Persona) -> None:
    with scope(tenant=tenant):
        names = [duplicate_persona(persona=persona).name for _ in range(3)]
        copy = Persona.objects.get(name=names[0])
    assert names == ["Nota (copy)", "Nota (copy 2)", "Nota (copy 3)"]
    assert (copy.style, copy.forbidden_topics) == (persona.style, persona.forbidden_topics)


def test_a_copy_of_a_long_name_still_fits(tenant: Tenant, persona: Persona) -> None:
    with scope(tenant=tenant):
        change_persona(persona=persona, name="N" * 100)
        names = {duplicate_persona(persona=persona).name for _ in range(2)}
    assert len(names) == 2
    assert all(len(name) <= 100 for name in names)


def test_a_persona_without_a_show_can_be_deleted(tenant: Tenant, persona: Persona) -> None:
    with scope(tenant=tenant):
        delete_persona(persona=persona)
        assert not Persona.objects.filter(name="Nota").exists()


def test_a_host_is_not_deleted_and_its_shows_are_named(show: Show) -> None:
    with scope(tenant=show.tenant):
        with pytest.raises(PersonaInUse) as caught:
            delete_persona(persona=show.persona)
        assert Persona.objects.filter(id=show.persona_id).exists()
    assert show.name in caught.value.shows


def test_a_second_persona_of_the_default_name_does_not_stop_new_shows(tenant: Tenant) -> None:
    with scope(tenant=tenant):
        first = get_default_persona(tenant=tenant, language="it")
        create_persona(tenant=tenant, traits=PersonaTraits(PERSONAS["it"].name, "Un'altra.", "it"))
        assert get_default_persona(tenant=tenant, language="it") == first

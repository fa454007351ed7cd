"""Names of things: what is refused in one, and the names of copies."""

import pytest
from django.core.exceptions import ValidationError

from tenants.names import copy_name, refuse_direction_controls


@pytest.mark.parametrize("control", ["\u202e", "\u202a", "\u2066", "\u2069"])
def test_a_name_whose_letters_turn_around_is_refused(control: str) -> None:
    with pytest.raises(ValidationError):
        refuse_direction_controls(f"La sera{control}gpj")


@pytest.mark.parametrize("name", ["La sera di Alice", "מופע\u200f ערב", "🎤 Live 🇮🇹", "👩\u200d🎤"])
def test_other_names_are_allowed(name: str) -> None:
    refuse_direction_controls(name)


def test_a_copy_of_a_long_name_still_fits() -> None:
    name = copy_name("x" * 100, taken=set())
    assert len(name) <= 100
    assert len(copy_name("x" * 100, taken={name})) <= 100

"""Plan templates that fill an empty plan, in each language."""

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django.utils.functional import Promise

    from livesessions.shows.services.plans import SegmentValues

NAMES: "Mapping[str, str | Promise]" = {
    "talk": _("30 minutes of talk"),
    "music": _("Music live"),
    "product": _("Product presentation"),
    "questions": _("Questions and answers"),
}


def plan_template(name: str, language: str) -> "list[SegmentValues]":
    """Return a template's segments in a language; an empty list for an unknown name."""
    return list(_plans(language).get(name, []))


@cache
def _plans(language: str) -> "Mapping[str, list[SegmentValues]]":
    table = tomllib.loads(files(__package__).joinpath(f"{language}.toml").read_text(encoding="utf-8"))
    return {
        name: [
            {
                "kind": segment["kind"],
                "title": segment["title"],
                "duration_s": segment["minutes"] * 60,
                "talking_points": segment.get("points", []),
            }
            for segment in segments
        ]
        for name, segments in table.items()
    }

"""Signals between billing and the apps above."""

from dataclasses import dataclass
from datetime import datetime

from django.dispatch import Signal


@dataclass(frozen=True, slots=True)
class LiveName:
    """What a page says of a live: its show's name, when it began, and the address of its report."""

    name: str
    at: datetime | None
    address: str


# Arguments: tenant, live_ids (a list). A receiver returns a dict of `LiveName`, by the live's id.
live_names_asked = Signal()

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from livesessions.models.checks import CheckKind
from livesessions.models.sessions import LiveSession
from livesessions.models.shows import Show
from livesessions.services.sessions import MAX_SIMULATED_PER_MINUTE
from website.golive.checks import Check

Source = LiveSession.Source


class GoLiveForm(forms.Form):
    """Which chat a live reads, and which open checks are waived for it."""

    source = forms.ChoiceField(
        label=_("Which chat does the host read?"),
        choices=[(each, each.label) for each in (Source.TIKTOK, Source.SIMULATOR, Source.BRIDGE)],
    )
    rate_per_minute = forms.IntegerField(
        label=_("Simulated messages a minute"),
        min_value=1,
        max_value=MAX_SIMULATED_PER_MINUTE,
        initial=30,
        required=False,
    )
    waived = forms.MultipleChoiceField(choices=CheckKind.choices, required=False)

    def __init__(self, *args: Any, show: Show, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial.setdefault("source", Source.TIKTOK if show.handle else Source.SIMULATOR)

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if cleaned.get("source") != Source.SIMULATOR:
            self.errors.pop("rate_per_minute", None)  # the field is not shown
        return cleaned

    @property
    def source_options(self) -> dict[str, Any]:
        if self.cleaned_data["source"] != Source.SIMULATOR:
            return {}
        return {"rate_per_minute": self.cleaned_data["rate_per_minute"] or 30}

    @property
    def chosen_source(self) -> str:
        """The chat that is chosen on the page, valid or not."""
        value = self["source"].value()
        return str(value) if value in Source.values else Source.TIKTOK.value

    @property
    def waived_kinds(self) -> list[str]:
        """The checks that are ticked on the page, valid or not."""
        return list(self["waived"].value() or [])


def open_checks(checks: Iterable[Check], *, waived: Iterable[str]) -> list[Check]:
    """Return the checks that are neither passed nor waived."""
    ticked = set(waived)
    return [check for check in checks if not check.is_done and check.kind.value not in ticked]

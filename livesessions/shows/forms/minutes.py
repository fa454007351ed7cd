from decimal import Decimal
from typing import Any

from django import forms

MINUTE_S = 60


class MinutesField(forms.DecimalField):
    """A field in minutes, also fractions, whose value is whole seconds."""

    def __init__(self, *, least_s: int, most_s: int, **kwargs: Any) -> None:
        super().__init__(
            decimal_places=2,
            min_value=Decimal(least_s) / MINUTE_S,
            max_value=Decimal(most_s) / MINUTE_S,
            widget=forms.NumberInput(attrs={"step": "any"}),
            **kwargs,
        )

    def prepare_value(self, value: Any) -> Any:
        """Return seconds as minutes; return entered text unchanged."""
        return f"{round(value / MINUTE_S, 2):g}" if isinstance(value, int) else value

    def clean(self, value: Any) -> int | None:
        minutes = super().clean(value)
        return None if minutes is None else round(minutes * MINUTE_S)

    def has_changed(self, initial: Any, data: Any) -> bool:
        return super().has_changed(self.to_python(self.prepare_value(initial)), data)

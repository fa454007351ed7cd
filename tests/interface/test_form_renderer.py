"""The quick form renderer draws exactly what Django's templates draw."""

import re
from typing import Any

import pytest
from django import forms
from django.forms.renderers import DjangoTemplates

from interface.form_renderer import FormRenderer

HOSTILE = "\"><script>&amp;'\n\u202e😀"
CHOICES = [
    ("", "Nothing"),
    ("a", HOSTILE),
    ("Group <b>", [(HOSTILE, "One"), (2, 1_234_567)]),
    (None, "None"),
]


class EveryField(forms.Form):
    """One field for each kind of widget in use."""

    text = forms.CharField(
        widget=forms.TextInput(attrs={"data-x": HOSTILE, "disabled": True, "hidden": False})
    )
    number = forms.IntegerField(min_value=-3, localize=False)
    share = forms.FloatField(widget=forms.NumberInput(attrs={"step": 0.1}))
    email = forms.EmailField()
    url = forms.URLField(assume_scheme="https")
    password = forms.CharField(widget=forms.PasswordInput)
    hidden = forms.CharField(widget=forms.HiddenInput)
    check = forms.BooleanField()
    file = forms.FileField(widget=forms.FileInput)
    words = forms.CharField(widget=forms.Textarea(attrs={"rows": 4}))
    choice = forms.ChoiceField(choices=CHOICES)
    several = forms.MultipleChoiceField(choices=CHOICES)
    radio = forms.ChoiceField(choices=CHOICES, widget=forms.RadioSelect)


def without_blank_lines(drawn: str) -> str:
    return re.sub(r"\n\s*", "\n", drawn)


@pytest.mark.parametrize("value", ["", HOSTILE, "a", "1.5", "😀" * 10])
@pytest.mark.parametrize("bound", [True, False])
def test_each_widget_is_drawn_as_by_djangos_templates(value: str, bound: bool) -> None:
    values: Any = dict.fromkeys(EveryField.base_fields, value) | {
        "several": [value, "2"],
        "check": value != "",
    }
    drawn = [
        {name: without_blank_lines(f"{form[name]}{form[name].errors}") for name in form.fields}
        for form in (
            EveryField(values if bound else None, initial=values, renderer=renderer)
            for renderer in (FormRenderer(), DjangoTemplates())
        )
    ]
    assert drawn[0] == drawn[1]

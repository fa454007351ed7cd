from typing import TYPE_CHECKING, Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from livesessions.models.shows import Show
from planner.models import Persona
from rehearsals.studio.chats import LANGUAGES
from rehearsals.studio.line_runner import ViewerLine
from tenants.models import Language

if TYPE_CHECKING:
    ShowChoice = forms.ModelChoiceField[Show]
    PersonaChoice = forms.ModelChoiceField[Persona]
else:
    ShowChoice = PersonaChoice = forms.ModelChoiceField


class StudioForm(forms.Form):
    """A viewer's line, and the show in which the host hears it."""

    use_required_attribute = False

    text = forms.CharField(label=_("A viewer writes"), max_length=300, required=False)
    viewer_name = forms.CharField(label=_("Viewer's name"), max_length=50, required=False)
    gift = forms.CharField(label=_("Sends a gift"), max_length=50, required=False)
    show = ShowChoice(
        label=_("In the show"),
        queryset=None,
        required=False,
        empty_label=_("none"),
        help_text=_("The host uses its rules, voice, language and facts."),
    )

    def __init__(self, *args: Any, shows: QuerySet[Show], **kwargs: Any) -> None:
        super().__init__(*args, **{"auto_id": "rehearse-%s", **kwargs})
        self._show_field.queryset = shows
        self.fields["viewer_name"].widget.attrs["placeholder"] = "Giulia"
        self.fields["gift"].widget.attrs["placeholder"] = _("none")

    @property
    def _show_field(self) -> ShowChoice:
        field = self.fields["show"]
        assert isinstance(field, forms.ModelChoiceField)  # noqa: S101 - narrows the type
        return field

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not self.errors and not cleaned.get("text") and not cleaned.get("gift"):
            self.add_error("text", _("Write a viewer's message, or name a gift."))
        return cleaned

    @property
    def line(self) -> ViewerLine:
        """What the viewer does."""
        cleaned = self.cleaned_data
        return ViewerLine(cleaned["viewer_name"], cleaned["text"], cleaned["gift"])


class ComparisonForm(forms.Form):
    """Two personas and the recorded chat that both answer."""

    a = PersonaChoice(label=_("One persona"), queryset=None, empty_label=None)
    b = PersonaChoice(label=_("The other"), queryset=None, empty_label=None)
    chat = forms.ChoiceField(
        label=_("On a chat in"), choices=[(tag, Language(tag).label) for tag in LANGUAGES]
    )
    start = forms.IntegerField(min_value=0, max_value=1_000, required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, personas: QuerySet[Persona], **kwargs: Any) -> None:
        super().__init__(*args, **{"auto_id": "compare-%s", **kwargs})
        for name in ("a", "b"):
            field = self.fields[name]
            assert isinstance(field, forms.ModelChoiceField)  # noqa: S101 - narrows the type
            field.queryset = personas

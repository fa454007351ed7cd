"""The forms of policies and viewer rules."""

from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from moderation.errors import BlocklistError
from moderation.models import Policy, ViewerRule
from moderation.services import clean_terms

if TYPE_CHECKING:
    PolicyFormBase = forms.ModelForm[Policy]
    NoteFormBase = forms.ModelForm[ViewerRule]
else:
    PolicyFormBase = NoteFormBase = forms.ModelForm

LARGEST_FILE = 4_000_000  # bytes: 20,000 words of the maximum length


class TermsField(forms.CharField):
    """A list of words as text, one per line."""

    widget = forms.Textarea(
        attrs={"rows": 8, "spellcheck": "false", "autocapitalize": "none", "autocomplete": "off"}
    )

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(required=False, strip=False, **kwargs)

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(value) if isinstance(value, list) else value

    def has_changed(self, initial: Any, data: Any) -> bool:
        return super().has_changed(self.prepare_value(initial), data)

    def clean(self, value: Any) -> list[str]:
        try:
            return clean_terms(super().clean(value).splitlines())
        except BlocklistError as error:
            raise forms.ValidationError(str(error)) from error


class PolicyForm(PolicyFormBase):
    blocklist = TermsField(label=gettext_lazy("Blocked words"))
    allowlist = TermsField(label=gettext_lazy("Allowed words"))

    class Meta:
        model = Policy
        fields = [
            "name",
            "safe_mode",
            "blocklist",
            "allowlist",
            "asks_model",
        ]
        labels = {
            "name": gettext_lazy("Name of these rules"),
            "safe_mode": gettext_lazy("Safe mode"),
            "asks_model": gettext_lazy("Ask a moderation model too"),
        }

    def __init__(self, *args: Any, has_model: bool = True, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not has_model:  # nothing to choose: what is stored stays
            del self.fields["asks_model"]

    @property
    def first_wrong_id(self) -> str:
        """The id of the first element with an error; of a list of words its name, so that it stays closed."""
        for field in self:
            if field.errors:
                return (
                    f"{field.id_for_label}-name"
                    if isinstance(field.field, TermsField)
                    else field.id_for_label
                )
        return ""


class BlocklistFileForm(forms.Form):
    file = forms.FileField(label=gettext_lazy("Add words from a text file"))

    def clean_file(self) -> bytes:
        file = self.cleaned_data["file"]
        if file.size > LARGEST_FILE:
            raise forms.ValidationError(_("The file is larger than 4 MB."))
        content: bytes = file.read()
        return content


class LineForm(forms.Form):
    line = forms.CharField(required=False, strip=False, max_length=2_000)


class NoteForm(NoteFormBase):
    class Meta:
        model = ViewerRule
        fields = ["note"]

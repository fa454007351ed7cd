from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from planner.limits import PROMPT_LENGTH, SAMPLE_LENGTH, SAMPLES, STYLE_STEP, TOPIC_LENGTH, TOPICS
from planner.models import Persona
from planner.presets import TRAITS, Preset
from planner.services import PersonaTraits
from tenants.models import Language

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

    Words = str | _StrPromise
    PersonaFormBase = forms.ModelForm[Persona]
else:
    PersonaFormBase = forms.ModelForm
    Words = str

MIDDLE = 0.5
# The prompt speaks of a trait only outside of these.
LOW, HIGH = 0.35, 0.65


@dataclass(frozen=True, slots=True)
class Trait:
    """A slider of the studio: its label, and the words at its ends and in between."""

    name: str
    label: Words
    low: Words
    middle: Words
    high: Words

    def word_for(self, value: float) -> Words:
        if value <= LOW:
            return self.low
        return self.high if value >= HIGH else self.middle


TRAIT_WORDS = {
    "energy": Trait("energy", _("Energy"), _("calm"), _("relaxed"), _("lively")),
    "formality": Trait("formality", _("Formality"), _("like a friend"), _("easy-going"), _("formal")),
    "humour": Trait("humour", _("Humour"), _("earnest"), _("a smile now and then"), _("playful")),
    "length": Trait("length", _("Length"), _("very short"), _("as it comes"), _("two full sentences")),
}


class LinesField(forms.CharField):
    """A list of texts, one on each line of a text area; empty lines do not count."""

    def __init__(self, *, most: int, length: int, rows: int, **kwargs: Any) -> None:
        super().__init__(required=False, widget=forms.Textarea(attrs={"rows": rows}), **kwargs)
        self._most = most
        self._length = length

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(value) if isinstance(value, list | tuple) else value

    def to_python(self, value: Any) -> list[str]:  # type: ignore[override]
        lines = (" ".join(line.split()) for line in (super().to_python(value) or "").splitlines())
        return list(dict.fromkeys(filter(None, lines)))

    def validate(self, value: list[str]) -> None:
        if len(value) > self._most:
            words = ngettext("At most %(most)d line.", "At most %(most)d lines.", self._most)
            raise ValidationError(words % {"most": self._most})
        if any(len(line) > self._length for line in value):
            raise ValidationError(
                _("A line has at most %(length)d characters."), params={"length": self._length}
            )

    def run_validators(self, value: list[str]) -> None:
        for line in value:
            super().run_validators(line)


class PersonaForm(PersonaFormBase):
    system_prompt = forms.CharField(
        label=_("Character"),
        max_length=PROMPT_LENGTH,
        help_text=_("Who the host is and how it treats people, in your own words. It never asks for gifts."),
        widget=forms.Textarea(attrs={"rows": 10}),
    )
    forbidden_topics = LinesField(
        label=_("Topics it does not go into"),
        help_text=_("One a line. Asked about them, the host kindly changes the subject."),
        most=TOPICS,
        length=TOPIC_LENGTH,
        rows=5,
    )
    sample_lines = LinesField(
        label=_("Lines it would say"),
        help_text=_("One a line. They show the tone; the host does not say them word for word."),
        most=SAMPLES,
        length=SAMPLE_LENGTH,
        rows=6,
    )

    class Meta:
        model = Persona
        fields = ["name", "system_prompt", "language", "reply_in", "forbidden_topics", "sample_lines"]
        labels = {"name": _("Name"), "language": _("Language"), "reply_in": _("Answers in")}
        help_texts = {"name": _("What the host is called on air.")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        style = {**(self.instance.style or {}), **self.initial.get("style", {})}
        for name, trait in TRAIT_WORDS.items():
            self.fields[f"style_{name}"] = forms.FloatField(
                label=trait.label,
                min_value=0.0,
                max_value=1.0,
                step_size=STYLE_STEP,
                initial=style.get(name, MIDDLE),
                widget=forms.NumberInput(attrs={"type": "range", "data-trait": name}),
            )

    @property
    def sliders(self) -> Iterator[dict[str, Any]]:
        """The sliders with their words, for the page."""
        for name, trait in TRAIT_WORDS.items():
            field = self[f"style_{name}"]
            yield {"field": field, "trait": trait, "word": trait.word_for(_as_number(field.value()))}

    @property
    def traits(self) -> PersonaTraits:
        """What a valid form says."""
        cleaned = self.cleaned_data
        return PersonaTraits(
            name=cleaned["name"],
            system_prompt=cleaned["system_prompt"],
            language=cleaned["language"],
            style={name: round(cleaned[f"style_{name}"], 2) for name in TRAITS},
            reply_in=cleaned["reply_in"],
            forbidden_topics=cleaned["forbidden_topics"],
            sample_lines=cleaned["sample_lines"],
        )


def _as_number(value: Any) -> float:
    try:
        return float(value)
    except (TypeError, ValueError):
        return MIDDLE


def initial_of(preset: Preset | None, *, language: str) -> dict[str, Any]:
    """Return what a new persona's form begins with."""
    if preset is None:
        return {"language": language if language in Language else Language.ENGLISH}
    return {
        "name": preset.name,
        "system_prompt": preset.prompt,
        "language": preset.language,
        "style": preset.style,
        "forbidden_topics": preset.forbidden_topics,
        "sample_lines": preset.sample_lines,
    }

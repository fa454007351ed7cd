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

    LazyText = str | _StrPromise
    PersonaFormBase = forms.ModelForm[Persona]
else:
    PersonaFormBase = forms.ModelForm
    LazyText = str

MIDDLE = 0.5
# Between these values the prompt does not mention the trait.
LOW, HIGH = 0.35, 0.65


@dataclass(frozen=True, slots=True)
class Trait:
    """A slider of the persona form: its label, and a word for low, middle and high values."""

    name: str
    label: LazyText
    low: LazyText
    middle: LazyText
    high: LazyText

    def level_name(self, value: float) -> LazyText:
        if value <= LOW:
            return self.low
        return self.high if value >= HIGH else self.middle


TRAIT_SLIDERS = {
    "energy": Trait("energy", _("Energy"), _("calm"), _("relaxed"), _("lively")),
    "formality": Trait("formality", _("Formality"), _("like a friend"), _("easy-going"), _("formal")),
    "humour": Trait("humour", _("Humour"), _("earnest"), _("a smile now and then"), _("playful")),
    "length": Trait("length", _("Length"), _("very short"), _("no preference"), _("two full sentences")),
}


class LinesField(forms.CharField):
    """A list of texts, one per line of a text area; empty and repeated lines are dropped."""

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
    """The form that creates and edits a persona."""

    system_prompt = forms.CharField(
        label=_("Character"),
        max_length=PROMPT_LENGTH,
        help_text=_("The host's personality and manners, in your own words. It never asks for gifts."),
        widget=forms.Textarea(attrs={"rows": 10}),
    )
    forbidden_topics = LinesField(
        label=_("Topics to avoid"),
        help_text=_("One per line. When asked about one, the host politely changes the subject."),
        most=TOPICS,
        length=TOPIC_LENGTH,
        rows=5,
    )
    sample_lines = LinesField(
        label=_("Sample lines"),
        help_text=_("One per line. They set the tone; the host does not repeat them literally."),
        most=SAMPLES,
        length=SAMPLE_LENGTH,
        rows=6,
    )

    class Meta:
        model = Persona
        fields = ["name", "system_prompt", "language", "reply_in", "forbidden_topics", "sample_lines"]
        labels = {"name": _("Name"), "language": _("Language"), "reply_in": _("Answers in")}
        help_texts = {"name": _("The host's name on air.")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        style = {**(self.instance.style or {}), **self.initial.get("style", {})}
        for name, trait in TRAIT_SLIDERS.items():
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
        """Yield each slider's field, trait and current level name for the template."""
        for name, trait in TRAIT_SLIDERS.items():
            field = self[f"style_{name}"]
            yield {"field": field, "trait": trait, "word": trait.level_name(_as_number(field.value()))}

    @property
    def traits(self) -> PersonaTraits:
        """Return the values of a valid form."""
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
    """Return the initial values of a new persona's form."""
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

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from livesessions.shows.limits import MAX_ANSWER_LENGTH, MAX_ANSWERS, MAX_QUESTION_LENGTH, MAX_QUESTIONS
from livesessions.shows.services.questions import QuestionValues
from planner.stage.games.answer_matching import words_of

SEPARATOR = ";"


def read_answers(parts: list[str]) -> list[str]:
    """Return the right answers without duplicates; raise ValidationError when none is usable."""
    answers = list(dict.fromkeys(answer for part in parts if (answer := " ".join(part.split()))))
    if not answers:
        raise forms.ValidationError(_("The right answer is missing."))
    if len(answers) > MAX_ANSWERS:
        raise forms.ValidationError(_("At most %(most)d answers are possible.") % {"most": MAX_ANSWERS})
    for answer in answers:
        if len(answer) > MAX_ANSWER_LENGTH:
            message = _("“%(answer)s…” is too long: an answer has at most %(most)d characters.")
            raise forms.ValidationError(message % {"answer": answer[:20], "most": MAX_ANSWER_LENGTH})
        if not words_of(answer, ""):
            raise forms.ValidationError(_("“%(answer)s” has no letter or digit.") % {"answer": answer})
    return answers


def read_question(raw: str) -> str:
    """Return the question with single spaces; raise ValidationError when it is empty or too long."""
    question = " ".join(raw.split())
    if not question:
        raise forms.ValidationError(_("The question is missing."))
    if len(question) > MAX_QUESTION_LENGTH:
        message = _("The question is too long: at most %(most)d characters.")
        raise forms.ValidationError(message % {"most": MAX_QUESTION_LENGTH})
    return question


class QuestionForm(forms.Form):
    question = forms.CharField(label=gettext_lazy("Question"), max_length=MAX_QUESTION_LENGTH)
    answers = forms.CharField(
        label=gettext_lazy("Right answer"),
        max_length=MAX_ANSWERS * (MAX_ANSWER_LENGTH + 2),
        help_text=gettext_lazy(
            "Separate several right answers with semicolons. The host says the first one. Capitals, accents, "
            "articles and spelled-out numbers do not matter."
        ),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    def clean_question(self) -> str:
        return read_question(self.cleaned_data["question"])

    def clean_answers(self) -> list[str]:
        return read_answers(self.cleaned_data["answers"].split(SEPARATOR))

    @property
    def values(self) -> list[QuestionValues]:
        return [QuestionValues(question=self.cleaned_data["question"], answers=self.cleaned_data["answers"])]


class PasteForm(forms.Form):
    """Many questions, one on each line. A fault in one rejects all, so that the text can be sent again."""

    lines = forms.CharField(
        label=gettext_lazy("One question on each line"),
        max_length=MAX_QUESTIONS * (MAX_QUESTION_LENGTH + MAX_ANSWERS * (MAX_ANSWER_LENGTH + 2)),
        help_text=gettext_lazy("question ; answer ; another right answer"),
        widget=forms.Textarea(attrs={"rows": 6, "spellcheck": "false"}),
    )

    def clean_lines(self) -> list[QuestionValues]:
        values: list[QuestionValues] = []
        problems: list[forms.ValidationError] = []
        for number, line in enumerate(self.cleaned_data["lines"].splitlines(), start=1):
            if not line.strip():
                continue
            question, *answers = line.split(SEPARATOR)
            try:
                values.append(QuestionValues(question=read_question(question), answers=read_answers(answers)))
            except forms.ValidationError as error:
                words = {"number": number, "problem": " ".join(error.messages)}
                problems.append(forms.ValidationError(_("Line %(number)d: %(problem)s") % words))
        if problems:
            raise forms.ValidationError(problems)
        return values

    @property
    def values(self) -> list[QuestionValues]:
        values: list[QuestionValues] = self.cleaned_data["lines"]
        return values


class AnswerCheckForm(forms.Form):
    """A viewer's answer to one of the show's questions."""

    question = forms.ChoiceField(label=gettext_lazy("Question"))
    text = forms.CharField(
        label=gettext_lazy("What a viewer writes"),
        max_length=300,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    def __init__(self, *args: Any, questions: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["question"].choices = questions  # type: ignore[attr-defined]

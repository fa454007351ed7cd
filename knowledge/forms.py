from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

UPLOAD_BYTES = 50_000_000  # of all files that are sent at once
MAX_ANSWER = 2_000
MAX_TEXT = 500_000
ACCEPTED = ".pdf,.docx,.txt,.md,.markdown,.csv,.tsv,.json,.html,.htm"


class SeveralFiles(forms.ClearableFileInput):
    """An input that takes several files at once."""

    allow_multiple_selected = True


class FilesField(forms.FileField):
    """A field of several files; its value is a list."""

    widget = SeveralFiles

    def clean(self, data: Any, initial: Any = None) -> list[UploadedFile[Any]]:
        files = data if isinstance(data, list | tuple) else [data]
        return [super(FilesField, self).clean(each, initial) for each in files]


class UploadForm(forms.Form):
    """Files to read."""

    documents = FilesField(
        label=_("Files"),
        allow_empty_file=True,  # it is refused by itself, and the other files are read
        help_text=_(
            "PDF, DOCX, text, Markdown, CSV, JSON or HTML: up to 25 MB each, 10 files and 50 MB at once."
        ),
        widget=SeveralFiles(attrs={"accept": ACCEPTED}),
    )


class TextForm(forms.Form):
    """A text to know, under a name."""

    name = forms.CharField(label=_("Name"), max_length=200)
    text = forms.CharField(label=_("Text"), max_length=MAX_TEXT, widget=forms.Textarea(attrs={"rows": 6}))


class QuestionAnswerForm(forms.Form):
    """A question with its answer."""

    question = forms.CharField(label=_("Question"), max_length=200)
    answer = forms.CharField(
        label=_("Answer"), max_length=MAX_ANSWER, widget=forms.Textarea(attrs={"rows": 3})
    )


class AnswerForm(forms.Form):
    """The answer to a question that was asked in a live."""

    answer = forms.CharField(
        label=_("Answer"), max_length=MAX_ANSWER, widget=forms.Textarea(attrs={"rows": 2})
    )


class TryForm(forms.Form):
    """A question to try."""

    q = forms.CharField(label=_("Question"), max_length=300)

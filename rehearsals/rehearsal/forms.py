from typing import TYPE_CHECKING, Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from rehearsals.rehearsal.chat import SAMPLES, SIMULATOR
from rehearsals.rehearsal.playing import UPLOAD
from rehearsals.rehearsal.upload import MAX_BYTES, MAX_FAULTS, Fault, Problem, faults_of

if TYPE_CHECKING:
    Upload = UploadedFile[bytes]
else:
    Upload = UploadedFile

PROBLEMS = {
    Problem.EMPTY: _("The file is empty."),
    Problem.NOT_JSON: _("this is not a JSON object"),
    Problem.NO_TIME: _("the time is missing or not a number of seconds from 0 on"),
    Problem.NO_USER: _("the user is missing"),
    Problem.NO_MESSAGE: _("the message is missing"),
    Problem.NO_METHOD: _("the method is missing"),
    Problem.NO_PAYLOAD: _("the payload is not base64"),
}
SAMPLE_NAMES = {
    SIMULATOR: _("Simulated chat"),
    "premiere": _("A premiere in a rush"),
    "stream": _("An evening stream"),
}


def chat_name(chat: str) -> str:
    """Return what a rehearsal's chat is called: a sample by its name, an upload by its file's."""
    return str(SAMPLE_NAMES.get(chat, chat))


class RehearsalForm(forms.Form):
    chat = forms.ChoiceField(
        label=_("Which chat?"),
        choices=[(SIMULATOR, ""), *((sample.key, "") for sample in SAMPLES), (UPLOAD, "")],
        initial=SIMULATOR,
    )
    file = forms.FileField(
        label=_("Chat file"),
        required=False,
        allow_empty_file=True,
        widget=forms.FileInput(attrs={"accept": ".jsonl,.json,.txt"}),
    )
    minutes = forms.IntegerField(label=_("How many minutes?"), min_value=1, max_value=60, initial=30)

    def clean_file(self) -> Upload | None:
        file: Upload | None = self.cleaned_data["file"]
        if file is not None and (file.size or 0) > MAX_BYTES:
            raise ValidationError(
                gettext("The file is larger than %(most)d MB. Cut it, then try again.")
                % {"most": MAX_BYTES // 1024**2}
            )
        return file

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("chat") != UPLOAD or "file" in self.errors:
            return data
        file: Upload | None = data.get("file")
        if file is None:
            self.add_error("file", gettext("Choose the file with the chat."))
            return data
        try:
            text = file.read().decode("utf-8-sig")
        except UnicodeDecodeError:
            self.add_error("file", gettext("The file is not a text in UTF-8."))
            return data
        for message in _messages(faults_of(text)):
            self.add_error("file", message)
        return {**data, "text": text, "chat": file.name or UPLOAD}

    @property
    def chosen(self) -> dict[str, Any]:
        """What to rehearse, as `request_rehearsal` takes it."""
        data = self.cleaned_data
        return {"chat": data["chat"], "minutes": data["minutes"], "upload": data.get("text", "")}


def _messages(faults: list[Fault]) -> list[str]:
    messages = [
        gettext("Line %(line)d: %(problem)s.") % {"line": fault.line, "problem": PROBLEMS[fault.problem]}
        if fault.line
        else str(PROBLEMS[fault.problem])
        for fault in faults
    ]
    if len(faults) == MAX_FAULTS:
        messages.append(gettext("There may be more."))
    return messages

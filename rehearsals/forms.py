from typing import TYPE_CHECKING, Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from rehearsals.rehearsal.chat_file import (
    MAX_BYTES,
    MAX_FAULTS,
    UPLOAD,
    ChatFileFault,
    ChatFileProblem,
    find_faults,
)
from rehearsals.rehearsal.chat_source import SAMPLES, SIMULATOR

if TYPE_CHECKING:
    Upload = UploadedFile[bytes]
else:
    Upload = UploadedFile

PROBLEM_NAMES = {
    ChatFileProblem.EMPTY: _("The file is empty."),
    ChatFileProblem.NOT_JSON: _("this is not a JSON object"),
    ChatFileProblem.NO_TIME: _("the time is missing, or is not a number of seconds from 0"),
    ChatFileProblem.NO_USER: _("the user is missing"),
    ChatFileProblem.NO_MESSAGE: _("the message is missing"),
    ChatFileProblem.NO_METHOD: _("the method is missing"),
    ChatFileProblem.NO_PAYLOAD: _("the payload is not base64"),
}
SAMPLE_NAMES = {
    SIMULATOR: _("Simulated chat"),
    "premiere": _("A busy premiere"),
    "stream": _("An evening stream"),
}


def chat_name(chat: str) -> str:
    """Return the display name of a rehearsal's chat: a sample's name, or an upload's file name."""
    return str(SAMPLE_NAMES.get(chat, chat))


class RehearsalForm(forms.Form):
    """A chat, sample or upload, and the rehearsal's length."""

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
                gettext("The file is larger than %(most)d MB. Shorten it and try again.")
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
            self.add_error("file", gettext("The file is not UTF-8 text."))
            return data
        for message in _messages(find_faults(text)):
            self.add_error("file", message)
        return {**data, "text": text, "chat": file.name or UPLOAD}

    @property
    def chosen(self) -> dict[str, Any]:
        """The arguments of `request_rehearsal`."""
        data = self.cleaned_data
        return {"chat": data["chat"], "minutes": data["minutes"], "upload": data.get("text", "")}


def _messages(faults: list[ChatFileFault]) -> list[str]:
    messages = [
        gettext("Line %(line)d: %(problem)s.") % {"line": fault.line, "problem": PROBLEM_NAMES[fault.problem]}
        if fault.line
        else str(PROBLEM_NAMES[fault.problem])
        for fault in faults
    ]
    if len(faults) == MAX_FAULTS:
        messages.append(gettext("There may be more errors."))
    return messages

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from encoder.models import StreamTarget


class StreamTargetForm(forms.ModelForm[StreamTarget]):
    """Where a show is streamed to. The key is never filled in: an empty field keeps the stored one."""

    key = forms.CharField(
        label=_("Stream key"),
        required=False,
        max_length=1000,
        widget=forms.PasswordInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )

    class Meta:
        model = StreamTarget
        fields = ["url", "size", "frame_rate", "video_kbit_s", "background", "music"]
        help_texts = {
            "url": _("TikTok calls it “Server URL”. It begins with rtmp:// or rtmps://."),
            "music": _("Composed by us, free to use in your lives. It grows quiet while the host speaks."),
        }
        widgets = {"background": forms.RadioSelect}

    field_order = ["url", "key", "size", "frame_rate", "video_kbit_s", "background", "music"]

    def __init__(self, *args: Any, has_key: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kept = _("A key is stored, and nobody can read it again. Leave this empty to keep it.")
        self.fields["key"].help_text = kept if has_key else _("It is stored encrypted, and shown to nobody.")

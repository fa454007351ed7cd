from typing import TYPE_CHECKING, Any

from asgiref.sync import async_to_sync
from django import forms
from django.utils.translation import gettext_lazy as _

from chatsources.profile_links import ShortLinkUnreadable, follow_short_link, handle_of, short_link_of
from livesessions.models.shows import Show, handle_validator
from livesessions.shows.forms.minutes import MinutesField
from livesessions.shows.limits import (
    LONGEST_COOLDOWN_S,
    MAX_CALL_LENGTH,
    MAX_CALLS,
    MAX_DIAMONDS,
    MAX_INTERVAL_S,
    MAX_PER_THANKS,
    MOST_ANSWERS_PER_VIEWER,
    MOST_REPLIES_A_MINUTE,
)
from planner.forms import LinesField

if TYPE_CHECKING:
    ShowFormBase = forms.ModelForm[Show]
else:
    ShowFormBase = forms.ModelForm

UNREADABLE_LINK = _(
    "This short link could not be opened. Type your handle, or copy the link of your profile from a browser."
)


class ShowForm(ShowFormBase):
    """The settings that a new show needs; the others have defaults for a first live."""

    # Longer than the column: a pasted profile address is reduced to the handle.
    handle = forms.CharField(
        label=_("TikTok handle"),
        max_length=300,
        required=False,
        help_text=_("The host reads the chat of this account. Leave it empty for a simulated chat."),
        widget=forms.TextInput(
            attrs={"placeholder": "@", "autocapitalize": "none", "autocomplete": "off", "spellcheck": "false"}
        ),
    )

    class Meta:
        model = Show
        fields = ["name", "handle", "language"]
        labels = {"name": _("Name of the show"), "language": _("Language of the host")}
        help_texts = {
            "name": _("The host may mention this name."),
            "language": _("The host and its voice speak it. You can't change this later."),
        }

    def clean_handle(self) -> str:
        """Return the handle of a handle, with or without @, of a profile's address, or of a short link."""
        pasted: str = self.cleaned_data["handle"]
        try:
            link = short_link_of(pasted)
            handle: str = async_to_sync(follow_short_link)(link) if link else handle_of(pasted)
        except ShortLinkUnreadable as error:
            raise forms.ValidationError(UNREADABLE_LINK) from error
        if handle:
            handle_validator(handle)
        return handle


def _count(
    label: Any, help_text: Any = "", *, least: int = 0, most: int = MAX_PER_THANKS
) -> forms.IntegerField:
    return forms.IntegerField(label=label, help_text=help_text, min_value=least, max_value=most)


def _seconds(label: Any) -> forms.FloatField:
    return forms.FloatField(label=label, min_value=0.0, max_value=LONGEST_COOLDOWN_S)


class ShowSettingsForm(ShowForm):
    """The settings of the tab "Advanced": name, chat, pace, and whether it is a TikTok Shop live."""

    cooldown_min_s = _seconds(_("Seconds between two answers in a calm chat"))
    cooldown_max_s = _seconds(_("Seconds between two answers in a busy chat"))
    answers_per_minute = _count(_("Answers a minute, at most"), least=1, most=MOST_REPLIES_A_MINUTE)
    thanks_per_minute = _count(_("Thanks a minute, at most"), least=1, most=MOST_REPLIES_A_MINUTE)
    answers_per_viewer = _count(
        _("Answers to one viewer in five minutes, at most"), least=1, most=MOST_ANSWERS_PER_VIEWER
    )
    keeps_audio = forms.BooleanField(
        label=_("Keep the audio of replies"),
        required=False,
        help_text=_("So that you can hear them again in the live's report. Applies from your next live."),
    )
    is_shopping = forms.BooleanField(label=_("This show is a TikTok Shop live"), required=False)

    class Meta(ShowForm.Meta):
        fields = [
            "name",
            "handle",
            "cooldown_min_s",
            "cooldown_max_s",
            "answers_per_minute",
            "thanks_per_minute",
            "answers_per_viewer",
            "keeps_audio",
            "is_shopping",
        ]

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        calm_s, busy_s = cleaned.get("cooldown_min_s"), cleaned.get("cooldown_max_s")
        if calm_s is not None and busy_s is not None and calm_s > busy_s:
            self.add_error("cooldown_max_s", _("It cannot be shorter than in a calm chat."))
        return cleaned

    @property
    def changes(self) -> dict[str, Any]:
        """The changed values, as arguments of `change_show`."""
        return {name: self.cleaned_data[name] for name in self.changed_data}


class ShowGamesForm(ShowFormBase):
    """The settings of the tab "Goals and games": thanks, invitations and games."""

    follows_per_thanks = _count(_("New followers"))
    shares_per_thanks = _count(_("Shares"))
    subscriptions_per_thanks = _count(_("Subscriptions"))
    small_gift_diamonds = _count(
        _("Gifts thanked together below"),
        _("Diamonds. With 10, the host thanks together for two Roses (1 each), alone for a Doughnut (30)."),
        most=MAX_DIAMONDS,
    )
    big_gift_diamonds = _count(
        _("Gifts that interrupt the host from"),
        _("Diamonds. With 1000, the host thanks for a Galaxy (1000) right after the current sentence."),
        least=1,
        most=MAX_DIAMONDS,
    )
    calls_to_action = LinesField(
        most=MAX_CALLS,
        length=MAX_CALL_LENGTH,
        rows=5,
        label=_("Your invitations, one a line"),
        help_text=_(
            "The host says them word for word, in turn. If empty, it invites viewers to follow and share."
        ),
    )
    call_to_action_every_s = MinutesField(
        least_s=0,
        most_s=MAX_INTERVAL_S,
        label=_("Minutes between invitations"),
        help_text=_("Varies by a minute, to sound natural. 0: never."),
    )
    game_every_s = MinutesField(
        least_s=0,
        most_s=MAX_INTERVAL_S,
        label=_("Minutes between games"),
        help_text=_("Quizzes and polls with the chat. 0: only those in the plan."),
    )

    class Meta:
        model = Show
        fields = [
            "follows_per_thanks",
            "shares_per_thanks",
            "subscriptions_per_thanks",
            "small_gift_diamonds",
            "big_gift_diamonds",
            "calls_to_action",
            "call_to_action_every_s",
            "game_every_s",
        ]

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        small, big = cleaned.get("small_gift_diamonds"), cleaned.get("big_gift_diamonds")
        if small is not None and big is not None and small > big:
            self.add_error(
                "big_gift_diamonds", _("This cannot be lower than the limit for gifts thanked together.")
            )
        return cleaned

    @property
    def changes(self) -> dict[str, Any]:
        """The changed values, as arguments of `change_show`."""
        return {name: self.cleaned_data[name] for name in self.changed_data}


class ShowDeletionForm(forms.Form):
    """Asks for a show's name, so that none is deleted by a slip."""

    typed_name = forms.CharField(
        label=_("Type the show's name to delete it"),
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )

    def __init__(self, *args: Any, show: Show, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._name = show.name

    def clean_typed_name(self) -> str:
        typed: str = " ".join(self.cleaned_data["typed_name"].split())
        if typed.casefold() != " ".join(self._name.split()).casefold():
            raise forms.ValidationError(_("This is not the show's name. Nothing was deleted."))
        return typed

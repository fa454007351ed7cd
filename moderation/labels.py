"""User-readable labels of risks, actions and categories."""

from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrPromise

from moderation.stage.verdict import Action, Category, Risk

CATEGORY_LABELS: dict[str, StrPromise] = {
    Category.BLOCKLIST: _("one of your blocked words"),
    Category.SLURS: _("a slur"),
    Category.HOSTILITY: _("hostility against a group of people"),
    Category.SEXUAL: _("sexual content"),
    Category.VIOLENCE: _("violence or threats"),
    Category.SELF_HARM: _("somebody may be in distress"),
    Category.BLASPHEMY: _("blasphemy"),
    Category.PROFANITY: _("swearing"),
    Category.INSULTS: _("an insult"),
    Category.DRUGS: _("drugs"),
    Category.POLITICS_RELIGION: _("politics or religion"),
    Category.CLAIMS: _("medical or financial advice"),
    Category.SPAM: _("spam"),
    Category.LINK: _("a link"),
    Category.PERSONAL_DATA: _("personal data"),
    Category.VIEWER: _("you have blocked this viewer"),
}
RISK_LABELS: dict[str, StrPromise] = {
    Risk.LOW: _("Fine"),
    Risk.MEDIUM: _("With care"),
    Risk.HIGH: _("Blocked"),
}
ACTION_LABELS: dict[str, StrPromise] = {
    Action.ANSWER: _("The host may answer it."),
    Action.ANSWER_CAREFULLY: _("The host may answer, without going into it."),
    Action.NEUTRAL_LINE: _("The host says a neutral sentence and changes the topic."),
    Action.IGNORE: _("The host does not answer, and the message does not appear on the overlay."),
    Action.HELP: _("The host says a kind, fixed sentence that names where to find help."),
}
# Categories whose findings are listed words, which can be allowed; others are patterns.
WITH_TERM = frozenset(Category) - {Category.HOSTILITY, Category.LINK, Category.PERSONAL_DATA, Category.VIEWER}


def category_label(category: str) -> str:
    """Return a category's label; an unknown one, of a later release, is returned as it is."""
    return str(CATEGORY_LABELS.get(category, category))

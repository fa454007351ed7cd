"""The gate's findings in the words of a page."""

from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrPromise

from moderation.stage.verdict import Action, Category, Risk

CATEGORY_WORDS: dict[str, StrPromise] = {
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
RISK_WORDS: dict[str, StrPromise] = {
    Risk.LOW: _("Fine"),
    Risk.MEDIUM: _("Careful"),
    Risk.HIGH: _("Blocked"),
}
ACTION_WORDS: dict[str, StrPromise] = {
    Action.ANSWER: _("The host may answer it."),
    Action.ANSWER_CAREFULLY: _("The host may answer, without going into it."),
    Action.NEUTRAL_LINE: _("The host says a neutral line and changes the topic."),
    Action.IGNORE: _("The host does not answer, and the line does not appear on the overlay."),
    Action.HELP: _("The host says a kind, fixed line with where to find help."),
}
# What has a word that can be let through; the others are recognised by their shape.
WITH_TERM = frozenset(Category) - {Category.HOSTILITY, Category.LINK, Category.PERSONAL_DATA, Category.VIEWER}


def category_words(category: str) -> str:
    """Return what a finding is about; a category of a later release keeps its name."""
    return str(CATEGORY_WORDS.get(category, category))

"""Says in words what plans include, what was used, and what happens at each limit."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from billing.plans.catalogue import AddOn, Feature, Interval, Limit, Meter, Money, Plan

SIGNS = {"eur": "€", "usd": "US$", "gbp": "£", "chf": "CHF"}
IN_SECONDS = frozenset({Meter.LIVE_SECONDS, Meter.ENCODER_SECONDS, Meter.MEDIA_SECONDS})

# What a plan includes as soon as it exists. Pages say so, so that nobody buys a plan for it today.
IN_PREPARATION: frozenset[StrEnum] = frozenset(
    {
        Meter.MEDIA_SECONDS,
        Limit.KNOWLEDGE_DOCUMENTS,
        Feature.ANIMATED_AVATAR,
        Feature.ADVANCED_ANALYTICS,
    }
)

METER_NAMES = {
    Meter.LIVE_SECONDS: gettext_lazy("Time on air"),
    Meter.ENCODER_SECONDS: gettext_lazy("Video output"),
    Meter.VOICE_CHARACTERS: gettext_lazy("Voice"),
    Meter.TOKENS: gettext_lazy("Language model"),
    Meter.MEDIA_SECONDS: gettext_lazy("Transcription"),
}

# What happens when nothing of a meter is left. A live on air is never cut off in the middle of a sentence.
AT_LIMIT = {
    Meter.LIVE_SECONDS: gettext_lazy(
        "No new live starts. A live that is on air goes on for at most 30 minutes; viewers are told nothing."
    ),
    Meter.ENCODER_SECONDS: gettext_lazy("The video output ends; the overlay in OBS goes on."),
    Meter.VOICE_CHARACTERS: gettext_lazy("The host goes on with the built-in voice."),
    Meter.TOKENS: gettext_lazy("The host goes on with its built-in answers."),
    Meter.MEDIA_SECONDS: gettext_lazy("New recordings wait until there are minutes again."),
}

FEATURE_NAMES = {
    Feature.CLOUD_VOICES: gettext_lazy("Natural voices from the cloud"),
    Feature.PREMIUM_VOICES: gettext_lazy("Premium voices"),
    Feature.ANIMATED_AVATAR: gettext_lazy("Animated avatar"),
    Feature.MANAGED_MODE: gettext_lazy("Managed mode: we run the video output for you"),
    Feature.FULL_HD: gettext_lazy("Video in 1080p"),
    Feature.ADVANCED_ANALYTICS: gettext_lazy("Advanced analytics"),
}


def money_text(money: Money) -> str:
    """Return an amount with its currency's sign; cents only where there are any."""
    whole = money.cents % 100 == 0
    amount = number_format(abs(money.cents) / 100, 0 if whole else 2, use_l10n=True, force_grouping=True)
    minus = "−" if money.cents < 0 else ""
    return f"{minus}{SIGNS.get(money.currency, money.currency.upper())} {amount}"


def euro_text(micro_eur: int) -> str:
    """Return an estimated cost in millionths of a euro with two decimals; less than a cent says so."""
    if 0 < micro_eur < 10_000:
        return _("less than %(amount)s") % {"amount": f"€ {number_format(0.01, 2)}"}
    return f"€ {number_format(round(micro_eur / 1_000_000, 2), 2, use_l10n=True, force_grouping=True)}"


def price_text(money: Money, interval: Interval) -> str:
    """Return a price with how often it is paid."""
    amount = money_text(money)
    match interval:
        case Interval.MONTH:
            return _("%(amount)s a month") % {"amount": amount}
        case Interval.YEAR:
            return _("%(amount)s a year") % {"amount": amount}
    return amount


def duration_text(seconds: int) -> str:
    """Return a length of time in hours and minutes."""
    hours, minutes = divmod(round(seconds / 60), 60)
    if not hours:
        return _("%(minutes)d min") % {"minutes": minutes}
    grouped = number_format(hours, 0, use_l10n=True, force_grouping=True)
    if not minutes:
        return _("%(hours)s h") % {"hours": grouped}
    return _("%(hours)s h %(minutes)d min") % {"hours": grouped, "minutes": minutes}


def quantity_text(meter: Meter, quantity: int) -> str:
    """Return a quantity of a meter with its unit."""
    if meter in IN_SECONDS:
        return duration_text(quantity)
    grouped = number_format(quantity, 0, use_l10n=True, force_grouping=True)
    if meter is Meter.VOICE_CHARACTERS:
        return ngettext("%(count)s character", "%(count)s characters", quantity) % {"count": grouped}
    return ngettext("%(count)s token", "%(count)s tokens", quantity) % {"count": grouped}


@dataclass(frozen=True, slots=True)
class Contents:
    """What a plan or an add-on includes, a line each; `later` is still in preparation."""

    quantities: tuple[str, ...]
    others: tuple[str, ...]
    later: tuple[str, ...]


def contents_of(sold: Plan | AddOn) -> Contents:
    """Return what a plan or an add-on includes."""
    quantities: list[tuple[StrEnum, str]] = [*_grant_lines(sold.grants).items()]
    others: list[tuple[StrEnum, str]] = [
        *_limit_lines(sold.limits).items(),
        *((feature, str(FEATURE_NAMES[feature])) for feature in Feature if feature in sold.features),
    ]
    return Contents(
        quantities=tuple(text for key, text in quantities if key not in IN_PREPARATION),
        others=tuple(text for key, text in others if key not in IN_PREPARATION),
        later=tuple(text for key, text in [*quantities, *others] if key in IN_PREPARATION),
    )


def _grant_lines(grants: Mapping[Meter, int]) -> dict[Meter, str]:
    texts = {
        Meter.LIVE_SECONDS: _("%(quantity)s on air"),
        Meter.ENCODER_SECONDS: _("%(quantity)s of video output"),
        Meter.VOICE_CHARACTERS: _("%(quantity)s of voice"),
        Meter.TOKENS: _("%(quantity)s of the language model"),
        Meter.MEDIA_SECONDS: _("%(quantity)s of transcription"),
    }
    return {
        meter: texts[meter] % {"quantity": quantity_text(meter, grants[meter])}
        for meter in Meter
        if grants.get(meter)
    }


def _limit_lines(limits: Mapping[Limit, int]) -> dict[Limit, str]:
    lines = {}
    for limit, count in limits.items():
        match limit:
            case Limit.CONCURRENT_LIVES:
                text = ngettext("%(count)d live at a time", "%(count)d lives at a time", count)
            case Limit.SEATS:
                text = ngettext("%(count)d person in the team", "%(count)d people in the team", count)
            case Limit.WORKSPACES:
                if count == 1:  # every account has one
                    continue
                text = ngettext("%(count)d workspace", "%(count)d workspaces", count)
            case Limit.KNOWLEDGE_DOCUMENTS:
                text = ngettext("%(count)d knowledge document", "%(count)d knowledge documents", count)
        lines[limit] = text % {"count": count}
    return lines

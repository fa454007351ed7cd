"""What is sold: plans, add-ons and packs, with their prices and what each includes.

Every price has a `lookup_key` of its own, by which Stripe's prices are found; ids of Stripe are not stored.
Prices are without tax.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

HOUR_S = 3_600
PACK_LIFETIME_MONTHS = 12
TRIAL_DAYS = 14
GRACE_DAYS = 7
LIVE_GRACE_MINUTES = 30

Text = str | Promise


class PlanKey(StrEnum):
    """A plan, as `BillingAccount.plan` stores it. `SELF_HOSTED` is not sold and never stored."""

    TRIAL = "trial"
    SELF = "self"
    MANAGED = "managed"
    AGENCY = "agency"
    SELF_HOSTED = "self_hosted"


class Interval(StrEnum):
    """How often a price is paid."""

    MONTH = "month"
    YEAR = "year"
    ONCE = "once"


class Meter(StrEnum):
    """What is counted and used up. A plan grants a quantity a month, a pack adds one."""

    LIVE_SECONDS = "live_seconds"
    ENCODER_SECONDS = "encoder_seconds"
    VOICE_CHARACTERS = "voice_characters"
    TOKENS = "tokens"
    MEDIA_SECONDS = "media_seconds"


class Limit(StrEnum):
    """The most that a workspace may have of something at a time."""

    CONCURRENT_LIVES = "concurrent_lives"
    SEATS = "seats"
    WORKSPACES = "workspaces"
    KNOWLEDGE_DOCUMENTS = "knowledge_documents"


class Feature(StrEnum):
    """What a plan has or has not."""

    CLOUD_VOICES = "cloud_voices"
    PREMIUM_VOICES = "premium_voices"
    ANIMATED_AVATAR = "animated_avatar"
    MANAGED_MODE = "managed_mode"
    FULL_HD = "full_hd"
    ADVANCED_ANALYTICS = "advanced_analytics"


@dataclass(frozen=True, slots=True)
class Money:
    """An amount in the currency's smallest unit, such as cents."""

    cents: int
    currency: str = "eur"


@dataclass(frozen=True, slots=True)
class PlanPrice:
    """What a plan, add-on or pack costs, and the key by which Stripe's price is found."""

    lookup_key: str
    interval: Interval
    money: Money


@dataclass(frozen=True, slots=True)
class Plan:
    """A plan: its prices, its monthly grants (in the meters' units), limits and features."""

    key: PlanKey
    name: Text
    prices: tuple[PlanPrice, ...]
    grants: Mapping[Meter, int]
    limits: Mapping[Limit, int]
    features: frozenset[Feature] = frozenset()


@dataclass(frozen=True, slots=True)
class AddOn:
    """Something that is bought beside a plan, by the month or year. Pages offer it when `is_sold`.

    `max_quantity` is how often it can be bought at once; its grants, limits and features are of one.
    """

    key: str
    name: Text
    prices: tuple[PlanPrice, ...]
    grants: Mapping[Meter, int] = field(default_factory=dict)
    limits: Mapping[Limit, int] = field(default_factory=dict)
    features: frozenset[Feature] = frozenset()
    max_quantity: int = 1
    is_sold: bool = True


@dataclass(frozen=True, slots=True)
class CreditPack:
    """A quantity of one meter that is bought once and expires after `PACK_LIFETIME_MONTHS`."""

    key: str
    name: Text
    price: PlanPrice
    meter: Meter
    quantity: int
    is_sold: bool = True


def _prices(key: str, *, month_eur: int, year_eur: int) -> tuple[PlanPrice, ...]:
    return (
        PlanPrice(f"{key}_monthly", Interval.MONTH, Money(month_eur * 100)),
        PlanPrice(f"{key}_yearly", Interval.YEAR, Money(year_eur * 100)),
    )


def _once(key: str, eur: int) -> PlanPrice:
    return PlanPrice(key, Interval.ONCE, Money(eur * 100))


# A year costs ten months.
PLANS: Mapping[PlanKey, Plan] = {
    plan.key: plan
    for plan in (
        Plan(
            PlanKey.TRIAL,
            _("Trial"),
            prices=(),
            grants={Meter.LIVE_SECONDS: HOUR_S, Meter.VOICE_CHARACTERS: 0, Meter.TOKENS: 150_000},
            limits={Limit.CONCURRENT_LIVES: 1, Limit.SEATS: 2, Limit.WORKSPACES: 1},
        ),
        Plan(
            PlanKey.SELF,
            _("Self"),
            prices=_prices("self", month_eur=39, year_eur=390),
            grants={
                Meter.LIVE_SECONDS: 30 * HOUR_S,
                Meter.VOICE_CHARACTERS: 300_000,
                Meter.TOKENS: 1_500_000,
            },
            limits={Limit.CONCURRENT_LIVES: 1, Limit.SEATS: 3, Limit.WORKSPACES: 1},
            features=frozenset({Feature.CLOUD_VOICES}),
        ),
        Plan(
            PlanKey.MANAGED,
            _("Managed"),
            prices=_prices("managed", month_eur=249, year_eur=2_490),
            grants={
                Meter.LIVE_SECONDS: 60 * HOUR_S,
                Meter.ENCODER_SECONDS: 60 * HOUR_S,
                Meter.VOICE_CHARACTERS: 1_000_000,
                Meter.TOKENS: 5_000_000,
                Meter.MEDIA_SECONDS: 5 * HOUR_S,
            },
            limits={
                Limit.CONCURRENT_LIVES: 2,
                Limit.SEATS: 5,
                Limit.WORKSPACES: 1,
                Limit.KNOWLEDGE_DOCUMENTS: 100,
            },
            features=frozenset(
                {
                    Feature.CLOUD_VOICES,
                    Feature.PREMIUM_VOICES,
                    Feature.ANIMATED_AVATAR,
                    Feature.MANAGED_MODE,
                    Feature.FULL_HD,
                }
            ),
        ),
        Plan(
            PlanKey.AGENCY,
            _("Agency"),
            prices=_prices("agency", month_eur=699, year_eur=6_990),
            grants={
                Meter.LIVE_SECONDS: 200 * HOUR_S,
                Meter.ENCODER_SECONDS: 200 * HOUR_S,
                Meter.VOICE_CHARACTERS: 4_000_000,
                Meter.TOKENS: 20_000_000,
                Meter.MEDIA_SECONDS: 20 * HOUR_S,
            },
            limits={
                Limit.CONCURRENT_LIVES: 10,
                Limit.SEATS: 25,
                Limit.WORKSPACES: 10,
                Limit.KNOWLEDGE_DOCUMENTS: 500,
            },
            features=frozenset(Feature),
        ),
    )
}

# Add-ons and packs whose app does not exist yet are listed, so that their keys are fixed, but not sold.
ADD_ONS: Mapping[str, AddOn] = {
    add_on.key: add_on
    for add_on in (
        AddOn(
            "premium_voices",
            _("Premium voices"),
            prices=_prices("premium_voices", month_eur=19, year_eur=190),
            features=frozenset({Feature.PREMIUM_VOICES}),
        ),
        AddOn(
            "animated_avatar",
            _("Animated avatar"),
            prices=_prices("animated_avatar", month_eur=15, year_eur=150),
            features=frozenset({Feature.ANIMATED_AVATAR}),
        ),
        AddOn(
            "advanced_analytics",
            _("Advanced analytics"),
            prices=_prices("advanced_analytics", month_eur=15, year_eur=150),
            features=frozenset({Feature.ADVANCED_ANALYTICS}),
            is_sold=False,
        ),
        AddOn(
            "extra_hours",
            _("10 extra live hours a month"),
            prices=_prices("extra_hours", month_eur=12, year_eur=120),
            grants={Meter.LIVE_SECONDS: 10 * HOUR_S},
            max_quantity=20,
        ),
        AddOn(
            "media_minutes",
            _("300 media minutes a month"),
            prices=_prices("media_minutes", month_eur=9, year_eur=90),
            grants={Meter.MEDIA_SECONDS: 5 * HOUR_S},
            max_quantity=20,
            is_sold=False,
        ),
        AddOn(
            "knowledge_documents",
            _("100 more knowledge documents"),
            prices=_prices("knowledge_documents", month_eur=9, year_eur=90),
            limits={Limit.KNOWLEDGE_DOCUMENTS: 100},
            max_quantity=20,
        ),
    )
}

PACKS: Mapping[str, CreditPack] = {
    pack.key: pack
    for pack in (
        CreditPack(
            "pack_live_hours",
            _("10 live hours"),
            _once("pack_live_hours", 15),
            Meter.LIVE_SECONDS,
            10 * HOUR_S,
        ),
        CreditPack(
            "pack_voice_characters",
            _("200,000 characters of voice"),
            _once("pack_voice_characters", 25),
            Meter.VOICE_CHARACTERS,
            200_000,
        ),
        CreditPack("pack_tokens", _("2 million tokens"), _once("pack_tokens", 10), Meter.TOKENS, 2_000_000),
        CreditPack(
            "pack_media_minutes",
            _("300 media minutes"),
            _once("pack_media_minutes", 12),
            Meter.MEDIA_SECONDS,
            5 * HOUR_S,
            is_sold=False,
        ),
    )
}


def all_prices() -> dict[str, Plan | AddOn | CreditPack]:
    """Return what each lookup key buys."""
    sold: list[Plan | AddOn] = [*PLANS.values(), *ADD_ONS.values()]
    bought: dict[str, Plan | AddOn | CreditPack] = {}
    for each in sold:
        bought |= {price.lookup_key: each for price in each.prices}
    return bought | {pack.price.lookup_key: pack for pack in PACKS.values()}

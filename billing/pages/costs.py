"""What lives and kinds of usage cost, by the ledger's sums; never read from its single entries."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django.db.models import Max, Q, Sum
from django.template.defaultfilters import filesizeformat
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from billing.ledger.meters import METER_OF_KIND
from billing.models.ledger import UsageDay, UsageLive
from billing.pages.words import duration_text, euro_text, quantity_text
from billing.plans.catalogue import Meter
from billing.signals import LiveName, live_names_asked
from billing.usage import UsageKind
from tenants.models import Tenant

Kind = UsageKind
SHOWN_LIVES = 10

KIND_NAMES = {
    Kind.INPUT_TOKENS: gettext_lazy("Language model, read"),
    Kind.OUTPUT_TOKENS: gettext_lazy("Language model, written"),
    Kind.EMBEDDING_TOKENS: gettext_lazy("Search in texts"),
    Kind.MODERATION_TOKENS: gettext_lazy("Check of texts"),
    Kind.VOICE_CHARACTERS: gettext_lazy("Voice"),
    Kind.LIVE_SECONDS: gettext_lazy("Time on air"),
    Kind.ENCODER_SECONDS: gettext_lazy("Video output"),
    Kind.MEDIA_SECONDS: gettext_lazy("Transcription"),
    Kind.STORAGE_BYTES: gettext_lazy("Storage"),
}


@dataclass(frozen=True, slots=True)
class LiveCost:
    """One live: its name and page, and what it used, in words."""

    name: str
    at: datetime | None
    url: str
    on_air: str
    characters: str
    tokens: str
    cost: str


@dataclass(frozen=True, slots=True)
class KindCost:
    """One kind of usage of a period, in words."""

    name: str
    quantity: str
    cost: str


@dataclass(frozen=True, slots=True)
class PeriodUsage:
    """What a workspace used since a moment: by meter in its unit, by kind in words, and the cost of all."""

    by_meter: Mapping[Meter, int]
    kinds: tuple[KindCost, ...]
    cost: str


def usage_since(tenant: Tenant, since: datetime) -> PeriodUsage:
    """Add up the days of a workspace since the day of `since` (UTC). One query."""
    days = UsageDay.objects.filter(tenant=tenant, day__gte=since.astimezone(UTC).date())
    rows = days.values("kind", "provider").annotate(used=Sum("quantity"), cost=Sum("cost_micro_eur"))
    by_meter: dict[Meter, int] = {}
    kinds = []
    for row in sorted(rows, key=lambda row: -row["cost"]):
        kind = Kind(row["kind"])
        if meter := METER_OF_KIND.get(kind):
            by_meter[meter] = by_meter.get(meter, 0) + row["used"]
        kinds.append(
            KindCost(_kind_name(kind, row["provider"]), _amount(kind, row["used"]), euro_text(row["cost"]))
        )
    return PeriodUsage(by_meter, tuple(kinds), euro_text(sum(row["cost"] for row in rows)))


def lives_since(tenant: Tenant, since: datetime) -> list[LiveCost]:
    """Return the newest lives that used something, newest first. Two queries."""
    sums = UsageLive.objects.filter(tenant=tenant, last_at__gte=since).values("live_id")
    rows = sums.annotate(
        last=Max("last_at"),
        cost=Sum("cost_micro_eur"),
        on_air=_sum(Kind.LIVE_SECONDS),
        characters=_sum(Kind.VOICE_CHARACTERS),
        tokens=_sum(Kind.INPUT_TOKENS, Kind.OUTPUT_TOKENS),
    ).order_by("-last")[:SHOWN_LIVES]
    found: list[Any] = list(rows)
    names = _names_of(tenant, [row["live_id"] for row in found])
    return [_live(row, names.get(row["live_id"])) for row in found]


def _sum(*kinds: UsageKind) -> Sum:
    return Sum("quantity", filter=Q(kind__in=kinds), default=0)


def _names_of(tenant: Tenant, live_ids: Sequence[UUID]) -> dict[UUID, LiveName]:
    names: dict[UUID, LiveName] = {}
    if live_ids:
        answers: Any = live_names_asked.send(sender=UsageLive, tenant=tenant, live_ids=live_ids)
        for _receiver, answer in answers:
            names |= answer
    return names


def _live(row: dict[str, Any], known: LiveName | None) -> LiveCost:
    return LiveCost(
        name=known.name if known else _("A deleted live"),
        at=known.at if known else row["last"],
        url=known.address if known else "",
        on_air=duration_text(row["on_air"]),
        characters=number_format(row["characters"], 0, use_l10n=True, force_grouping=True),
        tokens=number_format(row["tokens"], 0, use_l10n=True, force_grouping=True),
        cost=euro_text(row["cost"]),
    )


def _kind_name(kind: UsageKind, provider: str) -> str:
    return f"{KIND_NAMES[kind]} ({provider})" if provider else str(KIND_NAMES[kind])


def _amount(kind: UsageKind, used: int) -> str:
    if kind is Kind.STORAGE_BYTES:
        return str(filesizeformat(used))
    return quantity_text(METER_OF_KIND.get(kind, Meter.TOKENS), used)

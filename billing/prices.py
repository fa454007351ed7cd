"""Prices of models and voices: one table and one reader, for all kinds of usage."""

import logging
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from billing.usage import UsageKind

logger = logging.getLogger(__name__)

UNITS_PER_PRICE = 1_000_000
EVERY_MODEL = "*"


class PricesMalformed(Exception):
    """Raised for a price file that cannot be read. The message says what is wrong in it."""


@dataclass(frozen=True, slots=True)
class Price:
    """What one model costs, in US dollars per million units; who says so, and as of which day."""

    provider: str
    model: str
    usd_per_million: Mapping[UsageKind, float]
    source: str
    as_of: date


@dataclass(slots=True)
class PriceBook:
    """Knows what each unit costs. What has no price costs as much as the dearest known of its kind.

    Such a model is logged once a process. Earlier entries win over later ones.
    """

    entries: tuple[Price, ...]
    _unit_usd: dict[tuple[UsageKind, str, str], float] = field(default_factory=dict)
    _logged: set[tuple[str, str]] = field(default_factory=set)

    def cost_usd(self, kind: UsageKind, quantity: int, provider: str, model: str) -> float:
        """Return what a quantity costs, in US dollars."""
        key = (kind, provider, model)
        unit_usd = self._unit_usd.get(key)
        if unit_usd is None:
            unit_usd = self._unit_usd[key] = self._price_per_million(*key) / UNITS_PER_PRICE
        return quantity * unit_usd

    def price_of(self, kind: UsageKind, provider: str, model: str) -> Price | None:
        """Return the price of a model; None when it is not known.

        A model behind another address, such as a proxy's, has the price of the model of the same name, unless
        that is free where it is listed. A name may begin with its maker's, such as OpenRouter's
        `openai/gpt-4o-mini`.
        """
        priced = [entry for entry in self.entries if kind in entry.usd_per_million]
        own = [entry for entry in priced if entry.provider == provider]
        paid = [entry for entry in priced if entry.usd_per_million[kind] > 0]
        return (
            _named(own, model)
            or next((entry for entry in own if entry.model == EVERY_MODEL), None)
            or _named(paid, model)
            or _named(paid, model.rpartition("/")[2])
        )

    def highest_usd_per_million(self, kind: UsageKind) -> float:
        """Return the highest known price of a kind."""
        return max(entry.usd_per_million.get(kind, 0.0) for entry in self.entries)

    def _price_per_million(self, kind: UsageKind, provider: str, model: str) -> float:
        known = self.price_of(kind, provider, model)
        if known is not None:
            return known.usd_per_million[kind]
        highest = self.highest_usd_per_million(kind)
        if (provider, model) not in self._logged:
            self._logged.add((provider, model))
            logger.warning(
                "no price known, the highest of its kind counts: "
                "provider=%s model=%s kind=%s usd_per_million=%s",
                provider,
                model,
                kind.value,
                highest,
            )
        return highest


def read_prices(text: str) -> tuple[Price, ...]:
    """Return the prices in a TOML document shaped like `prices.toml`; raise `PricesMalformed`."""
    try:
        return tuple(_price(row) for row in tomllib.loads(text).get("price", []))
    except (tomllib.TOMLDecodeError, KeyError, TypeError, ValueError, AttributeError) as error:
        raise PricesMalformed(f"The prices cannot be read: {error}") from error


@cache
def price_book(own_file: str = "") -> PriceBook:
    """Return the shipped prices, those of the installation's own file first. Raises `PricesMalformed`."""
    shipped = read_prices(files(__package__).joinpath("prices.toml").read_text(encoding="utf-8"))
    if not own_file:
        return PriceBook(shipped)
    try:
        own = Path(own_file).read_text(encoding="utf-8")
    except (OSError, UnicodeError) as error:
        raise PricesMalformed(f"The price file cannot be read: {error}") from error
    return PriceBook((*read_prices(own), *shipped))


def _price(row: dict[str, Any]) -> Price:
    usd = {UsageKind(kind): float(amount) for kind, amount in row["usd_per_million"].items()}
    if not usd or not all(0 <= amount < float("inf") for amount in usd.values()):
        raise ValueError(f"usd_per_million of {row['model']} must be numbers from 0")
    return Price(row["provider"], row["model"], usd, row["source"], row["as_of"])


def _named(entries: Iterable[Price], model: str) -> Price | None:
    """Return the entry of a model, or of the model that it is a dated release of."""
    known = [entry for entry in entries if model == entry.model or _is_release(model, entry.model)]
    return max(known, key=lambda entry: len(entry.model)) if known else None


def _is_release(model: str, name: str) -> bool:
    return model.startswith(f"{name}-") and model[len(name) + 1 :][:4].isdigit()

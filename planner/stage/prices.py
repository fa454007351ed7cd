"""What a reply costs: a model's name and its tokens go in, US dollars come out."""

import tomllib
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files

TOKENS_PER_PRICE = 1_000_000


@dataclass(frozen=True, slots=True)
class Price:
    """US dollars per million tokens, as of a day. Source: see `prices.toml`."""

    prompt: float
    completion: float
    as_of: date

    def cost_usd(self, prompt_tokens: int, completion_tokens: int) -> float:
        return (prompt_tokens * self.prompt + completion_tokens * self.completion) / TOKENS_PER_PRICE


def price_of(model: str) -> Price | None:
    """Return a model's price, or that of the model it is a dated release of; None when it is not known."""
    prices = _prices()
    known = [name for name in prices if model == name or _is_release(model, name)]
    return prices[max(known, key=len)] if known else None


def _is_release(model: str, name: str) -> bool:
    return model.startswith(f"{name}-") and model[len(name) + 1 :][:4].isdigit()


@cache
def _prices() -> dict[str, Price]:
    table = tomllib.loads(files(__package__).joinpath("prices.toml").read_text(encoding="utf-8"))
    return {name: Price(**price) for name, price in table.items()}

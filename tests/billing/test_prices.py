import logging
from pathlib import Path

import pytest

from billing.prices import Price, PriceBook, PricesMalformed, price_book, read_prices
from billing.usage import UsageKind

OWN = """
[[price]]
provider = "gpu-1"
model = "*"
usd_per_million = { input_tokens = 0, output_tokens = 0 }
source = "our own machine"
as_of = 2026-11-30

[[price]]
provider = "openai"
model = "gpt-4o-mini"
usd_per_million = { input_tokens = 9.0 }
source = "contract"
as_of = 2026-11-30
"""


def price_of(provider: str, model: str, kind: UsageKind = UsageKind.INPUT_TOKENS) -> Price | None:
    return price_book().price_of(kind, provider, model)


@pytest.mark.parametrize(
    ("provider", "model", "listed"),
    [
        ("openai", "gpt-4o-mini", "gpt-4o-mini"),
        ("openai", "gpt-4o-mini-2024-07-18", "gpt-4o-mini"),
        ("openai", "gpt-4o-2024-05-13", "gpt-4o-2024-05-13"),
        ("openai", "gpt-4o-2024-11-20", "gpt-4o"),
        ("openrouter", "openai/gpt-4o-mini", "gpt-4o-mini"),
        ("proxy.example", "gpt-4o-mini", "gpt-4o-mini"),
    ],
)
def test_a_model_has_the_price_of_its_name_whatever_its_release_or_address(
    provider: str, model: str, listed: str
) -> None:
    found = price_of(provider, model)
    assert found is not None
    assert found.model == listed


@pytest.mark.parametrize("model", ["llama3.2", "gpt-4o-mini-audio-preview", "gpt-4", ""])
def test_a_model_that_is_not_listed_has_no_price(model: str) -> None:
    assert price_of("openai", model) is None


def test_a_price_is_told_per_million_units() -> None:
    book = price_book()
    assert book.cost_usd(UsageKind.INPUT_TOKENS, 1_000_000, "openai", "gpt-4o-mini") == pytest.approx(0.15)
    assert book.cost_usd(UsageKind.OUTPUT_TOKENS, 1_000, "openai", "gpt-4o-mini") == pytest.approx(0.0006)
    assert book.cost_usd(UsageKind.VOICE_CHARACTERS, 2_000, "elevenlabs", "eleven_flash_v2_5") == (
        pytest.approx(0.10)
    )


# Counted, but bought from nobody by the unit.
OURS = {UsageKind.LIVE_SECONDS, UsageKind.ENCODER_SECONDS, UsageKind.MEDIA_SECONDS, UsageKind.STORAGE_BYTES}


@pytest.mark.parametrize("kind", sorted(set(UsageKind) - OURS))
def test_what_has_no_price_costs_as_much_as_the_dearest_of_its_kind(kind: UsageKind) -> None:
    book = price_book()
    highest = max(entry.usd_per_million.get(kind, 0.0) for entry in book.entries)
    assert highest > 0
    assert book.cost_usd(kind, 1_000_000, "nobody", "unknown") == pytest.approx(highest)


def test_what_has_no_price_is_logged_once_a_process(caplog: pytest.LogCaptureFixture) -> None:
    book = PriceBook(price_book().entries)
    with caplog.at_level(logging.WARNING):
        for kind in (UsageKind.INPUT_TOKENS, UsageKind.OUTPUT_TOKENS):
            for model in ("llama3.2", "gpt-4o-mini", "llama3.2"):
                book.cost_usd(kind, 10, "gpu-1", model)
    (record,) = caplog.records
    assert "llama3.2" in record.getMessage()


@pytest.mark.parametrize("provider", ["espeak", "piper"])
def test_the_installations_own_voices_are_free_whatever_the_model(provider: str) -> None:
    assert price_book().cost_usd(UsageKind.VOICE_CHARACTERS, 1_000, provider, "it_IT-x") == 0.0


def test_a_kind_that_a_models_price_does_not_name_is_not_free() -> None:
    assert price_of("openai", "gpt-4o-mini", UsageKind.VOICE_CHARACTERS) is None


def test_an_installations_own_prices_come_first(tmp_path: Path) -> None:
    path = tmp_path / "prices.toml"
    path.write_text(OWN, encoding="utf-8")
    book = price_book(str(path))
    assert book.cost_usd(UsageKind.INPUT_TOKENS, 1_000, "gpu-1", "llama3.2") == 0.0
    assert book.cost_usd(UsageKind.INPUT_TOKENS, 1_000_000, "openai", "gpt-4o-mini") == pytest.approx(9.0)
    assert book.cost_usd(UsageKind.OUTPUT_TOKENS, 1_000_000, "openai", "gpt-4o-mini") == pytest.approx(0.60)


def test_a_model_that_is_free_on_ones_own_machine_is_not_free_elsewhere() -> None:
    own = OWN.replace('model = "*"', 'model = "llama3.2"')
    book = PriceBook((*read_prices(own), *price_book().entries))
    assert book.cost_usd(UsageKind.INPUT_TOKENS, 1_000, "gpu-1", "llama3.2") == 0.0
    assert book.cost_usd(UsageKind.INPUT_TOKENS, 1_000, "openrouter", "meta/llama3.2") > 0


@pytest.mark.parametrize(
    "text",
    [
        "no toml",
        "price = 5",
        "[[price]]\nmodel = 'x'",
        OWN.replace("input_tokens = 9.0", "input_tokens = -1"),
        OWN.replace("input_tokens = 9.0", "input_tokens = nan"),
        OWN.replace("input_tokens = 9.0", "tokens = 1"),
        OWN.replace("input_tokens = 9.0", ""),
    ],
)
def test_a_malformed_price_file_is_refused(text: str) -> None:
    with pytest.raises(PricesMalformed):
        read_prices(text)


def test_a_price_file_that_is_not_there_is_refused() -> None:
    with pytest.raises(PricesMalformed):
        price_book("/nowhere/prices.toml")

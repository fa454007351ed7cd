from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.core.exceptions import ImproperlyConfigured


@pytest.mark.parametrize("text", [None, "[[price]]\n", "no toml"], ids=["missing", "empty entry", "no toml"])
def test_a_price_file_that_cannot_be_read_stops_the_start(
    text: str | None, settings: Any, tmp_path: Path
) -> None:
    path = tmp_path / "prices.toml"
    if text is not None:
        path.write_text(text, encoding="utf-8")
    settings.PRICES_FILE = str(path)
    with pytest.raises(ImproperlyConfigured, match="PRICES_FILE"):
        apps.get_app_config("billing").ready()

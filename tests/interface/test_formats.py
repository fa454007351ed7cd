"""Dates and times are written as each language writes them, and no template writes a format of its own."""

import re
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path

import pytest
from django.conf import settings
from django.utils import translation
from django.utils.formats import date_format
from django.utils.translation import gettext

from interface.formats.month_names import DAYS, MONTHS
from tests.architecture.sources import ROOT

EVENING = datetime(2026, 12, 1, 18, 5, 9, tzinfo=UTC)
WRITTEN = {
    "DATE_FORMAT": ("1 December 2026", "1 dicembre 2026", "1. Dezember 2026"),
    "MONTH_DAY_FORMAT": ("1 December", "1 dicembre", "1. Dezember"),
    "DATETIME_FORMAT": ("1 December 2026, 18:05", "1 dicembre 2026, 18:05", "1. Dezember 2026, 18:05"),
    "MONTH_DAY_TIME_FORMAT": ("1 December, 18:05", "1 dicembre, 18:05", "1. Dezember, 18:05"),
    "WEEKDAY_DATETIME_FORMAT": (
        "Tuesday 1 December 2026, 18:05",
        "martedì 1 dicembre 2026, 18:05",
        "Dienstag, 1. Dezember 2026, 18:05",
    ),
    "SHORT_DATE_FORMAT": ("1 Dec 2026", "1 dic 2026", "01.12.2026"),
    "SHORT_MONTH_DAY_FORMAT": ("1 Dec", "1 dic", "1.12."),
    "SHORT_DATETIME_FORMAT": ("1 Dec 2026, 18:05", "1 dic 2026, 18:05", "01.12.2026, 18:05"),
    "TIME_FORMAT": ("18:05", "18:05", "18:05"),
    "TIME_SECONDS_FORMAT": ("18:05:09", "18:05:09", "18:05:09"),
}
LANGUAGES = [code for code, _ in settings.LANGUAGES]
FILTER = re.compile(r"\|\s*(?:date|time):\s*([^\s|}%]+)")
# For machines: the attribute `datetime`.
ISO = "'c'"
BY_HAND = re.compile(r"strftime\(|date_format\([^\n]*\"(?!\w+_FORMAT\")[^\"]*\"\)")
NOT_PAGES = {"tests", "bench", "node_modules", "staticfiles"}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", WRITTEN)
def test_a_date_is_written_as_in_its_language(name: str, language: str) -> None:
    with translation.override(language):
        assert date_format(EVENING, name) == WRITTEN[name][LANGUAGES.index(language)]


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_language_has_all_formats(language: str) -> None:
    formats = import_module(f"{settings.FORMAT_MODULE_PATH}.{language}.formats")
    assert {name for name in vars(formats) if name.isupper()} == set(WRITTEN)


def test_italian_writes_months_and_days_small() -> None:
    with translation.override("it"):
        assert [name for name in map(gettext, MONTHS + DAYS) if not name.islower()] == []


def test_no_template_writes_a_format_of_its_own() -> None:
    used = [
        (str(path.relative_to(ROOT)), argument)
        for path in sorted((ROOT / "templates").rglob("*"))
        if path.suffix in {".html", ".txt", ".svg"}
        for argument in FILTER.findall(path.read_text())
        if argument != ISO
    ]
    assert len(used) > 30
    assert [(path, argument) for path, argument in used if argument.strip("\"'") not in WRITTEN] == []


def test_no_code_writes_a_date_for_people_by_hand() -> None:
    found = [
        str(path.relative_to(ROOT)) for path in _sources() if BY_HAND.search(path.read_text(encoding="utf-8"))
    ]
    # The console of the machine that runs the server, and the name of a backup: no pages.
    assert found == ["config/supervisor.py", "operations/backup/services.py"]


def _sources() -> list[Path]:
    packages = [path.parent for path in ROOT.glob("*/__init__.py") if path.parent.name not in NOT_PAGES]
    return sorted(path for package in packages for path in package.rglob("*.py"))

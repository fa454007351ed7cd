"""Production serves the pages' files, but no list of them."""

from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as project
from django.contrib.staticfiles.storage import staticfiles_storage
from django.core.management import call_command
from django.test import Client

pytestmark = [pytest.mark.slow, pytest.mark.django_db]


@pytest.fixture
def collected(settings: Any, tmp_path: Path) -> Path:
    """The folder that is served, filled by `collectstatic` as production does."""
    backend = "config.static_files.HashedFilesStorage"
    settings.STATIC_ROOT = str(tmp_path / "served")
    settings.STORAGES = {**project.STORAGES, "staticfiles": {"BACKEND": backend}}
    settings.WHITENOISE_USE_FINDERS = settings.WHITENOISE_AUTOREFRESH = False
    call_command("collectstatic", interactive=False, verbosity=0)
    return tmp_path / "served"


def test_the_list_of_names_is_not_served(collected: Path) -> None:
    assert not list(collected.rglob("staticfiles.json*"))
    assert (collected.parent / "names" / "staticfiles.json").exists()
    browser = Client()
    for path in ("staticfiles.json", "names/staticfiles.json", "../names/staticfiles.json"):
        assert browser.get(f"/static/{path}").status_code == 404


def test_a_page_finds_its_files_by_their_hashed_names(collected: Path) -> None:
    url = staticfiles_storage.url("overlay/socket.js")
    assert url != "/static/overlay/socket.js"
    answer = Client().get(url)
    assert answer.status_code == 200
    answer.close()

"""The static files of production: each file's name contains the hash of its content."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.apps import StaticFilesConfig
from django.core.files.storage import FileSystemStorage
from whitenoise.storage import CompressedManifestStaticFilesStorage


class OwnStaticFiles(StaticFilesConfig):
    """Collects the files that pages use; of django-htmx the script without the bundler extensions."""

    ignore_patterns = [*StaticFilesConfig.ignore_patterns, "django_htmx/ext/*"]


class HashedFilesStorage(CompressedManifestStaticFilesStorage):  # type: ignore[misc]
    """Hashes the names in JavaScript imports too, so that a page never mixes two deployments.

    The list of all names lies beside the folder that is served, not in it.
    """

    support_js_module_import_aggregation = True

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("manifest_storage", FileSystemStorage(Path(settings.STATIC_ROOT).parent / "names"))
        super().__init__(*args, **kwargs)

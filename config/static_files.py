"""The static files of production: each file's name contains the hash of its content."""

from django.contrib.staticfiles.apps import StaticFilesConfig
from whitenoise.storage import CompressedManifestStaticFilesStorage


class OwnStaticFiles(StaticFilesConfig):
    """Collects the files that pages use; of django-htmx the script without the bundler extensions."""

    ignore_patterns = [*StaticFilesConfig.ignore_patterns, "django_htmx/ext/*"]


class HashedFilesStorage(CompressedManifestStaticFilesStorage):  # type: ignore[misc]
    """Hashes the names in JavaScript imports too, so that a page never mixes two deployments."""

    support_js_module_import_aggregation = True

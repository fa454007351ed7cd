"""How production keeps the files of its pages: each under a name that changes with what is in it."""

from django.contrib.staticfiles.apps import StaticFilesConfig
from whitenoise.storage import CompressedManifestStaticFilesStorage


class OwnStaticFiles(StaticFilesConfig):
    """Collects what the pages use: of django-htmx the script, not the extensions for bundlers."""

    ignore_patterns = [*StaticFilesConfig.ignore_patterns, "django_htmx/ext/*"]


class HashedFilesStorage(CompressedManifestStaticFilesStorage):  # type: ignore[misc]
    """Modules import each other by their hashed names too, so a page never mixes two deployments."""

    support_js_module_import_aggregation = True

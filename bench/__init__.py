"""The benches: each measures one path of the product and prints one JSON object as its last line.

Run one as `python -m bench.ingest`, or by its make target. The product never imports this package.
"""

import os

import django
from django.apps import apps

if not apps.ready:  # under pytest Django is set up already
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.dev")
    django.setup()

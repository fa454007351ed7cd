"""Builds what a release needs beside its code, without its secrets: `python -m config.build`.

It compiles the translations and collects the static files under hashed names.
"""

import os

import django
from django.core.management import call_command

from config.deploy_check import PLACEHOLDERS
from config.translations import ROOT, compile_catalogues


def main() -> None:
    """Write the compiled translations and the served static files into the project's folder."""
    os.environ.update(PLACEHOLDERS)
    compile_catalogues(ROOT)
    django.setup()
    call_command("collectstatic", interactive=False, verbosity=0)


if __name__ == "__main__":
    main()

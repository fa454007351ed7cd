#!/usr/bin/env python
"""Django's command line."""

import os
import sys

from django.core.management import execute_from_command_line

# Commands that need no database start without one, within a second or two.
OFFLINE_COMMANDS = frozenset({"probe"})

if __name__ == "__main__":
    is_offline = len(sys.argv) > 1 and sys.argv[1] in OFFLINE_COMMANDS
    settings = "config.settings.offline" if is_offline else "config.settings.dev"
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", settings)
    execute_from_command_line(sys.argv)

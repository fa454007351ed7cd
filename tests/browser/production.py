"""The production settings, with the static files in a folder of a test's own."""

import os
from pathlib import Path

from config.settings.prod import *  # noqa: F403

STATIC_ROOT = Path(os.environ["TEST_STATIC_ROOT"])

import json
import os
import subprocess
import sys

import pytest

from tests.architecture.sources import ROOT

pytestmark = pytest.mark.processes


def test_the_command_starts_without_a_database() -> None:
    environment = {name: value for name, value in os.environ.items() if name != "DJANGO_SETTINGS_MODULE"}
    done = subprocess.run(
        [sys.executable, "manage.py", "probe", "reply", "--language", "it"],
        cwd=ROOT,
        env={
            **environment,
            "DATABASE_URL": "postgres://127.0.0.1:1/none",
            "REDIS_URL": "redis://127.0.0.1:1",
        },
        input='{"text": "ciao"}\n',
        capture_output=True,
        text=True,
        check=True,
    )
    assert json.loads(done.stdout)["intent"] == "greeting"

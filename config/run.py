"""Implements `make run`: runs all processes in one terminal until Ctrl-C, and restarts what ends."""

import os
import sys

import django
from django.core.management import call_command

from config.supervisor import ProcessSupervisor, Program
from config.translations import ROOT, compile_catalogues


def main() -> None:
    """Prepare the database and the demo, then run web app, worker and background jobs until Ctrl-C."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.dev")
    port = os.environ.setdefault("PORT", "8000")
    _say("Starting the database …")
    compile_catalogues(ROOT)
    django.setup()
    _say("Creating the tables and the demo …")
    call_command("migrate", verbosity=0)
    call_command("seed_demo", port=port)
    _say("Starting the web app and the workers. The host speaks in a few seconds …")
    sys.exit(run_processes(port))


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def run_processes(port: str) -> int:
    """Run the web app, the worker and the background jobs until Ctrl-C; return the exit status."""
    environment = {**os.environ, **server_addresses(), "PYTHONUNBUFFERED": "1"}
    python = sys.executable
    programs = [
        Program("web", [python, "-m", "config.server", "--port", port]),
        Program("lives", [python, "manage.py", "run_lives"]),
        Program("jobs", [python, "manage.py", "run_background_jobs"]),
    ]
    return ProcessSupervisor(programs, environment).run()


def server_addresses() -> dict[str, str]:
    """Return the addresses of this process's PostgreSQL and Redis, for its child processes."""
    from config.settings import dev

    return {"DATABASE_URL": dev.DATABASE_URL, "REDIS_URL": dev.REDIS_URL}


if __name__ == "__main__":
    main()

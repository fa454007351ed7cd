import os
import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from config.supervisor import ProcessSupervisor, Program, RestartPolicy

STOP_S = 30.0  # workers hand their lives over, and requests end


def node_programs(*, host: str, port: int, workers: int, background: bool, status_port: int) -> list[Program]:
    """Return the programs of a node for the web app, the workers, background jobs."""
    python = sys.executable
    # The web app's own address answers for it; its two processes share one.
    web = [python, "-m", "config.server", "--host", host, "--port", str(port)]
    lives = [(f"lives-{number}", [python, "manage.py", "run_lives"]) for number in range(1, workers + 1)]
    jobs = [("jobs", [python, "manage.py", "run_background_jobs"])] if background else []
    programs = [Program("web", web)]
    for number, (name, command) in enumerate([*lives, *jobs]):
        address = f"{host}:{status_port + number}" if status_port else ""
        programs.append(Program(name, command, {"STATUS_ADDRESS": address}))
    return programs


class Command(BaseCommand):
    help = "Run a whole node: the web app with its sockets, a worker for each core, and the background jobs."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--host", default="127.0.0.1", help="the address to listen on")
        parser.add_argument("--port", type=int, default=int(os.environ.get("PORT", "8000")))
        parser.add_argument("--workers", type=int, help="how many workers; as many as cores if left out")
        parser.add_argument(
            "--no-background", action="store_true", help="another node runs the background jobs"
        )
        parser.add_argument(
            "--status-port",
            type=int,
            default=0,
            help="the first worker's /healthz and /metrics; then the next",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        workers = len(os.sched_getaffinity(0)) if options["workers"] is None else options["workers"]
        if workers < 0:
            raise CommandError("--workers cannot be negative.")
        programs = node_programs(
            host=options["host"],
            port=options["port"],
            workers=workers,
            background=not options["no_background"],
            status_port=options["status_port"],
        )
        environment = {**os.environ, "PYTHONUNBUFFERED": "1"}
        sys.exit(ProcessSupervisor(programs, environment, policy=RestartPolicy(stop_s=STOP_S)).run())

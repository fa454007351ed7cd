"""Implements `make run`: runs all processes in one terminal until Ctrl-C, and restarts what ends."""

import io
import os
import sys
import time
from http.client import HTTPConnection
from threading import Thread

import django
from django.core.management import call_command

from config.supervisor import ProcessSupervisor, Program
from config.translations import ROOT, compile_catalogues

POLL_S = 0.3
LOCAL_STRIPE_PORT = 12111
LOCAL_STRIPE = f"http://127.0.0.1:{LOCAL_STRIPE_PORT}"
LOCAL_STRIPE_KEY = "sk_test_" + "local" * 5


def main() -> None:
    """Prepare the database and the demo, then run web app, worker and background jobs until Ctrl-C."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.dev")
    port = os.environ.setdefault("PORT", "8000")
    if with_stripe := os.environ.get("STRIPE") == "local":
        os.environ.update(local_stripe_settings())
    _say("Starting PostgreSQL and Redis …")
    compile_catalogues(ROOT)
    django.setup()
    _say("Creating the tables …")
    call_command("migrate", verbosity=0)
    _say("Preparing the demo show …")
    demo = io.StringIO()
    call_command("seed_demo", port=port, stdout=demo)
    _say("Starting the web app, the worker and the background jobs …")
    text = "\n".join(
        (
            demo.getvalue().rstrip(),
            f"Mails:   http://localhost:{port}/mails/  (none leaves this machine)",
            *([f"Stripe:  {LOCAL_STRIPE}/  (a stand-in: no money moves)"] if with_stripe else []),
            "",
            "Open the overlay first, and click into it: that is where you hear the host.",
            "Ctrl-C stops everything.",
        )
    )
    Thread(
        target=_announce_when_ready,
        args=[int(port), framed("Vivavoce is running", text), with_stripe],
        daemon=True,
    ).start()
    sys.exit(run_processes(port, with_stripe=with_stripe))


def framed(title: str, text: str) -> str:
    """Return lines of text in a frame of box characters, with its title in the upper edge."""
    lines = text.splitlines()
    width = max(len(line) for line in [*lines, title])
    rows = [f"│ {line:<{width}} │" for line in lines]
    top = f"┌ {title} ".ljust(width + 3, "─") + "┐"
    return "\n".join(["", top, *rows, "└" + "─" * (width + 2) + "┘", ""])


def local_stripe_settings() -> dict[str, str]:
    """Return the environment in which plans are sold by the local Stripe."""
    return {
        "BILLING_ENABLED": "true",
        "STRIPE_API_HOST": LOCAL_STRIPE,
        "STRIPE_TEST_SECRET_KEY": LOCAL_STRIPE_KEY,
    }


def _announce_when_ready(port: int, text: str, with_stripe: bool) -> None:
    """Print a text as soon as the web app answers, below the first lines of the programs."""
    while not _answers(port):
        time.sleep(POLL_S)
    if with_stripe:
        while not _answers(LOCAL_STRIPE_PORT):
            time.sleep(POLL_S)
        call_command("sync_stripe_catalogue", url=f"http://127.0.0.1:{port}", stdout=io.StringIO())
    _say(text)


def _answers(port: int) -> bool:
    web = HTTPConnection("127.0.0.1", port, timeout=5.0)
    try:
        web.request("HEAD", "/robots.txt")
        return web.getresponse().status < 500
    except OSError:
        return False
    finally:
        web.close()


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def run_processes(port: str, *, with_stripe: bool = False) -> int:
    """Run the web app, the worker and the background jobs until Ctrl-C; return the exit status."""
    environment = {**os.environ, **server_addresses(), "PYTHONUNBUFFERED": "1"}
    python = sys.executable
    programs = [
        Program("web", [python, "-m", "config.server", "--port", port]),
        Program("lives", [python, "manage.py", "run_lives"]),
        Program("jobs", [python, "manage.py", "run_background_jobs"]),
    ]
    if with_stripe:
        # By its name: the product imports no fakes.
        stripe = [python, "-m", "tests.fakes.stripe_server", "--port", str(LOCAL_STRIPE_PORT)]
        programs.append(Program("stripe", [*stripe, "--state", ".local/stripe.json"]))
    return ProcessSupervisor(programs, environment).run()


def server_addresses() -> dict[str, str]:
    """Return the addresses of this process's PostgreSQL and Redis, for its child processes."""
    from config.settings import dev

    return {"DATABASE_URL": dev.DATABASE_URL, "REDIS_URL": dev.REDIS_URL}


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        _say("Stopped.")  # before the processes ran

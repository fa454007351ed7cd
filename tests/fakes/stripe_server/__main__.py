"""Plays Stripe on this machine, for development: `make fake-stripe`, or `make run STRIPE=local`.

python -m tests.fakes.stripe_server --port 12111
"""

import signal
from argparse import ArgumentParser
from collections.abc import Sequence
from pathlib import Path
from threading import Event

from tests.fakes.stripe_server.server import local_stripe
from tests.fakes.stripe_server.webhooks import WebhookSender
from tests.fakes.stripe_server.world import World

# Any key of the right shape is accepted.
KEY = "sk_test_" + "local" * 5
SAVED_EVERY_S = 2.0


def main(arguments: Sequence[str] | None = None) -> None:
    parser = ArgumentParser(prog="python -m tests.fakes.stripe_server", description=__doc__)
    parser.add_argument("--port", type=int, default=12111)
    parser.add_argument("--state", type=Path, help="a file in which all of it outlives this process")
    options = parser.parse_args(arguments)
    stopped = Event()
    for signum in (signal.SIGINT, signal.SIGTERM):
        signal.signal(signum, lambda *_: stopped.set())
    try:
        with local_stripe(options.port) as stripe:
            if options.state and options.state.exists():
                stripe.world.load(options.state.read_text())
            sender = WebhookSender(stripe.world)
            print(f"The local Stripe is at {stripe.url}/. Start the app with:")
            print("BILLING_ENABLED=true")
            print(f"STRIPE_API_HOST={stripe.url}")
            print(f"STRIPE_TEST_SECRET_KEY={KEY}", flush=True)
            while not stopped.wait(SAVED_EVERY_S):
                _save(stripe.world, options.state)
            _save(stripe.world, options.state)
            sender.close()
    except OSError as error:
        raise SystemExit(f"The port cannot be used: {error.strerror}.") from error


def _save(world: World, state: Path | None) -> None:
    if state is not None:
        with world.lock:
            text = world.to_json()
        state.write_text(text)


if __name__ == "__main__":
    main()

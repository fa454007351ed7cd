"""Plays Stripe on this machine, for development: `make fake-stripe`, or `make run STRIPE=local`.

python -m tests.fakes.stripe_server --port 12111
"""

import signal
from argparse import ArgumentParser
from collections.abc import Sequence
from threading import Event

from tests.fakes.stripe_server.server import local_stripe
from tests.fakes.stripe_server.webhooks import WebhookSender

# Any key of the right shape is accepted.
KEY = "sk_test_" + "local" * 5


def main(arguments: Sequence[str] | None = None) -> None:
    parser = ArgumentParser(prog="python -m tests.fakes.stripe_server", description=__doc__)
    parser.add_argument("--port", type=int, default=12111)
    options = parser.parse_args(arguments)
    stopped = Event()
    for signum in (signal.SIGINT, signal.SIGTERM):
        signal.signal(signum, lambda *_: stopped.set())
    try:
        with local_stripe(options.port) as stripe:
            sender = WebhookSender(stripe.world)
            print(f"The local Stripe is at {stripe.url}/. Start the app with:")
            print("BILLING_ENABLED=true")
            print(f"STRIPE_API_HOST={stripe.url}")
            print(f"STRIPE_TEST_SECRET_KEY={KEY}", flush=True)
            stopped.wait()
            sender.close()
    except OSError as error:
        raise SystemExit(f"The port cannot be used: {error.strerror}.") from error


if __name__ == "__main__":
    main()

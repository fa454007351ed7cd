"""Plays TikTok on this machine, with its sign server and its faults, for development: `make fake-tiktok`.

python -m tests.fakes.tiktok_server --handle giulia --fault stall
"""

import asyncio
import signal
from argparse import ArgumentParser
from collections.abc import Sequence
from pathlib import Path

from tests.fakes.webcast import SCENARIOS, FakeWebcast, PlayCapture, arrange

DEFAULT_CAPTURE = Path(__file__).resolve().parents[2] / "recordings" / "tiktok_capture.jsonl"
BATCH_SIZE = 5


def main(arguments: Sequence[str] | None = None) -> None:
    parser = _parser()
    options = parser.parse_args(arguments)
    if options.fault not in SCENARIOS:
        parser.error(f"--fault is one of: {', '.join(filter(None, SCENARIOS))}")
    if not options.capture.is_file():
        parser.error(f"There is no capture {options.capture}.")
    tiktok = FakeWebcast(options.port)
    chat = PlayCapture(options.capture, batch_size=BATCH_SIZE, every_s=options.every, rounds=None)
    arrange(tiktok, options.handle, chat, fault=options.fault)
    asyncio.run(_serve(tiktok, options.handle))


def _parser() -> ArgumentParser:
    parser = ArgumentParser(prog="python -m tests.fakes.tiktok_server", description=__doc__)
    parser.add_argument("--port", type=int, default=9000)
    parser.add_argument("--handle", default="demo", help="who is live")
    parser.add_argument(
        "--capture",
        type=Path,
        default=DEFAULT_CAPTURE,
        help="JSONL of webcast messages, played again and again",
    )
    parser.add_argument("--every", type=float, default=1.0, help="seconds from one batch to the next")
    parser.add_argument("--fault", default="", help="what goes wrong; an unknown name lists them all")
    return parser


async def _serve(tiktok: FakeWebcast, handle: str) -> None:
    stopped = asyncio.Event()
    for signum in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(signum, stopped.set)
    try:
        async with tiktok:
            _print_addresses(tiktok, handle)
            await stopped.wait()
    except OSError as error:
        raise SystemExit(f"The port cannot be used: {error.strerror}.") from error


def _print_addresses(tiktok: FakeWebcast, handle: str) -> None:
    print(f"@{handle} is live. Start the app with:")
    print(f"TIKTOK_APP_URL={tiktok.endpoints.app_url}")
    print(f"TIKTOK_WEBCAST_URL={tiktok.endpoints.webcast_url}")
    print(f"TIKTOK_SIGN_URL={tiktok.endpoints.sign_url}", flush=True)


if __name__ == "__main__":
    main()

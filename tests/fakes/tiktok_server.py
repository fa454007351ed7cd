import asyncio
import signal
from argparse import ArgumentParser
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

if TYPE_CHECKING:
    from tests.fakes.webcast import FakeWebcast

DEFAULT_CAPTURE = "tiktok_capture.jsonl"
BATCH_SIZE = 5


class Command(BaseCommand):
    help = "Play TikTok on this machine, with its sign server and its faults, for development."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--port", type=int, default=9000)
        parser.add_argument("--handle", default="demo", help="who is live")
        parser.add_argument(
            "--capture",
            type=Path,
            default=settings.RECORDINGS_DIR / DEFAULT_CAPTURE,
            help="JSONL of webcast messages, played again and again",
        )
        parser.add_argument("--every", type=float, default=1.0, help="seconds from one batch to the next")
        parser.add_argument("--fault", default="", help="what goes wrong; an unknown name lists them all")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            from tests.fakes.webcast import SCENARIOS, FakeWebcast, PlayCapture, arrange
        except ImportError as error:
            raise CommandError(
                "The local TikTok lies in tests/, which this installation does not have."
            ) from error
        if options["fault"] not in SCENARIOS:
            raise CommandError(f"--fault is one of: {', '.join(filter(None, SCENARIOS))}")
        if not options["capture"].is_file():
            raise CommandError(f"There is no capture {options['capture']}.")
        tiktok = FakeWebcast(options["port"])
        chat = PlayCapture(options["capture"], batch_size=BATCH_SIZE, every_s=options["every"], rounds=None)
        arrange(tiktok, options["handle"], chat, fault=options["fault"])
        asyncio.run(self._serve(tiktok, options["handle"]))

    async def _serve(self, tiktok: "FakeWebcast", handle: str) -> None:
        stopped = asyncio.Event()
        for signum in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(signum, stopped.set)
        try:
            async with tiktok:
                self._print(tiktok, handle)
                await stopped.wait()
        except OSError as error:
            raise CommandError(f"The port cannot be used: {error.strerror}.") from error

    def _print(self, tiktok: "FakeWebcast", handle: str) -> None:
        self.stdout.write(f"@{handle} is live. Start the app with:")
        self.stdout.write(f"TIKTOK_APP_URL={tiktok.endpoints.app_url}")
        self.stdout.write(f"TIKTOK_WEBCAST_URL={tiktok.endpoints.webcast_url}")
        self.stdout.write(f"TIKTOK_SIGN_URL={tiktok.endpoints.sign_url}")
        self.stdout.flush()

import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import aclosing, contextmanager
from pathlib import Path

import pytest
from django.conf import settings

from chatsources.events import EventKind, LiveEvent
from chatsources.replay import WebcastReplaySource
from chatsources.tiktok import TikTokEndpoints, TikTokSource
from tests.fakes import tiktok_server
from tests.fakes.webcast import ENDED, FakeWebcast, PlayCapture, Send, control
from tests.patience import PATIENCE_S

pytestmark = pytest.mark.processes

CAPTURE = Path(settings.BASE_DIR) / "recordings" / "tiktok_capture.jsonl"


@pytest.fixture(autouse=True)
def _own_endpoints() -> Iterator[None]:
    yield
    TikTokEndpoints().apply()


async def collect(source: TikTokSource | WebcastReplaySource, wanted: int = 100_000) -> list[LiveEvent]:
    told: list[LiveEvent] = []
    async with aclosing(source.events()) as events:
        async for event in events:
            told.append(event)
            if len(told) == wanted:
                break
    return told


async def play(*, rounds: int) -> tuple[list[LiveEvent], TikTokSource]:
    async with FakeWebcast() as tiktok:
        room = tiktok.open_room("demo")
        room.play(PlayCapture(CAPTURE, rounds=rounds), Send(control(ENDED)))
        source = TikTokSource("demo", endpoints=tiktok.endpoints)
        return await collect(source), source


async def test_a_capture_on_the_socket_is_the_capture_that_a_replay_reads() -> None:
    told, source = await play(rounds=1)
    replayed = await collect(WebcastReplaySource(CAPTURE, speed=0))
    # The capture is several lives in a row; on the socket it is one, and so ends once.
    kinds = Counter(event.kind for event in told if event.kind is not EventKind.ENDED)
    assert kinds == Counter(event.kind for event in replayed if event.kind is not EventKind.ENDED)
    assert {event.source_id for event in replayed} >= {event.source_id for event in told[:-1]}
    assert source.counts.broken == 0


async def test_played_again_a_capture_has_fresh_ids() -> None:
    once, _ = await play(rounds=1)
    thrice, source = await play(rounds=3)
    assert len(thrice) - 1 == 3 * (len(once) - 1)
    assert source.counts.duplicate == 0


@contextmanager
def fake_tiktok(*options: str) -> Iterator[TikTokEndpoints]:
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.fakes.tiktok_server", "--port", "0", "--every", "0.01", *options],
        cwd=settings.BASE_DIR,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    with process.stdout as output:
        try:
            assert output.readline().startswith("@demo is live")
            told = dict(output.readline().strip().split("=") for _ in range(3))
            yield TikTokEndpoints(
                app_url=told["TIKTOK_APP_URL"],
                webcast_url=told["TIKTOK_WEBCAST_URL"],
                sign_url=told["TIKTOK_SIGN_URL"],
            )
        finally:
            process.send_signal(signal.SIGTERM)
            assert process.wait(timeout=PATIENCE_S) == 0


async def test_the_command_plays_a_capture_until_it_is_stopped() -> None:
    with fake_tiktok() as endpoints:
        assert len(await collect(TikTokSource("demo", endpoints=endpoints), 300)) == 300


def test_a_fault_that_nobody_knows_is_refused_with_the_list(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        tiktok_server.main(["--fault", "nonsense"])
    assert "age-restricted" in capsys.readouterr().err


def test_a_capture_that_is_not_there_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        tiktok_server.main(["--capture", "/nowhere.jsonl"])
    assert "no capture" in capsys.readouterr().err

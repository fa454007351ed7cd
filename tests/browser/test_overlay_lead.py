"""How much voice a page holds back: the player's own module, with chunks that come in many ways."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from tenants.models import User
from tests.overlay.conftest import make_overlay
from tests.overlay.viewing import Viewer

LEAST_S, MARGIN_S, MOST_S = 0.3, 0.1, 0.7
CHUNK_S = 0.2
CHUNKS = 30

MEET = """
async (chunks) => {
  const { Jitter, Transit } = await import(location.origin + "/static/overlay/jitter.js");
  const [jitter, transit] = [new Jitter(), new Transit()];
  for (const { at, sent, came } of chunks) {
    performance.now = () => 1000 * came;
    jitter.meet(transit.note((performance.timeOrigin + 1000 * sent) % 2 ** 32, at));
  }
  return jitter.lead;
}
"""

Chunk = dict[str, float]


def chunk(number: int, *, ahead: float, took_s: float) -> Chunk:
    """One of a host that speaks `ahead` times as fast as it is heard."""
    sent_s = 10 + number * CHUNK_S / ahead
    return {"at": number * CHUNK_S, "sent": sent_s, "came": sent_s + took_s}


EVEN = [chunk(number, ahead=1, took_s=0.05) for number in range(CHUNKS)]
# Four times as fast as it is heard, over a link that is a third wider than the voice.
QUEUED = [chunk(number, ahead=4, took_s=0.05 + number * CHUNK_S / 2) for number in range(CHUNKS)]
STALLED = [chunk(number, ahead=1, took_s=0.4 if number == 7 else 0.05) for number in range(CHUNKS)]
STALLED_AHEAD = [chunk(number, ahead=4, took_s=0.4 if number == 7 else 0.05) for number in range(CHUNKS)]
SLOW_HOST = [chunk(number, ahead=0.5, took_s=0.05) for number in range(CHUNKS)]
BROKEN = [chunk(number, ahead=1, took_s=2.0 if number == 7 else 0.05) for number in range(CHUNKS)]


@pytest.fixture
def opened(page: Page, server_url: str, make_user: Callable[[str], User]) -> Page:
    Viewer(page, server_url).open(make_overlay(make_user("Alice")))
    return page


@pytest.mark.parametrize(
    ("chunks", "lead_s"),
    [
        pytest.param(EVEN, LEAST_S, id="an even network asks for no more"),
        pytest.param(QUEUED, LEAST_S, id="what queues on a narrow link and is in time costs nothing"),
        pytest.param(STALLED_AHEAD, LEAST_S, id="nor does a stall that what was sent ahead bridges"),
        pytest.param(SLOW_HOST, LEAST_S, id="a host's own pauses are not the network's"),
        pytest.param(STALLED, 0.35 + MARGIN_S, id="a stall that would be heard is bridged the next time"),
        pytest.param(BROKEN, MOST_S, id="no more is held back than the most"),
    ],
)
def test_so_much_is_held_back_as_would_have_been_missing(
    opened: Page, chunks: list[Chunk], lead_s: float
) -> None:
    assert opened.evaluate(MEET, chunks) == pytest.approx(lead_s, abs=0.005)

"""The unmodified client and the local TikTok, in one loop on virtual time: each fault and its outcome."""

import asyncio
import functools
from collections.abc import Callable, Iterator
from contextlib import aclosing
from dataclasses import dataclass, field

import pytest

from chatsources.errors import SourceError, SourceFault
from chatsources.port import SourceCounts, SourcePhase, SourceState
from chatsources.reconnecting import ReconnectingSource
from chatsources.tiktok import TikTokEndpoints, TikTokSource
from tests.fakes.connection import FakeSignBudget
from tests.fakes.virtual_time import run_virtual
from tests.fakes.webcast import (
    ENDED,
    SCENARIOS,
    Become,
    Cut,
    CutMidFrame,
    FakeRoom,
    FakeWebcast,
    Pause,
    RoomFault,
    Send,
    SignFault,
    Stall,
    arrange,
    comment,
    control,
    gift,
)

IO_GRACE_S = 0.005
LOOK_EVERY_S = 2.0
CHAT = Send(comment("eccoci"), control(ENDED))
HELLO = "ciao a tutti"


@dataclass
class Outcome:
    """What came of one live."""

    told: list[str] = field(default_factory=list)
    fault: SourceFault | None = None
    counts: SourceCounts = field(default_factory=SourceCounts)
    connections: int = 0
    signed: int = 0
    took_s: float = 0.0
    states: list[SourceState] = field(default_factory=list)


@pytest.fixture(autouse=True)
def _own_endpoints() -> Iterator[None]:
    yield
    TikTokEndpoints().apply()


def drive(prepare: Callable[[FakeWebcast], FakeRoom | None]) -> Outcome:
    """Run a live of Giulia's to its end, with the room that `prepare` makes."""

    async def run() -> Outcome:
        async with FakeWebcast() as tiktok:
            room = prepare(tiktok)
            source = ReconnectingSource(
                TikTokSource("giulia", endpoints=tiktok.endpoints),
                budget=FakeSignBudget(),
                tenant="t1",
                label="s1",
                chance=lambda: 0.0,
            )
            outcome = Outcome(counts=source.counts)
            await _follow(source, outcome)
            outcome.connections, outcome.signed = (room.connections if room else 0), tiktok.signed
            return outcome

    return run_virtual(run(), io_grace_s=IO_GRACE_S)


async def _follow(source: ReconnectingSource, outcome: Outcome) -> None:
    loop = asyncio.get_running_loop()
    began_s = loop.time()

    def look() -> None:
        outcome.states.append(source.state)
        looking[0] = loop.call_later(LOOK_EVERY_S, look)

    looking = [loop.call_later(0.1, look)]
    try:
        async with aclosing(source.events()) as events:
            async for event in events:
                outcome.told.append(event.text or event.kind.value)
    except SourceError as error:
        outcome.fault = error.fault
    finally:
        looking[0].cancel()
    outcome.took_s = loop.time() - began_s


def live(fault: str) -> Outcome:
    def prepare(tiktok: FakeWebcast) -> FakeRoom | None:
        arrange(tiktok, "giulia", CHAT, fault=fault)
        return tiktok.rooms.get("giulia")

    return drive(prepare)


FINAL = {
    "offline": SourceFault.USER_OFFLINE,
    "unknown-user": SourceFault.HANDLE_NOT_FOUND,
    "age-restricted": SourceFault.AGE_RESTRICTED,
    "sign-bad-key": SourceFault.SIGN_FAILED,
    "suspended": SourceFault.SUSPENDED,
}
TRIED_IN_VAIN = {"captcha": SourceFault.BLOCKED, "refused": SourceFault.BLOCKED}
# What is told, and over how many connections.
HEALED = {
    "": (["eccoci", "ended"], 1),
    "sign-429": (["eccoci", "ended"], 1),
    "sign-429-bare": (["eccoci", "ended"], 1),
    "sign-500": (["eccoci", "ended"], 1),
    "cut": ([HELLO, "eccoci", "ended"], 2),
    "cut-mid-frame": ([HELLO, "eccoci", "ended"], 2),
    "stall": ([HELLO, "eccoci", "ended"], 2),
    "freeze": ([HELLO, "eccoci", "ended"], 2),
    "duplicates": ([HELLO, "una volta sola", "eccoci", "ended"], 2),
    "broken": ([HELLO, "ancora qui", "eccoci", "ended"], 1),
    "end": ([HELLO, "ended"], 1),
    "delete": ([HELLO, "parolaccia", "deleted", "eccoci", "ended"], 1),
}


def test_every_scenario_has_its_outcome() -> None:
    assert set(SCENARIOS) == {*FINAL, *TRIED_IN_VAIN, *HEALED}


@pytest.mark.parametrize(("fault", "reason"), FINAL.items())
def test_a_final_fault_ends_the_live_at_once(fault: str, reason: SourceFault) -> None:
    outcome = live(fault)
    assert outcome.fault is reason
    assert outcome.connections <= 1
    assert outcome.took_s < 15


@pytest.mark.parametrize(("fault", "reason"), TRIED_IN_VAIN.items())
def test_what_stays_blocked_is_tried_for_ten_minutes(fault: str, reason: SourceFault) -> None:
    outcome = live(fault)
    assert outcome.fault is reason
    assert 600 <= outcome.took_s <= 640
    waits = [state for state in outcome.states if state.phase is SourcePhase.WAITING]
    assert {state.fault for state in waits} == {reason}
    assert max(state.retry_in_s for state in waits) in (29, 30)


@pytest.mark.parametrize("fault", HEALED)
def test_the_live_goes_on_after(fault: str) -> None:
    told, connections = HEALED[fault]
    outcome = live(fault)
    assert outcome.fault is None
    assert outcome.told == told
    assert outcome.connections == connections
    assert outcome.counts.reconnects == connections - 1


@pytest.mark.parametrize("fault", ["stall", "freeze"])
def test_a_stalled_socket_is_replaced_within_30_seconds(fault: str) -> None:
    # The last word comes at the beginning, and what comes after the stall ends the live at once.
    assert 20 < live(fault).took_s < 30


def test_the_sign_server_is_given_the_time_it_asks_for() -> None:
    outcome = live("sign-429")
    assert 17 <= outcome.took_s < 20
    assert outcome.signed == 2
    assert SourceFault.SIGN_RATE_LIMITED in {state.fault for state in outcome.states}


def test_without_a_time_it_is_asked_again_after_one_second_and_then_two() -> None:
    outcome = live("sign-429-bare")
    assert 3 <= outcome.took_s < 5
    assert outcome.signed == 3


def test_what_was_told_before_is_counted_and_left_out() -> None:
    outcome = live("duplicates")
    # Once within the connection, and once more with the batch that the next connection begins with.
    assert outcome.counts.duplicate == 2
    assert outcome.counts.received == outcome.counts.decoded == 6


def test_what_cannot_be_read_is_counted() -> None:
    outcome = live("broken")
    assert outcome.counts.broken == 3
    assert outcome.counts.reconnects == 0


def test_a_growing_streak_survives_the_change_of_connections() -> None:
    def prepare(tiktok: FakeWebcast) -> FakeRoom:
        room = tiktok.open_room("giulia")
        room.play(Send(gift(1), gift(2)), Cut())
        room.play(Send(gift(5), gift(5, over=True)), Send(control(ENDED)))
        return room

    outcome = drive(prepare)
    assert outcome.told == ["gift"] * 4 + ["ended"]
    assert outcome.counts.duplicate == 2


def test_a_live_that_ended_while_the_line_was_silent_has_ended() -> None:
    def prepare(tiktok: FakeWebcast) -> FakeRoom:
        room = tiktok.open_room("giulia")
        room.play(Send(comment("ciao")), Become(RoomFault.ENDED_ROOM), Stall())
        return room

    outcome = drive(prepare)
    assert (outcome.told, outcome.fault, outcome.connections) == (["ciao"], None, 1)
    assert outcome.took_s < 30


def test_a_live_that_ended_while_the_line_was_cut_has_ended() -> None:
    def prepare(tiktok: FakeWebcast) -> FakeRoom:
        room = tiktok.open_room("giulia")
        room.play(Send(comment("ciao")), Become(RoomFault.OFFLINE), Cut())
        return room

    outcome = drive(prepare)
    assert (outcome.told, outcome.fault, outcome.signed) == (["ciao"], None, 1)


def test_a_captcha_in_mid_live_is_not_even_met() -> None:
    def prepare(tiktok: FakeWebcast) -> FakeRoom:
        room = tiktok.open_room("giulia")
        room.play(Send(comment("ciao")), Become(RoomFault.CAPTCHA), Pause(5), Cut())
        room.play(CHAT)
        return room

    outcome = drive(prepare)
    assert outcome.told == ["ciao", "eccoci", "ended"]
    assert outcome.took_s < 10


def test_a_live_that_goes_on_in_a_new_room_is_followed_there() -> None:
    def prepare(tiktok: FakeWebcast) -> FakeRoom:
        room = tiktok.open_room("giulia")
        room.play(Send(comment("ciao")), Pause(5), Cut())
        asyncio.get_running_loop().call_later(4, lambda: tiktok.open_room("giulia").play(CHAT))
        return room

    outcome = drive(prepare)
    assert outcome.told == ["ciao", "eccoci", "ended"]
    assert outcome.counts.reconnects == 1


def test_a_room_that_is_over_has_ended_even_when_the_page_is_hidden() -> None:
    def prepare(tiktok: FakeWebcast) -> FakeRoom:
        room = tiktok.open_room("giulia")
        room.play(Send(comment("ciao")), Pause(5), Cut())
        successor = functools.partial(tiktok.open_room, "giulia", fault=RoomFault.CAPTCHA)
        asyncio.get_running_loop().call_later(4, successor)
        return room

    outcome = drive(prepare)
    assert (outcome.told, outcome.fault) == (["ciao"], None)
    assert outcome.took_s < 10


def test_one_trouble_after_the_other_is_healed() -> None:
    def prepare(tiktok: FakeWebcast) -> FakeRoom:
        room = tiktok.open_room("giulia")
        tiktok.fail_signing(SignFault.FAILED)
        room.play(Send(comment("uno")), CutMidFrame())
        room.play(Send(comment("due")), Pause(5), Become(RoomFault.REFUSED), Cut())
        room.play(Send(comment("tre")), Send(control(ENDED)))
        asyncio.get_running_loop().call_later(15, setattr, room, "fault", None)
        return room

    outcome = drive(prepare)
    assert outcome.told == ["uno", "due", "tre", "ended"]
    assert outcome.counts.reconnects == 2

import asyncio
import logging
from contextlib import aclosing
from itertools import pairwise

import pytest

from chatsources.errors import SourceError, SourceFault
from chatsources.events import EventKind
from chatsources.port import SourcePhase, SourceState
from chatsources.reconnecting import (
    CONNECT_S,
    GIVE_UP_S,
    LONGEST_ASKED_S,
    LONGEST_RETRY_S,
    ReconnectBackoff,
    ReconnectingSource,
)
from tests.fakes.connection import Act, FakeConnection, FakeSignBudget
from tests.fakes.virtual_time import run_virtual

LOST = SourceError(SourceFault.CONNECTION_LOST, permanent=False)
END = EventKind.ENDED
QUICK_S = 1.0


def heal(connection: FakeConnection, budget: FakeSignBudget | None = None) -> ReconnectingSource:
    return ReconnectingSource(
        connection, budget=budget or FakeSignBudget(), tenant="t1", label="s1", chance=lambda: 0.0
    )


def read(source: ReconnectingSource) -> list[str]:
    """Read a source to its end and return what it told: texts, or the kinds of the other events."""

    async def collect() -> list[str]:
        async with aclosing(source.events()) as events:
            return [event.text or event.kind.value async for event in events]

    return run_virtual(collect())


def fault_of(source: ReconnectingSource) -> SourceError:
    with pytest.raises(SourceError) as caught:
        read(source)
    return caught.value


def gaps(connection: FakeConnection) -> list[float]:
    return [after - before for before, after in pairwise(connection.began_s)]


def test_a_broken_connection_is_replaced_within_a_second_and_the_chat_goes_on() -> None:
    connection = FakeConnection([["ciao", LOST], ["eccoci", END]])
    source = heal(connection)
    assert read(source) == ["ciao", "eccoci", "ended"]
    assert gaps(connection) == [QUICK_S]
    assert source.counts.reconnects == 1
    assert connection.closed == 2


def test_the_waits_grow_to_half_a_minute_and_no_further() -> None:
    connection = FakeConnection([[LOST]] * 8 + [["ciao", END]])
    read(heal(connection))
    assert gaps(connection) == [1, 2, 4, 8, 16, 30, 30, 30]


def test_chance_takes_off_up_to_half_of_a_wait() -> None:
    assert [ReconnectBackoff(lambda: 0.0).next_s(), ReconnectBackoff(lambda: 1.0).next_s()] == [1.0, 0.5]
    late = ReconnectBackoff(lambda: 1.0)
    assert [late.next_s() for _ in range(2_000)][-1] == LONGEST_RETRY_S / 2


def test_a_long_good_connection_makes_the_next_retry_quick_again() -> None:
    good: list[Act] = [20.0, "uno", 20.0, "due", LOST]
    connection = FakeConnection([[LOST], [LOST], [LOST], good, ["ciao", END]])
    read(heal(connection))
    assert gaps(connection) == [1, 2, 4, 40 + QUICK_S]


def test_a_connection_that_breaks_again_at_once_does_not() -> None:
    connection = FakeConnection([["uno", LOST], ["due", LOST], ["tre", LOST], ["quattro", END]])
    read(heal(connection))
    assert gaps(connection) == [1, 2, 4]


def test_a_server_that_asks_for_a_wait_gets_it() -> None:
    busy = SourceError(SourceFault.SIGN_RATE_LIMITED, permanent=False, retry_after_s=17.0)
    connection = FakeConnection([[busy], ["ciao", END]])
    read(heal(connection))
    assert gaps(connection) == [17.0]


def test_a_server_that_asks_for_a_day_does_not() -> None:
    busy = SourceError(SourceFault.SIGN_RATE_LIMITED, permanent=False, retry_after_s=86_400.0)
    connection = FakeConnection([[busy], ["ciao", END]])
    read(heal(connection))
    assert gaps(connection) == [LONGEST_ASKED_S]


@pytest.mark.parametrize(
    "fault", [SourceFault.HANDLE_NOT_FOUND, SourceFault.AGE_RESTRICTED, SourceFault.SUSPENDED]
)
def test_a_permanent_fault_ends_it_at_once(fault: SourceFault) -> None:
    connection = FakeConnection([["ciao", SourceError(fault, permanent=True)]])
    assert fault_of(heal(connection)).fault is fault
    assert len(connection.began_s) == 1


def test_an_account_that_was_never_live_is_offline() -> None:
    offline = SourceError(SourceFault.USER_OFFLINE, permanent=True)
    assert fault_of(heal(FakeConnection([[offline]]))).fault is SourceFault.USER_OFFLINE


def test_an_account_that_is_found_offline_after_its_live_has_ended_it() -> None:
    offline = SourceError(SourceFault.USER_OFFLINE, permanent=True)
    assert read(heal(FakeConnection([["ciao", LOST], [offline]]))) == ["ciao"]


def test_what_does_not_heal_in_ten_minutes_ends_with_the_last_fault() -> None:
    blocked = SourceError(SourceFault.BLOCKED, permanent=False)
    connection = FakeConnection([["ciao", LOST], [LOST], [blocked]])
    error = fault_of(heal(connection))
    assert (error.fault, error.permanent) == (SourceFault.BLOCKED, True)
    assert GIVE_UP_S <= connection.began_s[-1] < GIVE_UP_S + LONGEST_RETRY_S


def test_every_message_puts_the_giving_up_off() -> None:
    rare: list[list[Act]] = [[LOST], ["ciao", LOST]]
    connection = FakeConnection([*rare * 60, [END]])
    assert len(read(heal(connection))) == 61
    assert connection.began_s[-1] > 2 * GIVE_UP_S


def test_a_stalled_connection_is_replaced_within_30_seconds() -> None:
    connection = FakeConnection([["ciao", None], ["eccoci", END]], alive=True)
    assert read(heal(connection)) == ["ciao", "eccoci", "ended"]
    assert 20 <= gaps(connection)[0] <= 22


def test_a_stall_that_nobody_can_explain_is_taken_for_one() -> None:
    connection = FakeConnection([["ciao", None], ["eccoci", END]], alive=None)
    assert read(heal(connection)) == ["ciao", "eccoci", "ended"]


def test_a_silence_after_the_end_of_the_live_is_its_end() -> None:
    connection = FakeConnection([["ciao", None]], alive=False)
    assert read(heal(connection)) == ["ciao"]
    assert len(connection.began_s) == 1


def test_messages_that_hold_no_event_are_no_silence() -> None:
    connection = FakeConnection([["ciao", None]], noise_s=5.0)
    source = heal(connection)

    async def listen() -> None:
        async with aclosing(source.events()) as events:
            await anext(events)
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(300):
                    await anext(events)

    run_virtual(listen())
    assert len(connection.began_s) == 1


def test_a_slow_reader_is_no_silence() -> None:
    connection = FakeConnection([["uno", "due", END]])

    async def dawdle() -> int:
        told = 0
        async with aclosing(heal(connection).events()) as events:
            async for _ in events:
                told += 1
                await asyncio.sleep(100)
        return told

    assert run_virtual(dawdle()) == 3
    assert len(connection.began_s) == 1


def test_a_room_that_is_only_quiet_is_asked_ever_more_seldom_and_never_given_up() -> None:
    connection = FakeConnection([[None]] * 12 + [["ciao", END]], alive=True)
    assert read(heal(connection)) == ["ciao", "ended"]
    silences = gaps(connection)
    assert silences[:4] == pytest.approx([20 + 1, 40 + 2, 80 + 4, 160 + 8], abs=1.0)
    assert silences[-1] == pytest.approx(160 + 30, abs=1.0)
    assert connection.began_s[-1] > GIVE_UP_S


def test_a_connection_that_never_opens_is_tried_anew() -> None:
    connection = FakeConnection([[]], never_opens=True)
    assert fault_of(heal(connection)).fault is SourceFault.CONNECTION_LOST
    assert gaps(connection)[0] == pytest.approx(CONNECT_S + QUICK_S, abs=1.0)


def test_every_connection_is_taken_from_the_tenants_budget() -> None:
    budget = FakeSignBudget()
    read(heal(FakeConnection([[LOST], ["ciao", LOST], [END]]), budget))
    assert budget.taken == ["t1"] * 3


def test_a_budget_that_is_used_up_makes_it_wait_and_say_so() -> None:
    connection = FakeConnection([["ciao", END]])
    source = heal(connection, FakeSignBudget(allowed=0, refill_s=12.0))

    async def watch() -> tuple[SourceState, SourceState]:
        async with aclosing(source.events()) as events:
            loop = asyncio.get_running_loop()
            seen: list[SourceState] = []
            loop.call_later(1, lambda: seen.append(source.state))
            loop.call_later(10.5, lambda: seen.append(source.state))
            await anext(events)
            return seen[0], seen[1]

    early, late = run_virtual(watch())
    assert early == SourceState(SourcePhase.WAITING, 11, SourceFault.SIGN_RATE_LIMITED)
    assert late == SourceState(SourcePhase.WAITING, 2, SourceFault.SIGN_RATE_LIMITED)
    assert connection.began_s == [12.0]


def test_a_budget_that_stays_used_up_ends_it_in_time() -> None:
    class Exhausted(FakeSignBudget):
        async def take(self, tenant: str) -> float:
            return 60.0

    error = fault_of(heal(FakeConnection([[]]), Exhausted()))
    assert (error.fault, error.permanent) == (SourceFault.SIGN_RATE_LIMITED, True)


def test_each_change_of_the_state_is_logged_without_a_word_of_the_chat(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.INFO, "chatsources.reconnecting")
    source = heal(FakeConnection([["segreto", None], ["segreto", LOST], [END]], alive=True))
    read(source)
    states = [record.getMessage().split("state=")[1].split()[0] for record in caplog.records]
    assert states == [
        *("connecting", "connected", "stalled", "waiting"),
        *("connecting", "connected", "waiting", "connecting", "connected", "ended"),
    ]
    assert "session=s1" in caplog.text
    assert "segreto" not in caplog.text
    assert source.state.phase is SourcePhase.ENDED


def test_a_reader_that_leaves_closes_the_connection() -> None:
    connection = FakeConnection([["ciao", None]])

    async def leave() -> None:
        async with aclosing(heal(connection).events()) as events:
            await anext(events)

    run_virtual(leave())
    assert connection.closed == 1


def test_a_cancelled_reader_stays_cancelled() -> None:
    connection = FakeConnection([["ciao", None]])

    async def cancel() -> None:
        async with aclosing(heal(connection).events()) as events:
            await anext(events)
            async with asyncio.timeout(5):
                await anext(events)

    with pytest.raises(TimeoutError):
        run_virtual(cancel())
    assert (len(connection.began_s), connection.closed) == (1, 1)

import asyncio
import gc
from collections.abc import AsyncIterator
from contextlib import aclosing

import pytest

from chatsources.errors import SourceError, SourceFault
from chatsources.events import EventKind, LiveEvent
from chatsources.tiktok import (
    ITEMS_A_TURN,
    QUEUE_SIZE,
    ConnectionQueue,
    TikTokEndpoints,
    TikTokSource,
)
from tests.fakes.webcast import (
    ENDED,
    SUSPENDED,
    Close,
    Cut,
    FakeWebcast,
    RoomFault,
    Send,
    SendRaw,
    SignFault,
    WaitFor,
    broken,
    comment,
    control,
    deletion,
    gift,
    like,
    user,
    viewers,
)


@pytest.fixture
async def tiktok() -> AsyncIterator[FakeWebcast]:
    """A local TikTok; whatever a test leaves running beside itself is a leak."""
    before = asyncio.all_tasks()
    complaints: list[dict[str, object]] = []
    asyncio.get_running_loop().set_exception_handler(lambda loop, context: complaints.append(context))
    async with FakeWebcast() as server:
        yield server
    gc.collect()
    TikTokEndpoints().apply()
    assert not asyncio.all_tasks() - before - {asyncio.current_task()}
    assert not complaints


def source_of(tiktok: FakeWebcast, handle: str = "giulia") -> TikTokSource:
    return TikTokSource(handle, endpoints=tiktok.endpoints)


async def collect(source: TikTokSource) -> list[LiveEvent]:
    async with aclosing(source.events()) as events:
        return [event async for event in events]


async def take(source: TikTokSource, wanted: int) -> list[LiveEvent]:
    taken: list[LiveEvent] = []
    async with aclosing(source.events()) as events:
        async for event in events:
            taken.append(event)
            if len(taken) == wanted:
                break
    return taken


async def fault_of(source: TikTokSource) -> SourceError:
    with pytest.raises(SourceError) as caught:
        await collect(source)
    return caught.value


async def test_what_happens_in_the_room_arrives_in_order_until_the_live_ends(tiktok: FakeWebcast) -> None:
    room = tiktok.open_room("giulia")
    room.backlog.append(comment("già qui"))
    room.play(
        Send(comment("ciao"), gift(3, group=9), like(15)),
        Send(viewers(12), deletion(123), compressed=False),
        Send(control(1), control(2), control(ENDED), comment("troppo tardi")),
    )
    source = source_of(tiktok)
    events = await collect(source)
    assert [event.kind.value for event in events] == [
        *("comment", "comment", "gift", "like", "viewers", "deleted", "paused", "resumed", "ended")
    ]
    assert [event.text for event in events[:2]] == ["già qui", "ciao"]
    assert (events[2].count, events[2].streak_open) == (3, True)
    assert events[5].targets == ("123",)
    assert source.counts.broken == 0


async def test_the_client_enters_the_room_pings_and_acknowledges(tiktok: FakeWebcast) -> None:
    room = tiktok.open_room("giulia")
    room.play(Send(comment("ciao")))
    async with aclosing(source_of(tiktok).events()) as events:
        await anext(events)
        await room.wait_until(lambda room: {"im_enter_room", "hb", "ack"} <= set(room.received))
    await room.wait_until(lambda room: room.open_sockets == 0)


async def test_the_sign_server_gets_the_key(tiktok: FakeWebcast) -> None:
    tiktok.open_room("giulia").play(Send(control(ENDED)))
    await collect(source_of(tiktok))
    assert tiktok.sign_api_keys == ["key"]


@pytest.mark.parametrize(
    ("room_fault", "fault", "permanent"),
    [
        (RoomFault.OFFLINE, SourceFault.USER_OFFLINE, True),
        (RoomFault.ENDED_ROOM, SourceFault.USER_OFFLINE, True),
        (RoomFault.AGE_RESTRICTED, SourceFault.AGE_RESTRICTED, True),
        (RoomFault.CAPTCHA, SourceFault.BLOCKED, False),
        (RoomFault.REFUSED, SourceFault.BLOCKED, False),
    ],
)
async def test_a_room_that_cannot_be_entered_says_why(
    tiktok: FakeWebcast, room_fault: RoomFault, fault: SourceFault, permanent: bool
) -> None:
    tiktok.open_room("giulia", fault=room_fault)
    error = await fault_of(source_of(tiktok))
    assert (error.fault, error.permanent) == (fault, permanent)


async def test_a_live_page_without_its_state_is_made_up_for_by_the_api(tiktok: FakeWebcast) -> None:
    tiktok.open_room("giulia", fault=RoomFault.NO_STATE).play(Send(control(ENDED)))
    assert [event.kind for event in await collect(source_of(tiktok))] == [EventKind.ENDED]


@pytest.mark.parametrize("handle", ["nobody", "", "@", "not a handle", "a/../b", "x?y=1"])
async def test_a_handle_that_nobody_has_is_not_found(tiktok: FakeWebcast, handle: str) -> None:
    error = await fault_of(source_of(tiktok, handle))
    assert (error.fault, error.permanent) == (SourceFault.HANDLE_NOT_FOUND, True)


@pytest.mark.parametrize(
    ("sign_fault", "fault", "permanent", "retry_after_s"),
    [
        (SignFault.RATE_LIMITED, SourceFault.SIGN_RATE_LIMITED, False, 17.0),
        (SignFault.RATE_LIMITED_BARE, SourceFault.SIGN_RATE_LIMITED, False, None),
        (SignFault.RATE_LIMITED_NOT_JSON, SourceFault.SIGN_RATE_LIMITED, False, None),
        (SignFault.FAILED, SourceFault.SIGN_FAILED, False, None),
        (SignFault.BAD_KEY, SourceFault.SIGN_FAILED, True, None),
        (SignFault.EMPTY, SourceFault.SIGN_FAILED, False, None),
        (SignFault.GARBAGE, SourceFault.SIGN_FAILED, False, None),
        (SignFault.NO_COOKIES, SourceFault.SIGN_FAILED, False, None),
        (SignFault.NO_PUSH_SERVER, SourceFault.BLOCKED, False, None),
    ],
)
async def test_a_connection_that_is_not_signed_says_why(
    tiktok: FakeWebcast,
    sign_fault: SignFault,
    fault: SourceFault,
    permanent: bool,
    retry_after_s: float | None,
) -> None:
    tiktok.open_room("giulia")
    tiktok.sign_fault = sign_fault
    error = await fault_of(source_of(tiktok))
    assert (error.fault, error.permanent, error.retry_after_s) == (fault, permanent, retry_after_s)


@pytest.mark.parametrize("end", [Cut(), Close(1011), Close(1000)])
async def test_a_connection_that_breaks_off_is_lost_and_its_events_are_not(
    tiktok: FakeWebcast, end: Cut | Close
) -> None:
    tiktok.open_room("giulia").play(Send(comment("ciao")), end)
    async with aclosing(source_of(tiktok).events()) as events:
        assert (await anext(events)).text == "ciao"
        with pytest.raises(SourceError) as caught:
            await anext(events)
    assert (caught.value.fault, caught.value.permanent) == (SourceFault.CONNECTION_LOST, False)


async def test_no_server_at_all_is_a_lost_connection() -> None:
    nowhere = "http://127.0.0.1:9"
    endpoints = TikTokEndpoints(app_url=nowhere, webcast_url=nowhere, sign_url=nowhere)
    error = await fault_of(TikTokSource("giulia", endpoints=endpoints))
    TikTokEndpoints().apply()
    assert (error.fault, error.permanent) == (SourceFault.CONNECTION_LOST, False)


async def test_a_suspended_live_is_a_fault_after_what_came_before(tiktok: FakeWebcast) -> None:
    tiktok.open_room("giulia").play(Send(comment("ciao"), control(SUSPENDED)))
    error = await fault_of(source_of(tiktok))
    assert (error.fault, error.permanent) == (SourceFault.SUSPENDED, True)


async def test_malformed_messages_and_frames_are_counted_and_skipped(tiktok: FakeWebcast) -> None:
    tiktok.open_room("giulia").play(
        SendRaw(b"\xff\xff\xff"),
        SendRaw("text"),
        SendRaw(b"\x3a\x03msg\x42\x02\x0a\xff"),
        SendRaw(b"\x2a\x15\x0a\x0dcompress_type\x12\x04gzip\x3a\x03msg\x42\x02no"),
        Send(broken(), comment("ciao"), broken("WebcastGiftMessage")),
        Send(control(ENDED)),
    )
    source = source_of(tiktok)
    assert [event.kind.value for event in await collect(source)] == ["comment", "ended"]
    assert source.counts.broken == 6


async def test_a_new_connection_leaves_out_what_the_last_one_told(tiktok: FakeWebcast) -> None:
    room = tiktok.open_room("giulia")
    seen = [comment(f"riga {number}") for number in range(3)]
    room.play(Send(*seen, seen[1]), Cut())
    room.play(Send(*seen, comment("nuova"), control(ENDED)))
    source = source_of(tiktok)
    assert (await fault_of(source)).fault is SourceFault.CONNECTION_LOST
    assert [event.text for event in await collect(source)] == ["nuova", ""]
    assert (room.connections, tiktok.signed) == (2, 2)


async def test_a_reader_that_leaves_in_the_middle_leaves_nothing_behind(tiktok: FakeWebcast) -> None:
    room = tiktok.open_room("giulia")
    # More than the queue holds: the connection is waiting for its reader when that one leaves.
    room.play(Send(*[comment(str(number)) for number in range(QUEUE_SIZE + 50)]))
    assert len(await take(source_of(tiktok), 1)) == 1
    await room.wait_until(lambda room: room.connections == 1 and room.open_sockets == 0)


async def test_a_reader_may_leave_a_connection_that_has_just_broken(tiktok: FakeWebcast) -> None:
    room = tiktok.open_room("giulia")
    room.play(Send(comment("ciao")), Cut())
    async with aclosing(source_of(tiktok).events()) as events:
        await anext(events)
        await room.wait_until(lambda room: room.open_sockets == 0)


async def test_a_slow_reader_gets_everything(tiktok: FakeWebcast) -> None:
    batches = [Send(*[like(by=user(number=n)) for n in range(200)]) for _ in range(6)]
    tiktok.open_room("giulia").play(*batches, Send(control(ENDED)))
    kinds = []
    async with aclosing(source_of(tiktok).events()) as events:
        async for event in events:
            kinds.append(event.kind)
            await asyncio.sleep(0)
    assert len(kinds) == 1201


@pytest.mark.parametrize("turns", [1, 5, 20, 60, 150])
async def test_a_source_may_be_cancelled_while_it_connects(tiktok: FakeWebcast, turns: int) -> None:
    tiktok.open_room("giulia").play(WaitFor(asyncio.Event()))
    task = asyncio.get_running_loop().create_task(collect(source_of(tiktok)))
    for _ in range(turns):
        await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


def test_endpoints_left_empty_are_the_library_s_own() -> None:
    from TikTokLive.client.web.web_settings import WebDefaults

    TikTokEndpoints(app_url="http://127.0.0.1:1/", sign_api_key="secret").apply()
    assert WebDefaults.tiktok_app_url == "http://127.0.0.1:1"
    assert WebDefaults.tiktok_sign_api_key == "secret"
    TikTokEndpoints().apply()
    assert WebDefaults.tiktok_app_url == "https://www.tiktok.com"
    assert WebDefaults.tiktok_sign_url == "https://tiktok.eulerstream.com"
    assert WebDefaults.tiktok_sign_api_key is None


async def test_the_streamer_is_known_by_the_user_id_also_on_the_next_connection(tiktok: FakeWebcast) -> None:
    room = tiktok.open_room("giulia")
    room.host_id = 42
    room.play(Send(comment("io", by=user("Giulia", number=42)), comment("tu", by=user("giulia", number=43))))
    source = source_of(tiktok)
    mine, other = await take(source, 2)
    room.play(Send(comment("ancora io", by=user("Altro nome", number=42), msg_id=9)))
    [again] = await take(source, 1)

    assert mine.viewer is not None
    assert mine.viewer.is_host
    assert other.viewer is not None
    assert not other.viewer.is_host, "the name is the streamer's, the id is not"
    assert again.viewer is not None
    assert again.viewer.is_host


async def test_a_connection_with_much_to_tell_lets_other_tasks_run() -> None:
    queue = ConnectionQueue(QUEUE_SIZE)
    for _ in range(QUEUE_SIZE):
        await queue.put(None)
    turns = 0

    async def count_turns() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    counting = asyncio.get_running_loop().create_task(count_turns())
    for _ in range(QUEUE_SIZE):
        await queue.get()
    counting.cancel()
    assert turns >= QUEUE_SIZE // (2 * ITEMS_A_TURN)

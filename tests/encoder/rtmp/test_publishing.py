import asyncio
from dataclasses import replace

from encoder.flv import FlvKind
from encoder.rtmp.address import StreamKey, read_address
from encoder.rtmp.chunks import MessageKind
from encoder.rtmp.errors import PublishFault
from encoder.rtmp.publisher import PublisherPhase
from tests.encoder.rtmp.streams import (
    CONFIGURATIONS,
    QUICK,
    Running,
    picture,
    pictures,
    running,
    second_of,
    sound,
)
from tests.fakes.rtmp_server import KEY, Behaviour, FakeRtmpServer


async def test_a_stream_arrives_as_it_was_sent() -> None:
    stream = [*CONFIGURATIONS, *second_of(5000)]
    async with FakeRtmpServer() as server, running(server) as run:
        run.send(*stream)
        recording = await server.arrived(len(stream))
    assert [(tag.kind, tag.payload) for tag in recording.tags] == [(tag.kind, tag.payload) for tag in stream]
    assert recording.times_ms(FlvKind.VIDEO) == [5000 + 100 * step for step in range(10)]
    assert recording.key == KEY, "the key's ? and & are untouched"
    assert [values[0] for values in recording.commands][:5] == [
        "connect", "releaseStream", "FCPublish", "createStream", "publish",
    ]  # fmt: skip


async def test_the_stream_ends_on_the_server_when_it_is_stopped() -> None:
    async with FakeRtmpServer() as server:
        async with running(server) as run:
            run.send(sound(0))
            recording = await server.arrived(1)
        await server.commanded(recording, "deleteStream")
    assert run.states[-1].phase is PublisherPhase.ENDED


async def test_the_configurations_come_first_and_the_sounds_before_the_pictures() -> None:
    async with FakeRtmpServer() as server:
        run = Running(server.url)
        run.send(*CONFIGURATIONS)
        async with asyncio.TaskGroup() as group:
            group.create_task(run.publisher.run())
            await run.reached("publishing")
            run.send(*second_of(0))
            recording = await server.arrived(23)
            run.publisher.stop()
    first = [(tag.kind, tag.is_configuration) for tag in recording.tags[:5]]
    assert first == [
        (FlvKind.METADATA, False), (FlvKind.AUDIO, True), (FlvKind.VIDEO, True),
        (FlvKind.AUDIO, False), (FlvKind.VIDEO, False),
    ]  # fmt: skip


async def test_a_stream_goes_on_past_4_hours_39_minutes_and_past_24_days() -> None:
    for start_ms in (16_770_000, 2**31 - 500):
        options = replace(QUICK, first_timestamp_ms=start_ms)
        stream = [tag for second in range(10) for tag in second_of(1000 * second)]
        async with FakeRtmpServer() as server, running(server, options) as run:
            run.send(*stream)
            recording = await server.arrived(len(stream))
        assert recording.times_ms(FlvKind.VIDEO) == [start_ms + 100 * step for step in range(100)]


async def test_after_a_break_the_kept_key_picture_comes_at_once_and_the_clock_goes_on() -> None:
    async with FakeRtmpServer() as server, running(server) as run:
        run.send(*CONFIGURATIONS, *second_of(0))
        await server.arrived(23)
        server.cut()
        await run.reached("publishing", times=2)
        again = await server.arrived(4)
        # The next pictures refer to some that were lost: they wait for a key picture.
        run.send(sound(1000), picture(1000), sound(1100), picture(1100, is_key=True), picture(1200))
        again = await server.arrived(8)
    assert [tag.is_configuration for tag in again.tags[1:3]] == [True, True]
    shown = pictures(again.tags)
    assert [(tag.is_key, tag.time_ms) for tag in shown] == [(True, 900), (True, 1100), (False, 1200)]
    assert run.publisher.stats.reconnects == 1
    assert run.publisher.stats.dropped_pictures == 1


async def test_a_connection_that_is_cut_in_the_middle_of_a_tag_is_replaced() -> None:
    async with FakeRtmpServer() as server:
        server.behaviour = Behaviour(cut_after_bytes=8000)
        async with running(server) as run:
            run.send(*CONFIGURATIONS, picture(0, is_key=True, size=20_000))
            await run.reached("reconnecting")
            server.behaviour = Behaviour()
            await run.reached("publishing", times=2)
            recording = await server.arrived(4)
    assert len(pictures(recording.tags)[0].payload) > 20_000


async def test_a_server_that_comes_back_gets_the_stream_again() -> None:
    async with FakeRtmpServer() as server, running(server) as run:
        run.send(*CONFIGURATIONS, *second_of(0))
        await server.arrived(23)
        await server.close()
        await run.reached("reconnecting", times=3)
        run.send(*second_of(1000))
        await server.open()
        await run.reached("publishing", times=2)
        recording = await server.arrived(4)
    assert pictures(recording.tags)[0].is_key
    assert recording.times_ms(FlvKind.VIDEO)[0] == 1900


async def test_a_server_that_still_holds_the_old_stream_is_asked_again() -> None:
    async with FakeRtmpServer() as server, running(server) as run:
        run.send(*CONFIGURATIONS, *second_of(0))
        await server.arrived(23)
        server.behaviour = Behaviour(publish_status="NetStream.Publish.BadName")
        server.cut()
        await run.reached("held_by_server", times=2)
        server.behaviour = Behaviour()
        await run.reached("publishing", times=2)
    assert PublishFault.BAD_NAME in {state.fault for state in run.states}


async def test_a_frozen_server_is_noticed() -> None:
    options = replace(QUICK, stall_s=0.3)
    async with FakeRtmpServer() as server:
        server.behaviour = Behaviour(stops_reading=True)
        async with running(server, options) as run:
            for at in range(0, 200_000, 1000):
                run.send(picture(at, is_key=True, size=60_000))
            server.behaviour = Behaviour()
            await run.reached("reconnecting")
    assert PublishFault.STALLED in {state.fault for state in run.states}


async def test_a_planned_new_start_loses_no_sound_and_begins_the_clock_anew() -> None:
    options = replace(QUICK, republish_s=0.3)
    async with FakeRtmpServer() as server, running(server, options) as run:
        run.send(*CONFIGURATIONS, *second_of(70_000))
        first = await server.arrived(23)
        await run.reached("publishing", times=2)
        run.send(sound(71_000), picture(71_000, is_key=True))
        second = await server.arrived(6, connection=1)
    assert first.times_ms(FlvKind.AUDIO)[0] == 70_000 or first.times_ms(FlvKind.AUDIO)[0] == 0
    assert second.tags[0].time_ms == 0
    assert second.times_ms(FlvKind.AUDIO) == [100]
    assert [tag.is_key for tag in pictures(second.tags)] == [True, True]


async def test_another_key_takes_over_while_the_stream_runs() -> None:
    async with FakeRtmpServer() as server, running(server) as run:
        run.send(*CONFIGURATIONS, *second_of(0))
        await server.arrived(23)
        run.publisher.replace_target(read_address(server.url), StreamKey("stream-43?sign=other"))
        await run.reached("publishing", times=2)
        recording = await server.arrived(4)
    assert recording.key == "stream-43?sign=other"
    assert pictures(recording.tags)[0].is_key


async def test_acknowledgements_are_sent_when_asked_for_and_none_are_needed() -> None:
    async with FakeRtmpServer() as server:
        server.behaviour = Behaviour(window=200, pings=True)
        async with running(server) as run:
            run.send(*CONFIGURATIONS)
            recording = await server.arrived(3)
    kinds = {message.kind for message in recording.control}
    assert kinds == {MessageKind.ACKNOWLEDGEMENT, MessageKind.USER_CONTROL}


async def test_timestamps_never_go_back() -> None:
    async with FakeRtmpServer() as server, running(server) as run:
        run.send(*CONFIGURATIONS, *second_of(1000), sound(500), *second_of(2000))
        recording = await server.arrived(44)
    times = [tag.time_ms for tag in recording.tags]
    assert times == sorted(times)

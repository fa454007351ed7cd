"""Each way in which a server refuses a stream has a fault of its own."""

import asyncio
import logging
import socket
import traceback

import pytest

from encoder.rtmp.address import StreamAddress, StreamKey, read_address
from encoder.rtmp.connection import open_connection
from encoder.rtmp.dialing import DialOptions
from encoder.rtmp.errors import PublishError, PublishFault, PublishStep
from tests.encoder.rtmp.streams import LOCAL, Running
from tests.fakes.rtmp_server import KEY, Behaviour, FakeRtmpServer

HASTY = DialOptions(allows_loopback=True, timeout_s=0.2)


async def publish(address: StreamAddress, options: DialOptions = LOCAL) -> list[PublishStep]:
    steps: list[PublishStep] = []
    connection = await open_connection(address, options, reached=steps.append)
    try:
        await connection.publish(StreamKey(KEY))
    finally:
        connection.unpublish()
    return steps


@pytest.mark.parametrize(
    ("behaviour", "fault", "step"),
    [
        (Behaviour(speaks_http=True), PublishFault.NOT_RTMP, PublishStep.HANDSHAKE),
        (Behaviour(connect_error="NetConnection.Rejected"), PublishFault.APP_REFUSED, PublishStep.CONNECT),
        (Behaviour(closes_at="connect"), PublishFault.CONNECTION_LOST, PublishStep.CONNECT),
        (Behaviour(create_error="NetStream.Failed"), PublishFault.PUBLISH_REFUSED, PublishStep.PUBLISH),
        (Behaviour(publish_status="NetStream.Publish.BadName"), PublishFault.BAD_NAME, PublishStep.PUBLISH),
        (Behaviour(publish_status="NetStream.Publish.Denied"), PublishFault.DENIED, PublishStep.PUBLISH),
        (Behaviour(publish_status="NetStream.Failed"), PublishFault.PUBLISH_REFUSED, PublishStep.PUBLISH),
        (Behaviour(closes_at="publish"), PublishFault.CLOSED_DURING_PUBLISH, PublishStep.PUBLISH),
        (Behaviour(closes_at="createStream"), PublishFault.CLOSED_DURING_PUBLISH, PublishStep.PUBLISH),
    ],
    ids=lambda value: str(value) if isinstance(value, PublishFault) else "",
)  # fmt: skip
async def test_a_refusal_is_told_apart(behaviour: Behaviour, fault: PublishFault, step: PublishStep) -> None:
    async with FakeRtmpServer() as server:
        server.behaviour = behaviour
        with pytest.raises(PublishError) as caught:
            await publish(read_address(server.url))
    assert (caught.value.fault, caught.value.step) == (fault, step)


@pytest.mark.parametrize(
    ("silent_at", "step"),
    [
        ("handshake", PublishStep.HANDSHAKE),
        ("connect", PublishStep.CONNECT),
        ("createStream", PublishStep.PUBLISH),
        ("publish", PublishStep.PUBLISH),
    ],
)
async def test_a_server_that_never_answers_is_given_up(silent_at: str, step: PublishStep) -> None:
    async with FakeRtmpServer() as server:
        server.behaviour = Behaviour(is_silent_at=silent_at)
        with pytest.raises(PublishError) as caught:
            await publish(read_address(server.url), HASTY)
    assert (caught.value.fault, caught.value.step) == (PublishFault.TIMED_OUT, step)


async def test_a_closed_port_is_told_apart() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    with pytest.raises(PublishError) as caught:
        await publish(StreamAddress("127.0.0.1", port, "live", False))
    assert (caught.value.fault, caught.value.step) == (PublishFault.CONNECTION_REFUSED, PublishStep.TCP)


@pytest.mark.parametrize(
    ("host", "port", "fault"),
    [
        ("name.invalid", 1935, PublishFault.UNKNOWN_HOST),
        ("10.0.0.1", 1935, PublishFault.NOT_PUBLIC),
        ("169.254.169.254", 80, PublishFault.NOT_PUBLIC),
        ("127.0.0.1", 1935, PublishFault.NOT_PUBLIC),
        ("[::1]", 1935, PublishFault.NOT_PUBLIC),
        ("8.8.8.8", 6379, PublishFault.PORT_NOT_ALLOWED),
    ],
)
async def test_an_address_that_a_workspace_may_not_choose_is_refused(
    host: str, port: int, fault: PublishFault
) -> None:
    with pytest.raises(PublishError) as caught:
        await publish(read_address(f"rtmp://{host}:{port}/live"), DialOptions())
    assert caught.value.fault is fault


async def test_loopback_allowed_for_tests_allows_no_other_private_address() -> None:
    with pytest.raises(PublishError) as caught:
        await publish(read_address("rtmp://10.0.0.1/live"))
    assert caught.value.fault is PublishFault.NOT_PUBLIC


async def test_a_plain_server_behind_rtmps_is_told_apart() -> None:
    async with FakeRtmpServer() as server:
        address = StreamAddress("127.0.0.1", server.port, "live", is_secure=True)
        with pytest.raises(PublishError) as caught:
            await publish(address, HASTY)
    assert caught.value.step is PublishStep.TLS
    assert caught.value.fault in {PublishFault.TLS_FAILED, PublishFault.TIMED_OUT}


async def test_a_cancelled_attempt_is_cancelled() -> None:
    async with FakeRtmpServer() as server:
        server.behaviour = Behaviour(is_silent_at="connect")
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.1):
                await publish(read_address(server.url))


@pytest.mark.parametrize("status", ["NetStream.Publish.BadName", "NetStream.Publish.Denied"])
async def test_the_key_is_in_no_log_and_no_traceback(status: str, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    asyncio.get_running_loop().set_debug(True)
    async with FakeRtmpServer() as server:
        server.behaviour = Behaviour(publish_status=status)
        run = Running(server.url)
        with pytest.raises(PublishError) as caught:
            await run.publisher.run()
    shown = traceback.TracebackException.from_exception(caught.value, capture_locals=True)
    ours = [frame for frame in shown.stack if "/encoder/rtmp/" in frame.filename]
    assert ours
    texts = [str(caught.value), caplog.text, repr(run.publisher), *(str(frame.locals) for frame in ours)]
    texts += [str(vars(run.publisher))]
    assert not [text for text in texts if "Canary" in text]

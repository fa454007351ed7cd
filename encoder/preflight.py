"""Checks a stream target before a live, step by step, up to a stream that the server has accepted."""

from dataclasses import dataclass

from encoder.rtmp.address import StreamAddress, StreamKey
from encoder.rtmp.connection import open_connection
from encoder.rtmp.dialing import DialOptions
from encoder.rtmp.errors import PublishError, PublishFault, PublishStep

STEPS = (
    PublishStep.DNS,
    PublishStep.TCP,
    PublishStep.TLS,
    PublishStep.HANDSHAKE,
    PublishStep.CONNECT,
    PublishStep.PUBLISH,
)


@dataclass(frozen=True, slots=True)
class Preflight:
    """The step at which a check ended, and the fault; None when the server accepted the stream."""

    step: PublishStep
    fault: PublishFault | None = None


async def check(address: StreamAddress, key: StreamKey, options: DialOptions) -> Preflight:
    """Publish under the key, send nothing, and end the stream at once. It takes a minute at most."""
    try:
        connection = await open_connection(address, options)
        await connection.publish(key)
    except PublishError as error:
        return Preflight(error.step, error.fault)
    connection.unpublish()
    return Preflight(PublishStep.PUBLISH)


def steps_of(is_secure: bool) -> tuple[PublishStep, ...]:
    """Return the steps of a check; an rtmp:// address has none of TLS."""
    return tuple(step for step in STEPS if is_secure or step is not PublishStep.TLS)

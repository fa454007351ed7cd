"""Plays a speech service on this machine that answers every line with a tone: `make fake-voice`."""

import asyncio
import json
import math
import signal
from argparse import ArgumentParser
from array import array
from base64 import b64encode
from collections.abc import Sequence

from websockets.frames import Frame, Opcode
from websockets.http11 import Request
from websockets.protocol import State
from websockets.server import ServerProtocol

RATE_HZ = 24_000
PIECE = 4_800
HEADERS = (
    b"HTTP/1.1 200 OK\r\ncontent-type: audio/pcm\r\n"
    b"transfer-encoding: chunked\r\nconnection: keep-alive\r\n\r\n"
)


def main(arguments: Sequence[str] | None = None) -> None:
    parser = ArgumentParser(prog="python -m tests.fakes.voice_server", description=__doc__)
    parser.add_argument("--port", type=int, default=9100)
    parser.add_argument("--first-byte", type=float, default=0.15, help="seconds until its first byte")
    parser.add_argument("--duration", type=float, default=2.0, help="seconds of audio for every line")
    options = parser.parse_args(arguments)
    asyncio.run(_serve(options.port, options.first_byte, _tone(options.duration)))


def _tone(duration_s: float) -> bytes:
    """Return a tone that swells and fades four times a second, as syllables do."""
    samples = (
        round(6_000 * math.sin(index / 20) * math.sin(index * math.pi * 4 / RATE_HZ) ** 2 + 100)
        for index in range(round(duration_s * RATE_HZ))
    )
    return array("h", samples).tobytes()


async def _serve(port: int, first_byte_s: float, audio: bytes) -> None:
    pieces = [audio[start : start + PIECE] for start in range(0, len(audio), PIECE)]

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while head := await _read_request(reader):
                if b"upgrade: websocket" in head.lower():
                    await _converse(head, reader, writer, first_byte_s, pieces)
                    return
                await asyncio.sleep(first_byte_s)
                writer.write(HEADERS)
                for piece in pieces:
                    writer.write(b"%x\r\n%s\r\n" % (len(piece), piece))
                    await writer.drain()
                writer.write(b"0\r\n\r\n")
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    stopped = asyncio.Event()
    for signum in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(signum, stopped.set)
    async with await asyncio.start_server(answer, "127.0.0.1", port):
        await stopped.wait()


async def _read_request(reader: asyncio.StreamReader) -> bytes:
    """Read a request, and return it without its body; nothing at the end of the connection."""
    try:
        head = await reader.readuntil(b"\r\n\r\n")
    except asyncio.IncompleteReadError:
        return b""
    for line in head.lower().split(b"\r\n"):
        if line.startswith(b"content-length:"):
            await reader.readexactly(int(line.partition(b":")[2]))
    return head


async def _converse(
    head: bytes,
    reader: asyncio.StreamReader,
    writer: asyncio.StreamWriter,
    first_byte_s: float,
    pieces: list[bytes],
) -> None:
    """Speak the protocol of ElevenLabs' socket: each context that is flushed says the tone, and ends."""
    protocol = ServerProtocol()

    def say(context_id: str) -> None:
        if protocol.state is State.OPEN:
            for piece in pieces:
                tell(audio=b64encode(piece).decode(), contextId=context_id)
            tell(isFinal=True, contextId=context_id)
            writer.writelines(protocol.data_to_send())

    def tell(**message: object) -> None:
        protocol.send_text(json.dumps(message).encode())

    data = head
    while data and protocol.state in (State.CONNECTING, State.OPEN):
        protocol.receive_data(data)
        for event in protocol.events_received():
            if isinstance(event, Request):
                protocol.send_response(protocol.accept(event))
            elif isinstance(event, Frame) and event.opcode is Opcode.TEXT:
                told = json.loads(bytes(event.data))
                if told.get("flush"):
                    asyncio.get_running_loop().call_later(first_byte_s, say, told["context_id"])
        writer.writelines(protocol.data_to_send())
        data = await reader.read(65_536)


if __name__ == "__main__":
    main()

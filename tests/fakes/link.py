"""A way that is narrow and long: bytes go in, and come out later, at the pace of the way."""

import asyncio
import math
import time

PACKET = 1_460  # bytes; those of several connections take turns


class FakeLink:
    """Lets `bits_per_s` through, for all connections together, each bit `latency_s` after it went in.

    `arrived` says when, in seconds since 1970, how many bytes came out.
    """

    def __init__(self, *, bits_per_s: float = math.inf, latency_s: float = 0.0) -> None:
        self._latency_s = latency_s
        self._s_a_byte = 8 / bits_per_s
        self._free_s = 0.0
        self.arrived: list[tuple[float, int]] = []

    def arrived_by(self, at_s: float) -> int:
        """Return how many bytes had come out by then."""
        return sum(size for came_s, size in self.arrived if came_s <= at_s)

    async def carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Carry what is read to where it is written, until there is no more or either end is gone."""
        on_its_way: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue()
        await asyncio.gather(self._take_in(reader, on_its_way), self._give_out(on_its_way, writer))

    async def _take_in(
        self, reader: asyncio.StreamReader, on_its_way: "asyncio.Queue[tuple[float, bytes]]"
    ) -> None:
        now_s = asyncio.get_running_loop().time
        data = b"?"
        while data:
            try:
                data = await reader.read(PACKET)
            except OSError:
                data = b""
            self._free_s = max(self._free_s, now_s()) + len(data) * self._s_a_byte
            await asyncio.sleep(self._free_s - now_s())
            on_its_way.put_nowait((now_s() + self._latency_s, data))

    async def _give_out(
        self, on_its_way: "asyncio.Queue[tuple[float, bytes]]", writer: asyncio.StreamWriter
    ) -> None:
        now_s = asyncio.get_running_loop().time
        try:
            while True:
                due_s, data = await on_its_way.get()
                await asyncio.sleep(due_s - now_s())
                if not data:
                    return
                self.arrived.append((time.time(), len(data)))
                writer.write(data)
                await writer.drain()
        except OSError:
            return
        finally:
            writer.close()

"""Messages that are published beside the channel layer arrive as if it had sent them."""

import asyncio
from typing import Any

from channels.layers import get_channel_layer

from providers.channel_groups import encode_group_message
from providers.redis import async_redis
from tests.patience import PATIENCE_S

GROUP = "overlay.one"


def message(number: int) -> dict[str, Any]:
    return {"type": "overlay.audio", "frame": bytes([number]), "of_voice": True, "texts": ["è", None, 1.5]}


async def test_a_group_receives_what_is_published_beside_the_layer_in_order() -> None:
    layer = get_channel_layer()
    channel = await layer.new_channel()
    await layer.group_add(GROUP, channel)
    await layer.group_send(GROUP, message(0))
    for number in (1, 2):
        await async_redis().publish(*encode_group_message(GROUP, message(number)))
    async with asyncio.timeout(PATIENCE_S):
        received = [await layer.receive(channel) for _ in range(3)]
    await layer.flush()
    assert received == [message(0), message(1), message(2)]


async def test_the_bytes_are_those_that_the_layer_publishes() -> None:
    layer = get_channel_layer()
    published: list[tuple[str, bytes]] = []
    (shard,) = layer._shards

    async def publish(channel: str, payload: bytes) -> None:
        published.append((channel, payload))

    shard.publish = publish
    await layer.group_send(GROUP, message(0))
    await layer.flush()
    assert published == [encode_group_message(GROUP, message(0))]

"""Encodes messages to groups of the channel layer, for publishers with a Redis client of their own.

The layer's own `group_send` publishes one message at a time and waits for Redis each time: a process could
send a few hundred messages a second. A publisher adds these to a pipeline instead, beside its other commands.
"""

from typing import Any

from channels.layers import get_channel_layer

PREFIX = "asgi"  # the layer's default; `tests/providers/test_channel_groups.py` compares the two


def encode_group_message(group: str, message: dict[str, Any]) -> tuple[str, bytes]:
    """Return the arguments of Redis' PUBLISH that send a message to all channels of a group."""
    return f"{PREFIX}__group__{group}", get_channel_layer().serialize(message)

"""TikTok played on 127.0.0.1: live page, room checks, sign server and push socket, for the real client.

    async with FakeWebcast() as tiktok:
        room = tiktok.open_room("giulia")
        room.play(Send(comment("ciao")), Send(control(3)))
        source = TikTokSource("giulia", endpoints=tiktok.endpoints)

Each connection to a room plays the next of its scripts (the last one again and again), then holds the line
until the client leaves. Rooms and the sign server misbehave as told by `RoomFault` and `SignFault`.
"""

from tests.fakes.webcast.capture import PlayCapture
from tests.fakes.webcast.messages import (
    ENDED,
    SUSPENDED,
    broken,
    comment,
    control,
    deletion,
    envelope,
    gift,
    like,
    user,
    viewers,
)
from tests.fakes.webcast.room import (
    Become,
    Close,
    Cut,
    CutMidFrame,
    FakeRoom,
    Freeze,
    Pause,
    RoomFault,
    Send,
    SendRaw,
    Stage,
    Stall,
    Step,
    WaitFor,
)
from tests.fakes.webcast.scenarios import SCENARIOS, arrange
from tests.fakes.webcast.server import FakeWebcast, SignFault

__all__ = [
    "ENDED",
    "SCENARIOS",
    "SUSPENDED",
    "Become",
    "Close",
    "Cut",
    "CutMidFrame",
    "FakeRoom",
    "FakeWebcast",
    "Freeze",
    "Pause",
    "PlayCapture",
    "RoomFault",
    "Send",
    "SendRaw",
    "SignFault",
    "Stage",
    "Stall",
    "Step",
    "WaitFor",
    "arrange",
    "broken",
    "comment",
    "control",
    "deletion",
    "envelope",
    "gift",
    "like",
    "user",
    "viewers",
]

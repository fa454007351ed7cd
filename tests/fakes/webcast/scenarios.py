"""Every fault by name: what a room and the sign server do, with a chat that goes on around it."""

from collections.abc import Callable

from tests.fakes.webcast.messages import ENDED, SUSPENDED, broken, comment, control, deletion
from tests.fakes.webcast.room import (
    Become,
    Cut,
    CutMidFrame,
    FakeRoom,
    Freeze,
    Pause,
    RoomFault,
    Send,
    SendRaw,
    Stall,
    Step,
)
from tests.fakes.webcast.server import FakeWebcast, SignFault

FAULT_AFTER_S = 10.0
KNOWN_ID = 4_242

Arrange = Callable[[FakeWebcast, FakeRoom, Step], None]


def arrange(tiktok: FakeWebcast, handle: str, chat: Step, *, fault: str = "") -> None:
    """Let `handle` go live with `chat`, and with one of `SCENARIOS`."""
    room = tiktok.open_room(handle)
    SCENARIOS[fault](tiktok, room, chat)


def _after_a_while(*steps: Step, last: bool = False) -> Arrange:
    """The fault comes some seconds into a connection; unless it is the last thing, the chat then goes on."""

    def act(tiktok: FakeWebcast, room: FakeRoom, chat: Step) -> None:
        opening = (Send(comment("ciao a tutti")), Pause(FAULT_AFTER_S), *steps)
        room.play(*opening, *(() if last else (chat,)))
        if last:
            room.play(chat)

    return act


def _room(fault: RoomFault) -> Arrange:
    def act(tiktok: FakeWebcast, room: FakeRoom, chat: Step) -> None:
        room.fault = fault
        room.play(chat)

    return act


def _sign(*faults: SignFault) -> Arrange:
    def act(tiktok: FakeWebcast, room: FakeRoom, chat: Step) -> None:
        tiktok.fail_signing(*faults)
        room.play(chat)

    return act


def _unknown(tiktok: FakeWebcast, room: FakeRoom, chat: Step) -> None:
    tiktok.close_room(room.handle)


def _chat_only(tiktok: FakeWebcast, room: FakeRoom, chat: Step) -> None:
    room.play(chat)


SCENARIOS: dict[str, Arrange] = {
    "": _chat_only,
    "offline": _room(RoomFault.OFFLINE),
    "unknown-user": _unknown,
    "age-restricted": _room(RoomFault.AGE_RESTRICTED),
    "captcha": _room(RoomFault.CAPTCHA),
    "refused": _room(RoomFault.REFUSED),
    "sign-429": _sign(SignFault.RATE_LIMITED),
    "sign-429-bare": _sign(SignFault.RATE_LIMITED_BARE, SignFault.RATE_LIMITED_NOT_JSON),
    "sign-500": _sign(SignFault.FAILED, SignFault.FAILED),
    "sign-bad-key": _sign(SignFault.BAD_KEY),
    "cut": _after_a_while(Cut(), last=True),
    "cut-mid-frame": _after_a_while(CutMidFrame(), last=True),
    "stall": _after_a_while(Stall(), last=True),
    "freeze": _after_a_while(Freeze(), last=True),
    "duplicates": _after_a_while(
        Send(comment("una volta sola", msg_id=KNOWN_ID)),
        Send(comment("una volta sola", msg_id=KNOWN_ID)),
        Pause(1.0),
        Cut(),
        last=True,
    ),
    "broken": _after_a_while(
        SendRaw(b"\xff\xff\xff"), SendRaw("text"), Send(broken(), comment("ancora qui"))
    ),
    "end": _after_a_while(Become(RoomFault.ENDED_ROOM), Send(control(ENDED))),
    "suspended": _after_a_while(Send(control(SUSPENDED))),
    "delete": _after_a_while(
        Send(comment("parolaccia", msg_id=KNOWN_ID)), Pause(1.0), Send(deletion(KNOWN_ID))
    ),
}

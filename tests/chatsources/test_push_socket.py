import gzip
import random
import zlib

import pytest
from google.protobuf.message import DecodeError

from chatsources import push_socket
from chatsources import webcast_pb2 as pb
from chatsources.push_socket import read_frame
from tests.fakes.webcast import comment

BATCH = pb.FetchResult(messages=[comment("ciao"), comment("a tutti")], need_ack=True, internal_ext="ext")


def frame_of(payload: bytes, *, compress_type: str = "", kind: str = "msg") -> bytes:
    frame = pb.PushFrame(log_id=7, payload_type=kind, payload=payload)
    if compress_type:
        frame.headers["compress_type"] = compress_type
    return frame.SerializeToString()


def zipped() -> bytes:
    return frame_of(gzip.compress(BATCH.SerializeToString()), compress_type="gzip")


@pytest.mark.parametrize(
    "data",
    [
        frame_of(BATCH.SerializeToString()),
        frame_of(BATCH.SerializeToString(), compress_type="none"),
        zipped(),
    ],
    ids=["bare", "none", "gzip"],
)
def test_a_frame_holds_its_batch_however_it_is_packed(data: bytes) -> None:
    read = read_frame(data)
    assert read is not None
    frame, batch = read
    assert frame.log_id == 7
    assert batch == BATCH


@pytest.mark.parametrize("kind", ["hb", "ack", "im_enter_room_resp", ""])
def test_a_frame_without_messages_is_nothing(kind: str) -> None:
    assert read_frame(frame_of(b"whatever", kind=kind)) is None


def test_a_few_bytes_that_stand_for_gigabytes_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(push_socket, "MAX_BATCH_BYTES", 100_000)
    bomb = frame_of(gzip.compress(bytes(1_000_000)), compress_type="gzip")
    assert len(bomb) < 2_000
    with pytest.raises(zlib.error):
        read_frame(bomb)


def test_a_batch_that_was_cut_short_is_refused() -> None:
    whole = gzip.compress(BATCH.SerializeToString())
    with pytest.raises(zlib.error):
        read_frame(frame_of(whole[:-9], compress_type="gzip"))


def test_a_text_frame_is_refused() -> None:
    with pytest.raises(DecodeError):
        read_frame("msg")


def test_no_bytes_make_it_fail_in_another_way() -> None:
    chance = random.Random(7)
    good = [zipped(), frame_of(BATCH.SerializeToString())]
    refused = 0
    for _ in range(5_000):
        data = bytearray(chance.choice(good))
        for _ in range(chance.randint(1, 6)):
            data[chance.randrange(len(data))] = chance.randrange(256)
        try:
            read_frame(bytes(data[: chance.randint(1, len(data))]))
        except (DecodeError, zlib.error):
            refused += 1
    assert refused > 1_000

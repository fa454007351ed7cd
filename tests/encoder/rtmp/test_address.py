import copy
import pickle
from datetime import UTC, datetime

import pytest

from encoder.rtmp.address import StreamAddress, StreamKey, expiry_of, is_key, read_address
from encoder.rtmp.errors import PublishError, PublishFault
from tests.fakes.rtmp_server import KEY


@pytest.mark.parametrize(
    ("url", "address", "told"),
    [
        (
            "rtmp://push-rtmp-l11.tiktokcdn.com/game/",
            StreamAddress("push-rtmp-l11.tiktokcdn.com", 1935, "game", False),
            "rtmp://push-rtmp-l11.tiktokcdn.com/game",
        ),
        (
            " rtmps://live.example.com:1936/app/part?a=1&b=2 ",
            StreamAddress("live.example.com", 1936, "app/part?a=1&b=2", True),
            "rtmps://live.example.com:1936/app/part?a=1&b=2",
        ),
        ("rtmp://[2001:db8::1]/live", StreamAddress("2001:db8::1", 1935, "live", False), "rtmp://[2001:db8::1]/live"),
    ],
)  # fmt: skip
def test_an_address_is_read_in_its_parts(url: str, address: StreamAddress, told: str) -> None:
    assert read_address(url) == address
    assert address.url == told


@pytest.mark.parametrize(
    "url",
    ["", "push.example.com/live", "https://example.com/live", "rtmp:///live", "rtmp://example.com", "rtmp://example.com/",
     "rtmp://user:secret@example.com/live", "rtmp://example.com:99999/live", "rtmp://example.com/li ve", "rtmp://exa\nmple/live",
     "rtmp://example.com/live#x"],
)  # fmt: skip
def test_what_is_no_address_of_a_server_is_refused(url: str) -> None:
    with pytest.raises(PublishError) as caught:
        read_address(url)
    assert caught.value.fault is PublishFault.BAD_ADDRESS


def test_a_key_shows_itself_nowhere() -> None:
    key = StreamKey(KEY)
    assert key.reveal() == KEY
    for text in (repr(key), str(key), f"{key}", f"{key!r}", str([key]), repr({"key": key})):
        assert "Canary" not in text
    with pytest.raises(TypeError):
        pickle.dumps(key)
    with pytest.raises(TypeError):
        copy.copy(key)


@pytest.mark.parametrize(
    ("key", "expires"),
    [
        ("stream-42?expire=1900000000&sign=abc", datetime(2030, 3, 17, 17, 46, 40, tzinfo=UTC)),
        ("stream-42?sign=abc&expire=1900000000", datetime(2030, 3, 17, 17, 46, 40, tzinfo=UTC)),
        ("stream-42", None),
        ("stream-42?expire=soon", None),
        ("stream-42?expire=7", None),
        ("stream-42?expire=99999999999999999999", None),
    ],
)
def test_a_key_says_when_it_expires(key: str, expires: datetime | None) -> None:
    assert expiry_of(StreamKey(key)) == expires


def test_a_key_is_visible_text_in_one_piece() -> None:
    assert is_key(KEY)
    assert not any(map(is_key, ("", "two words", "line\nline", "à", "x" * 1001)))

"""The overlay's editor: who may use it, what it keeps, and which pictures it takes."""

import struct
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django_scopes import scope

from livesessions.models import Show
from overlay.forms import LayoutForm
from overlay.layout import clean_layout, default_layout
from overlay.pictures import MAX_BYTES, UnusablePicture, read_picture
from tenants.models import User

ClientFor = Callable[[User], Client]
PAGES = ["overlay/", "overlay/preview/"]


@pytest.fixture(autouse=True)
def _media(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = str(tmp_path)


def entered(**changes: Any) -> dict[str, Any]:
    """What a browser sends of the untouched form, with changes."""
    form = LayoutForm(layout=clean_layout(default_layout()))
    sent = {name: form.initial.get(name, "") for name in form.fields if name != "picture"}
    return {name: value for name, value in {**sent, **changes}.items() if value is not False}


def chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def png(width: int = 32, height: int = 32, *, rows: int | None = None, extra: bytes = b"") -> bytes:
    pixels = zlib.compress((b"\0" + b"\x40\x80\xc0" * width) * (height if rows is None else rows), 9)
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    parts = chunk(b"IHDR", head) + extra + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + parts


def stored(show: Show) -> dict[str, Any]:
    with scope(tenant=show.tenant):
        show.overlay.refresh_from_db()
    return dict(show.overlay.whole_layout)


@pytest.mark.parametrize("page", PAGES)
def test_an_editor_sees_it_and_a_stranger_does_not(
    alice: User, bob: User, charlie: User, show: Show, other_show: Show, client_for: ClientFor, page: str
) -> None:
    assert client_for(alice).get(f"/shows/{show.id}/{page}").status_code == 200
    assert client_for(charlie).get(f"/shows/{show.id}/{page}").status_code == 404
    assert client_for(bob).get(f"/shows/{show.id}/{page}").status_code == 403
    assert Client().get(f"/shows/{show.id}/{page}").status_code == 302


@pytest.mark.parametrize("page", ["overlay/", "overlay/reset/"])
def test_only_an_editor_of_the_workspace_changes_it(
    bob: User, charlie: User, show: Show, other_show: Show, client_for: ClientFor, page: str
) -> None:
    before = stored(show)
    assert client_for(charlie).post(f"/shows/{show.id}/{page}", entered(theme="neon")).status_code == 404
    assert client_for(bob).post(f"/shows/{show.id}/{page}", entered(theme="neon")).status_code == 403
    assert stored(show) == before


def test_what_is_entered_is_kept(alice: User, show: Show, client_for: ClientFor) -> None:
    sent = entered(
        theme="carta", **{"tall-chat-x": "12.5", "wide-avatar-on": "on", "tall-captions-on": False}
    )
    answer = client_for(alice).post(f"/shows/{show.id}/overlay/", sent)
    assert answer.status_code == 302
    layout = stored(show)
    assert layout["theme"] == "carta"
    assert layout["tall"]["chat"]["x"] == 0.125
    assert layout["wide"]["avatar"]["on"] is True
    assert layout["tall"]["captions"]["on"] is False


def test_the_untouched_form_changes_nothing(alice: User, show: Show, client_for: ClientFor) -> None:
    before = stored(show)
    client_for(alice).post(f"/shows/{show.id}/overlay/", entered())
    assert stored(show) == before


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"theme": "no-such"}, "Select a valid choice"),
        ({"tall-chat-x": "140"}, "less than or equal to 100"),
        ({"own_colors": "on", "accent": "#ffffff", "text": "#222222", "panel": "#111111"}, "hardly be read"),
        ({"own_colors": "on", "accent": "red", "text": "#222222", "panel": "#111111"}, "Choose all three"),
        ({"avatar": "own"}, "Choose a picture first"),
        ({"goal_target": "0"}, "greater than or equal to 1"),
    ],
)
def test_a_fault_is_named_and_nothing_is_saved(
    alice: User, show: Show, client_for: ClientFor, wrong: dict[str, str], words: str
) -> None:
    before = stored(show)
    client = client_for(alice)
    answer = client.post(f"/shows/{show.id}/overlay/", entered(**wrong), headers={"accept-language": "en"})
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert stored(show) == before


def test_the_default_comes_back_but_the_goal_stays(alice: User, show: Show, client_for: ClientFor) -> None:
    client = client_for(alice)
    client.post(f"/shows/{show.id}/overlay/", entered(theme="neon", goal_label="Mille!", goal_target="1000"))
    client.post(f"/shows/{show.id}/overlay/reset/")
    layout = stored(show)
    assert layout["theme"] == "vivavoce"
    assert layout["goal"] == {"kind": "follow", "target": 1000, "label": "Mille!"}


def test_the_preview_knows_no_address_and_may_be_framed_by_us_only(
    alice: User, show: Show, client_for: ClientFor
) -> None:
    answer = client_for(alice).get(f"/shows/{show.id}/overlay/preview/")
    assert show.overlay.token not in answer.content.decode()
    assert 'data-socket=""' in answer.content.decode()
    assert answer.headers["X-Frame-Options"] == "SAMEORIGIN"
    assert "frame-ancestors 'self'" in answer.headers["Content-Security-Policy"]
    assert "Virtual Host · AI" in answer.content.decode()


def test_a_picture_becomes_the_avatar_without_what_it_tells_beside(
    alice: User, show: Show, client_for: ClientFor
) -> None:
    told = chunk(b"tEXt", b"Location\0via Roma 1")
    upload = SimpleUploadedFile("../../me.svg", png(extra=told), content_type="image/svg+xml")
    answer = client_for(alice).post(f"/shows/{show.id}/overlay/", entered(avatar="own", picture=upload))
    assert answer.status_code == 302
    layout = stored(show)
    assert layout["avatar"] == "own"
    shown = Client().get(layout["picture"])
    assert shown.status_code == 200
    assert shown.headers["Content-Type"] == "image/png"
    assert shown.headers["X-Content-Type-Options"] == "nosniff"
    assert shown.content == png()


def test_a_new_picture_takes_the_place_of_the_old_one(
    transactional_db: None, alice: User, show: Show, client_for: ClientFor
) -> None:
    client = client_for(alice)
    for width in (20, 24):
        upload = SimpleUploadedFile("me.png", png(width), content_type="image/png")
        client.post(f"/shows/{show.id}/overlay/", entered(avatar="own", picture=upload))
        if width == 20:
            first = stored(show)["picture"]
    assert client.get(first).status_code == 404
    assert client.get(stored(show)["picture"]).status_code == 200


def test_an_unknown_picture_is_a_404(show: Show, client: Client) -> None:
    for name in ("x.png", "x.svg", "x.html"):
        assert client.get(f"/overlay/pictures/{show.overlay.id}/{name}").status_code == 404


SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
UNUSABLE = {
    "SVG": SVG,
    "HTML": b"<!doctype html><script>alert(1)</script>",
    "GIF": b"GIF89a" + b"\0" * 100,
    "nothing": b"",
    "a torn PNG": png()[:60],
    "a PNG with a wrong checksum": png()[:-6] + b"\0\0\0\0\0\0",
    "a PNG that unpacks to more than it says": png(rows=4_000),
    "a PNG that unpacks to less": png(rows=1),
    "a torn JPEG": b"\xff\xd8\xff\xe0\x00\x10JFIF",
    "a JPEG without an end": b"\xff\xd8\xff\xda\x00\x02" + b"\0" * 50,
    "a WebP of nothing": b"RIFF\x04\0\0\0WEBP",
    "a WebP with a length beyond its end": b"RIFF\xff\0\0\0WEBPVP8L\xff\xff\xff\x7f/",
}


@pytest.mark.parametrize("data", UNUSABLE.values(), ids=UNUSABLE.keys())
def test_what_is_no_picture_is_refused(alice: User, show: Show, client_for: ClientFor, data: bytes) -> None:
    upload = SimpleUploadedFile("me.png", data, content_type="image/png")
    answer = client_for(alice).post(f"/shows/{show.id}/overlay/", entered(avatar="own", picture=upload))
    assert answer.status_code == 422
    assert stored(show)["picture"] == ""


@pytest.mark.parametrize(
    ("data", "reason"),
    [(png(4_000, 16), "side"), (png(8, 8), "side"), (png(65_000, 65_000, rows=1), "side"), (b"x", "kind")],
)
def test_a_bomb_is_refused_by_its_size_before_it_is_unpacked(data: bytes, reason: str) -> None:
    with pytest.raises(UnusablePicture) as fault:
        read_picture(data)
    assert fault.value.reason == reason


def test_more_than_two_megabytes_are_refused() -> None:
    with pytest.raises(UnusablePicture) as fault:
        read_picture(png() + b"\0" * MAX_BYTES)
    assert fault.value.reason == "weight"


def test_a_jpeg_and_a_webp_keep_their_picture_only() -> None:
    frame = b"\xff\xc0\x00\x0b\x08\x00\x20\x00\x30\x01\x01\x11\x00"
    scan = b"\xff\xda\x00\x08\x01\x01\x00\x00\x3f\x00\x11\x22\xff\xd9"
    jpeg = read_picture(b"\xff\xd8\xff\xe1\x00\x08Exif\0\0" + frame + scan + b"PK\x03\x04 another file")
    assert (jpeg.kind, jpeg.width, jpeg.height) == ("jpg", 48, 32)
    assert jpeg.data == b"\xff\xd8" + frame + scan
    bits = (40 - 1) | (20 - 1) << 14
    picture = b"VP8L" + struct.pack("<IBI", 6, 0x2F, bits) + b"\0"
    body = b"WEBP" + b"EXIF" + struct.pack("<I", 4) + b"here" + picture
    webp = read_picture(b"RIFF" + struct.pack("<I", len(body)) + body + b"<script>")
    assert (webp.kind, webp.width, webp.height) == ("webp", 40, 20)
    assert b"here" not in webp.data
    assert b"script" not in webp.data

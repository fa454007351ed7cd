"""A picture comes out drawn anew: as it looked, the right way up, and with nothing else in it."""

import struct
import zlib
from collections.abc import Iterator
from io import BytesIO
from typing import Any

import numpy as np
import pytest
from PIL import ExifTags, Image, ImageCms

from overlay.editor.pictures import MAX_BYTES, SHOWN_SIDE, InvalidPicture, read_picture

SECRET = b"via Roma 1"
RED, BLUE, CLEAR = (220, 20, 20, 255), (20, 20, 220, 255), (0, 0, 0, 0)
SRGB = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
NEAR = 25  # what a lossy picture may differ by


def halves(
    mode: str = "RGBA", left: Any = RED, right: Any = BLUE, size: tuple[int, int] = (64, 32)
) -> Image.Image:
    picture = Image.new("RGBA", size, left)
    picture.paste(right, (size[0] // 2, 0, *size))
    return picture.convert(mode)


def sent(picture: Image.Image, kind: str = "PNG", **options: Any) -> bytes:
    file = BytesIO()
    picture.save(file, kind, **options)
    return file.getvalue()


def shown(data: bytes) -> Image.Image:
    picture = Image.open(BytesIO(read_picture(data).data), formats=["WEBP"])
    picture.load()
    return picture


def looks(picture: Image.Image, place: tuple[float, float]) -> list[int]:
    """Red, green, blue and alpha at a place, which is given in shares of the sides."""
    x, y = int(place[0] * picture.width), int(place[1] * picture.height)
    return [int(sample) for sample in np.asarray(picture.convert("RGBA"))[y, x]]


def assert_halves(picture: Image.Image, left: Any = RED, right: Any = BLUE) -> None:
    for x, color in ((0.25, left), (0.75, right)):
        assert looks(picture, (x, 0.5)) == pytest.approx(list(color), abs=NEAR)


def exif(**told: Any) -> Image.Exif:
    exif = Image.Exif()
    exif[ExifTags.Base.Make] = SECRET.decode()
    exif.get_ifd(ExifTags.IFD.GPSInfo)[ExifTags.GPS.GPSLatitude] = (45.0, 28.0, 0.0)
    for name, value in told.items():
        exif[ExifTags.Base[name]] = value
    return exif


def parts_of(webp: bytes) -> Iterator[bytes]:
    at = 12
    while at < len(webp):
        name, length = struct.unpack_from("<4sI", webp, at)
        yield name
        at += 8 + length + length % 2


def png_of_size(width: int, height: int, *, colors: int = 2) -> bytes:
    """A PNG that says so and holds next to nothing. `colors` 3 would be a palette's, which it lacks."""

    def chunk(name: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    head = struct.pack(">IIBBBBB", width, height, 8, colors, 0, 0, 0)
    parts = chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"\0" * 10_000)) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + parts


def webp_of_size(width: int, height: int) -> bytes:
    """A film in WebP whose canvas is said to be so large, and whose frames are small."""
    film = sent(halves(), "WEBP", save_all=True, append_images=[halves(left=BLUE)])
    assert film[12:16] == b"VP8X"
    return film[:24] + (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little") + film[30:]


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_a_picture_looks_as_it_did(kind: str) -> None:
    picture = shown(sent(halves("RGB"), kind))
    assert (picture.size, picture.mode) == ((64, 32), "RGB")
    assert_halves(picture)


@pytest.mark.parametrize(
    ("mode", "kind"), [("P", "PNG"), ("CMYK", "JPEG"), ("RGBA", "PNG"), ("RGBA", "WEBP")]
)
def test_its_colours_are_kept_however_they_were_written(mode: str, kind: str) -> None:
    assert_halves(shown(sent(halves(mode), kind)))


@pytest.mark.parametrize(("mode", "kind"), [("1", "PNG"), ("L", "PNG"), ("LA", "PNG"), ("L", "JPEG")])
def test_grey_stays_grey(mode: str, kind: str) -> None:
    black, white = (0, 0, 0, 255), (255, 255, 255, 255)
    assert_halves(shown(sent(halves(mode, black, white), kind)), black, white)


def test_sixteen_bits_become_eight_and_are_not_clipped() -> None:
    levels = np.full((32, 64), 0x4000, np.uint16)
    levels[:, 32:] = 0xC000
    picture = shown(sent(Image.fromarray(levels)))
    assert_halves(picture, (0x40, 0x40, 0x40, 255), (0xC0, 0xC0, 0xC0, 255))


def test_what_is_clear_stays_clear() -> None:
    clear = {
        "alpha": sent(halves(right=CLEAR)),
        "a grey one's": sent(halves("LA", RED, CLEAR)),
        "a palette's": sent(halves(right=CLEAR).quantize(8)),
        "one colour": sent(halves("RGB", right=(0, 0, 0, 255)), transparency=(0, 0, 0), icc_profile=SRGB),
        "a WebP's": sent(halves(right=CLEAR), "WEBP"),
    }
    for name, data in clear.items():
        picture = shown(data)
        assert looks(picture, (0.25, 0.5))[3] == 255, name
        assert looks(picture, (0.75, 0.5))[3] == 0, name


def test_a_photo_of_a_phone_is_made_small() -> None:
    photo = halves("RGB", size=(4_032, 3_024))
    for data in (sent(photo, "JPEG"), sent(photo)):
        picture = shown(data)
        assert picture.size == (SHOWN_SIDE, SHOWN_SIDE * 3 // 4)
        assert_halves(picture)
    assert shown(sent(Image.new("RGB", (8_000, 16)))).size == (SHOWN_SIDE, 2)


# What the camera held sideways, by its EXIF word for it, and where the red left half is then seen.
@pytest.mark.parametrize(
    ("orientation", "red", "size"),
    [
        (1, (0.25, 0.5), (64, 32)),
        (2, (0.75, 0.5), (64, 32)),
        (3, (0.75, 0.5), (64, 32)),
        (4, (0.25, 0.5), (64, 32)),
        (5, (0.5, 0.25), (32, 64)),
        (6, (0.5, 0.25), (32, 64)),
        (7, (0.5, 0.75), (32, 64)),
        (8, (0.5, 0.75), (32, 64)),
    ],
)
@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_it_stands_the_right_way_up(
    kind: str, orientation: int, red: tuple[float, float], size: tuple[int, int]
) -> None:
    picture = shown(sent(halves("RGB"), kind, exif=exif(Orientation=orientation)))
    assert picture.size == size
    assert looks(picture, red) == pytest.approx(list(RED), abs=NEAR)


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_nothing_but_the_picture_is_kept(kind: str) -> None:
    beside = {"exif": exif(Orientation=6), "icc_profile": SRGB, "xmp": b"<x>" + SECRET + b"</x>"}
    if kind == "JPEG":
        beside["comment"] = SECRET
    data = sent(halves("RGBA" if kind != "JPEG" else "RGB"), kind, **beside)
    assert SECRET in data
    kept = read_picture(data).data
    assert SECRET not in kept
    assert set(parts_of(kept)) <= {b"VP8X", b"ALPH", b"VP8 "}
    assert not Image.open(BytesIO(kept)).getexif()


def test_what_a_camera_wrote_wrongly_beside_it_costs_nothing() -> None:
    told = exif(Orientation=6).tobytes()
    words, fraction = (
        struct.pack(">HHI", ExifTags.Base.Make, *kind) for kind in ((2, len(SECRET) + 1), (5, 1))
    )
    assert words in told
    picture = shown(sent(halves("RGB"), "JPEG", exif=told.replace(words, fraction)))
    assert picture.size == (32, 64)


def test_other_files_behind_a_picture_are_left_behind() -> None:
    for behind in (b"<script>alert(1)</script>", b"PK\x03\x04" + SECRET):
        for kind in ("PNG", "JPEG", "WEBP"):
            kept = read_picture(sent(halves("RGB"), kind) + behind).data
            assert behind not in kept
            assert kept[:4] == b"RIFF"


@pytest.mark.parametrize("kind", ["PNG", "WEBP"])
def test_of_a_film_the_first_picture_is_kept(kind: str) -> None:
    film = sent(halves(), kind, save_all=True, append_images=[halves(left=BLUE, right=RED)] * 3, duration=100)
    assert getattr(Image.open(BytesIO(film)), "n_frames", 1) > 1
    picture = shown(film)
    assert not getattr(picture, "is_animated", False)
    assert_halves(picture)


def test_of_a_photo_in_two_the_first_is_kept() -> None:
    assert_halves(shown(sent(halves("RGB"), "MPO", save_all=True, append_images=[halves("RGB", BLUE, RED)])))


def test_colours_of_another_space_look_as_they_did() -> None:
    # With the tags of red and green changed about it is a space in which red is green.
    swapped = SRGB.replace(b"rXYZ", b"tmp!").replace(b"gXYZ", b"rXYZ").replace(b"tmp!", b"gXYZ")
    picture = shown(sent(Image.new("RGB", (32, 32), (255, 0, 0)), icc_profile=swapped))
    assert looks(picture, (0.5, 0.5)) == pytest.approx([0, 255, 0, 255], abs=NEAR)


@pytest.mark.parametrize("profile", [b"no profile", b"\0" * 200])
def test_a_profile_that_is_none_costs_nothing(profile: bytes) -> None:
    assert_halves(shown(sent(halves("RGB"), icc_profile=profile)))


PNG, JPEG, WEBP = (sent(halves("RGB"), kind) for kind in ("PNG", "JPEG", "WEBP"))
NO_PICTURES = {
    "nothing": b"",
    "SVG": b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>',
    "HTML": b"<!doctype html><script>alert(1)</script>",
    "GIF": sent(halves("RGB"), "GIF"),
    "TIFF": sent(halves("RGB"), "TIFF"),
    "AVIF": sent(halves("RGB"), "AVIF"),
    "a torn PNG": PNG[:-40],
    "a torn JPEG": JPEG[: len(JPEG) // 2],
    "a torn WebP": WEBP[: len(WEBP) // 2],
    "a PNG without its pixels": png_of_size(100, 100)[:33],
    "a PNG of fewer pixels than it says": png_of_size(100, 100),
    "a PNG with a wrong checksum": PNG[:20] + b"\xff" + PNG[21:],
    "a PNG without its palette": png_of_size(20, 20, colors=3),
    "a JPEG of a header alone": b"\xff\xd8\xff\xe0\x00\x10JFIF",
    "a WebP of nothing": b"RIFF\x04\0\0\0WEBP",
}


@pytest.mark.parametrize("data", NO_PICTURES.values(), ids=NO_PICTURES.keys())
def test_what_is_no_picture_or_damaged_is_refused(data: bytes) -> None:
    with pytest.raises(InvalidPicture) as fault:
        read_picture(data)
    assert fault.value.reason == "kind"


@pytest.mark.parametrize(
    "data",
    [
        sent(Image.new("RGB", (1, 1))),
        sent(Image.new("RGB", (15, 64))),
        png_of_size(8_001, 16),
        png_of_size(6_000, 5_000),
        png_of_size(12_000, 12_000),
        png_of_size(65_000, 65_000),
        webp_of_size(7_000, 7_000),
        webp_of_size(16_000, 16_000),
    ],
    ids=["a dot", "narrow", "wide", "30 MP", "144 MP", "4 GP", "a WebP of 49 MP", "a WebP of 256 MP"],
)
def test_a_bomb_is_refused_by_its_header(data: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("overlay.editor.pictures._redraw", lambda sent: pytest.fail("its pixels were read"))
    with pytest.raises(InvalidPicture) as fault:
        read_picture(data)
    assert fault.value.reason == "side"


def test_more_than_eight_megabytes_are_refused() -> None:
    with pytest.raises(InvalidPicture) as fault:
        read_picture(PNG + b"\0" * MAX_BYTES)
    assert fault.value.reason == "weight"

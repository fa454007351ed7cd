"""Converts an uploaded picture to a small WebP.

Only pixels are kept: no metadata, no appended file. Of an animation only the first frame is used.
"""

from dataclasses import dataclass
from io import BytesIO
from threading import Lock
from typing import Final

from PIL import Image, ImageCms, ImageOps
from PIL.ImageFile import ImageFile

FORMATS: Final = ("PNG", "JPEG", "WEBP")
MAX_BYTES: Final = 8 * 1024 * 1024
MIN_SIDE: Final = 16
MAX_SIDE: Final = 8_000
MAX_PIXELS: Final = 25_000_000  # the size of a phone's photo
SHOWN_SIDE: Final = 1_024  # the largest size that an overlay shows
QUALITY: Final = 90
KIND: Final = "webp"
# The first two are of old pictures, stored without conversion.
CONTENT_TYPES: Final = {"png": "image/png", "jpg": "image/jpeg", KIND: "image/webp"}

SCALABLE: Final = ("L", "RGB", "RGBA", "CMYK")  # Pillow modes that can be scaled
SRGB: Final = ImageCms.createProfile("sRGB")

# The largest need 0.5 GB of memory while they are read: one at a time.
_reading = Lock()


class InvalidPicture(ValueError):
    """Raised for a file that is no PNG, JPEG or WebP of a valid size.

    `reason` is `kind`, `weight` (too many bytes) or `side` (too many or too few pixels).
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Picture:
    """A converted picture. `kind` is a key of `CONTENT_TYPES`."""

    kind: str
    data: bytes


def read_picture(data: bytes) -> Picture:
    """Return the converted picture; raise `InvalidPicture`. The largest take two seconds."""
    if len(data) > MAX_BYTES:
        raise InvalidPicture("weight")
    try:
        with _reading, Image.open(BytesIO(data), formats=FORMATS) as sent:
            _check_size(*sent.size)
            shown = _redraw(sent)
    except InvalidPicture:
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise InvalidPicture("side") from error
    except Exception as error:  # Pillow raises many exception types for damaged files
        raise InvalidPicture("kind") from error
    drawn = BytesIO()
    shown.save(drawn, "WEBP", quality=QUALITY)
    return Picture(KIND, drawn.getvalue())


def _check_size(width: int, height: int) -> None:
    # Only the header has been read: check the size before the pixels are decoded.
    if not MIN_SIDE <= min(width, height) <= max(width, height) <= MAX_SIDE or width * height > MAX_PIXELS:
        raise InvalidPicture("side")


def _redraw(sent: ImageFile) -> Image.Image:
    """Return the picture upright, at most `SHOWN_SIDE` wide and high, in sRGB."""
    whole = sent if sent.mode in SCALABLE and "transparency" not in sent.info else _convert(sent)
    whole.thumbnail((SHOWN_SIDE, SHOWN_SIDE), Image.Resampling.LANCZOS)
    return _convert(_in_srgb(_turn_upright(whole)))


def _turn_upright(picture: Image.Image) -> Image.Image:
    picture.getexif()  # the picture caches it from here on
    # Other EXIF tags would be written again, and some cameras' values cannot be.
    picture.info.pop("exif", None)
    return ImageOps.exif_transpose(picture)


def _convert(picture: Image.Image) -> Image.Image:
    """Return a picture with 8 bits a channel, with alpha if it needs it."""
    if picture.mode == "I;16":
        picture = picture.point(lambda level: level / 256).convert(
            "L"
        )  # `convert` alone would clip the values
    return picture.convert("RGBA" if picture.has_transparency_data else "RGB")


def _in_srgb(picture: Image.Image) -> Image.Image:
    profile = picture.info.get("icc_profile")
    if not profile:
        return picture
    mode = "RGBA" if picture.mode == "RGBA" else "RGB"
    try:
        return ImageCms.profileToProfile(picture, BytesIO(profile), SRGB, outputMode=mode) or picture
    except ImageCms.PyCMSError:  # an invalid profile, or one of another mode
        return picture

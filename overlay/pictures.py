"""A streamer's picture before it is kept: bytes go in, a still picture that was drawn anew comes out.

Only its pixels go on: no place where it was taken, no other file behind it. Of a film it is the first frame.
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
MAX_PIXELS: Final = 25_000_000  # what a phone's camera makes
SHOWN_SIDE: Final = 1_024  # as large as an overlay shows one
QUALITY: Final = 90
KIND: Final = "webp"
# The first two are of pictures that were kept as they came.
CONTENT_TYPES: Final = {"png": "image/png", "jpg": "image/jpeg", KIND: "image/webp"}

SCALABLE: Final = ("L", "RGB", "RGBA", "CMYK")  # the modes of Pillow in which a picture is made smaller
SRGB: Final = ImageCms.createProfile("sRGB")

# The largest take 0.5 GB while they are read: one at a time.
_reading = Lock()


class UnusablePicture(ValueError):
    """Raised for what is no PNG, JPEG or WebP of a sensible size; `reason` is `kind`, `weight` or `side`."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture that may be shown. `kind` is a key of `CONTENT_TYPES`."""

    kind: str
    data: bytes


def read_picture(data: bytes) -> Picture:
    """Return the picture as it is shown; raise `UnusablePicture`. The largest take two seconds."""
    if len(data) > MAX_BYTES:
        raise UnusablePicture("weight")
    try:
        with _reading, Image.open(BytesIO(data), formats=FORMATS) as sent:
            _check_size(*sent.size)
            shown = _redraw(sent)
    except UnusablePicture:
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise UnusablePicture("side") from error
    except Exception as error:  # what is damaged makes Pillow raise almost anything
        raise UnusablePicture("kind") from error
    drawn = BytesIO()
    shown.save(drawn, "WEBP", quality=QUALITY)
    return Picture(KIND, drawn.getvalue())


def _check_size(width: int, height: int) -> None:
    # Only the header was read so far: a bomb waits for more.
    if not MIN_SIDE <= min(width, height) <= max(width, height) <= MAX_SIDE or width * height > MAX_PIXELS:
        raise UnusablePicture("side")


def _redraw(sent: ImageFile) -> Image.Image:
    """Return the picture the right way up, no larger than it is shown, in the colours of the web."""
    whole = sent if sent.mode in SCALABLE and "transparency" not in sent.info else _convert(sent)
    whole.thumbnail((SHOWN_SIDE, SHOWN_SIDE), Image.Resampling.LANCZOS)
    return _convert(_in_srgb(_turn_upright(whole)))


def _turn_upright(picture: Image.Image) -> Image.Image:
    picture.getexif()  # kept by the picture from here on
    # What stands beside the orientation would be written anew, and some cameras' words cannot be.
    picture.info.pop("exif", None)
    return ImageOps.exif_transpose(picture)


def _convert(picture: Image.Image) -> Image.Image:
    """Return a picture of 8 bits a sample, with alpha where it is needed."""
    if picture.mode == "I;16":
        picture = picture.point(lambda level: level / 256).convert("L")  # a conversion alone would clip
    return picture.convert("RGBA" if picture.has_transparency_data else "RGB")


def _in_srgb(picture: Image.Image) -> Image.Image:
    profile = picture.info.get("icc_profile")
    if not profile:
        return picture
    mode = "RGBA" if picture.mode == "RGBA" else "RGB"
    try:
        return ImageCms.profileToProfile(picture, BytesIO(profile), SRGB, outputMode=mode) or picture
    except ImageCms.PyCMSError:  # no profile, or not one of this picture
        return picture

"""Builds pictures from encoded stripes: what did not change is repeated by a few bytes."""

from collections.abc import Mapping
from dataclasses import dataclass

from encoder import flv, h264
from encoder.flv import FlvTag
from encoder.pictures.format import PictureFormat
from encoder.pictures.slices import IntraSlice, intra_slice, key_slice, sequence_set, skip_slice


@dataclass(frozen=True, slots=True)
class SplicedPicture:
    """The units of one picture, and whether a decoder can begin with it."""

    units: tuple[bytes, ...]
    is_key: bool


class Splicer:
    """Gives one picture after the other. All stripes must be known before the first."""

    def __init__(self, form: PictureFormat, picture_set: bytes, stripes: list[IntraSlice]) -> None:
        if len(stripes) != form.stripes:
            raise ValueError("A picture needs all of its stripes.")
        self._form, self._picture_set = form, picture_set
        self._stripes = list(stripes)
        self._changed: set[int] = set()
        self._number = 0  # since the last key picture
        self._key_id = 0

    @property
    def configuration(self) -> FlvTag:
        """The tag that configures a decoder."""
        form = self._form
        sequence = sequence_set(form.width, form.height, form.frame_rate)
        return flv.video_configuration(h264.avc_config(sequence, self._picture_set))

    def replace(self, stripes: Mapping[int, IntraSlice]) -> None:
        """Show other stripes from the next picture on."""
        for at, stripe in stripes.items():
            if self._stripes[at] != stripe:
                self._stripes[at] = stripe
                self._changed.add(at)

    def next_picture(self, *, is_key: bool) -> SplicedPicture:
        """Return the next picture. The first one must be a key picture."""
        picture = SplicedPicture(tuple(self._key_units() if is_key else self._units()), is_key)
        self._changed.clear()
        return picture

    def _key_units(self) -> list[bytes]:
        self._number, self._key_id = 0, 1 - self._key_id
        step = self._form.stripe_macroblocks
        return [key_slice(stripe, at * step, self._key_id) for at, stripe in enumerate(self._stripes)]

    def _units(self) -> list[bytes]:
        self._number += 1
        step, units, at = self._form.stripe_macroblocks, [], 0
        for changed in sorted(self._changed):
            if changed > at:
                units.append(skip_slice(at * step, (changed - at) * step, self._number))
            units.append(intra_slice(self._stripes[changed], changed * step, self._number))
            at = changed + 1
        if at < self._form.stripes:
            units.append(skip_slice(at * step, (self._form.stripes - at) * step, self._number))
        return units

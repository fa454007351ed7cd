"""Draws the six moving backgrounds that we ship. They are made when they are first used, always the same.

Everything that moves goes round a whole number of times, so the last frame leads to the first without a jump.
Frames are drawn small and soft; the encoder enlarges them smoothly.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Field = NDArray[np.float32]
Color = tuple[int, int, int]

SHORT_SIDE = 180
SEED = 11
NEAR, FAR = (60, 150, 160), (8, 30, 52)  # the first and the last wave


@dataclass(frozen=True, slots=True)
class Canvas:
    """Coordinates of the pixels: from -1 to 1 along the shorter side, and further along the longer one."""

    x: Field
    y: Field

    @property
    def height(self) -> Field:
        """From 0 at the top to 1 at the foot."""
        reach = float(self.y.max())
        return (self.y + reach) / (2 * reach)


Draw = Callable[[Canvas, float], Field]


def frame_size(width: int, height: int) -> tuple[int, int]:
    """Return the size in which frames for a picture are drawn; both sides are even."""
    scale = SHORT_SIDE / min(width, height)
    return 2 * round(width * scale / 2), 2 * round(height * scale / 2)


def frames(key: str, width: int, height: int, count: int) -> Iterator[bytes]:
    """Yield one turn of a background as RGB frames of `frame_size`; raise `KeyError` for an unknown one."""
    draw = BACKGROUNDS[key]
    columns, rows = frame_size(width, height)
    short = min(columns, rows)
    x = (np.arange(columns, dtype=np.float32) - (columns - 1) / 2) / (short / 2)
    y = (np.arange(rows, dtype=np.float32) - (rows - 1) / 2) / (short / 2)
    canvas = Canvas(np.broadcast_to(x, (rows, columns)), np.broadcast_to(y[:, np.newaxis], (rows, columns)))
    for number in range(count):
        turn = 2 * np.pi * number / count
        yield np.clip(np.rint(draw(canvas, turn)), 0, 255).astype(np.uint8).tobytes()


def _rgb(color: Color) -> Field:
    return np.asarray(color, dtype=np.float32)


def _mix(low: Color, high: Color, part: Field) -> Field:
    """Return colours between two, of shape (rows, columns, 3)."""
    share = np.clip(part, 0, 1)[..., np.newaxis]
    return np.asarray(_rgb(low) * (1 - share) + _rgb(high) * share, dtype=np.float32)


def _add(ground: Field, color: Color, light: Field) -> Field:
    return np.asarray(ground + light[..., np.newaxis] * _rgb(color), dtype=np.float32)


def _step(field: Field) -> Field:
    """Return a soft step from 0 to 1 where a field passes zero."""
    return np.asarray(1 / (1 + np.exp(-np.clip(field, -30, 30))), dtype=np.float32)


def _aurora(canvas: Canvas, turn: float) -> Field:
    """Curtains of green and blue light over a night sky."""
    picture = _mix((6, 10, 26), (12, 38, 52), canvas.height)
    for number, color in enumerate(((40, 190, 150), (60, 120, 220), (130, 80, 200))):
        wave = 0.35 * np.sin(1.7 * canvas.x + turn + 2.1 * number) + 0.2 * np.sin(
            3.1 * canvas.x - turn + number
        )
        above = canvas.y + 0.55 - 0.4 * number - wave
        light = np.exp(-np.square(above / np.where(above < 0, 0.5, 0.16)))
        picture = _add(picture, color, 0.55 * light * (0.75 + 0.25 * np.sin(5 * canvas.x - 2 * turn)))
    return picture


def _bokeh(canvas: Canvas, turn: float) -> Field:
    """Soft round lights that drift in the dark."""
    chance = np.random.default_rng(SEED)
    picture = _mix((22, 12, 30), (60, 24, 44), canvas.height)
    reach_x, reach_y = float(canvas.x.max()), float(canvas.y.max())
    for _ in range(26):
        place = chance.uniform(-reach_x, reach_x), chance.uniform(-reach_y, reach_y)
        size, phase, speed = chance.uniform(0.08, 0.3), chance.uniform(0, 6.28), int(chance.integers(1, 3))
        color = ((255, 180, 90), (240, 110, 130), (255, 220, 170))[int(chance.integers(0, 3))]
        x = canvas.x - float(place[0] + 0.12 * np.sin(turn + phase))
        y = canvas.y - float(place[1] + 0.12 * np.cos(turn + phase))
        distance = np.sqrt(x * x + y * y) / float(size)
        disc = _step(14 * (1 - distance))
        picture = _add(picture, color, disc * float(0.16 + 0.1 * np.sin(speed * turn + phase)))
    return picture


def _waves(canvas: Canvas, turn: float) -> Field:
    """Layers of calm water from teal to night blue."""
    picture = _mix((20, 60, 84), (120, 190, 196), 1 - canvas.height)
    for number in range(6):
        share = number / 5
        color = _rgb(NEAR) * (1 - share) + _rgb(FAR) * share
        line = (
            float(canvas.y.max()) * (-0.45 + 0.28 * number)
            + 0.1 * np.sin((1.4 + 0.3 * number) * canvas.x + (turn if number % 2 else -turn) + 1.7 * number)
            + 0.04 * np.sin(3.3 * canvas.x + 2 * turn + number)
        )
        cover = _step(90 * (canvas.y - line))
        blend = picture * (1 - cover[..., np.newaxis]) + color * cover[..., np.newaxis]
        picture = np.asarray(blend, dtype=np.float32)
    return picture


def _stage(canvas: Canvas, turn: float) -> Field:
    """Beams of coloured light that swing over a dark stage."""
    picture = _mix((10, 10, 22), (26, 16, 40), canvas.height)
    top = float(canvas.y.max()) + 0.25
    for number, color in enumerate(((255, 90, 120), (90, 150, 255), (255, 190, 90), (120, 90, 255))):
        angle = 0.4 * np.sin(turn + 1.6 * number) + 0.18 * (number - 1.5)
        x, y = canvas.x - 0.5 * (number - 1.5), canvas.y + top
        beside = (x * np.cos(angle) - y * np.sin(angle)) / (0.08 + 0.2 * y)
        picture = _add(picture, color, 0.5 * np.exp(-np.square(beside)) * np.exp(-0.75 * y))
    floor = np.exp(-np.square((canvas.y - float(canvas.y.max())) / 0.5))
    return _add(picture, (70, 60, 130), 0.5 * floor * (0.85 + 0.15 * np.sin(turn)))


def _sunset(canvas: Canvas, turn: float) -> Field:
    """A low sun between slow clouds."""
    picture = _mix((44, 30, 84), (244, 128, 92), canvas.height * 1.25)
    pulse = 1 + 0.03 * np.sin(turn)
    distance = np.hypot(canvas.x, canvas.y - 0.3) / pulse
    picture = _add(picture, (255, 190, 110), 0.55 * np.exp(-np.square(distance / 0.9)))
    sun = _step(60 * (0.38 - distance))
    picture = picture * (1 - sun[..., np.newaxis]) + _rgb((255, 226, 160)) * sun[..., np.newaxis]
    for number in range(5):
        middle = -0.35 + 0.32 * number
        wave = 0.05 * np.sin(2.2 * canvas.x + turn * (1 if number % 2 else -1) + 2.4 * number)
        light = np.exp(-np.square((canvas.y - middle - wave) / (0.05 + 0.012 * number)))
        fade = 0.5 + 0.5 * np.sin(1.3 * canvas.x - turn * (1 if number % 2 else -1) + number)
        cover = (0.5 * light * fade)[..., np.newaxis]
        picture = picture * (1 - cover) + _rgb((126, 58, 104)) * cover
    return np.asarray(picture, dtype=np.float32)


def _studio(canvas: Canvas, turn: float) -> Field:
    """A quiet studio wall in ink, with a teal and an amber light."""
    picture = _mix((20, 25, 36), (10, 13, 20), canvas.height)
    for color, x, y, size, phase in (
        ((18, 165, 148), -0.75, -0.6, 0.95, 0.0),
        ((242, 162, 13), 0.85, 0.75, 0.7, 2.0),
    ):
        at_x, at_y = x + 0.14 * np.sin(turn + phase), y + 0.14 * np.cos(turn + phase)
        distance = np.hypot(canvas.x - at_x, canvas.y - at_y)
        picture = _add(picture, color, 0.5 * np.exp(-np.square(distance / size)))
    lines = 0.5 + 0.5 * np.cos(canvas.x * 2 * np.pi * 4)
    return picture * np.asarray(0.94 + 0.06 * lines, dtype=np.float32)[..., np.newaxis]


BACKGROUNDS: dict[str, Draw] = {
    "studio": _studio,
    "aurora": _aurora,
    "bokeh": _bokeh,
    "waves": _waves,
    "stage": _stage,
    "sunset": _sunset,
}
DEFAULT_BACKGROUND = "studio"

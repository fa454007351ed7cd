"""Draws the overlay's drawings: the part of SVG that its avatars and symbols use.

Paths with straight lines, cubic curves and arcs, rectangles, circles and ellipses; filled or stroked with
round ends. Source of the arcs' arithmetic: SVG 1.1, appendix F.6.5.
"""

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from xml.etree import ElementTree

from PIL import Image, ImageChops, ImageDraw

Point = tuple[float, float]
Color = tuple[int, int, int]

CURVE_STEPS = 12
ARC_STEP = math.pi / 16
FINER = 4  # drawn so many times larger, for smooth edges
_TOKEN = re.compile(r"([A-Za-z])|(-?(?:\d+\.?\d*|\.\d+))")
_ARGUMENTS = {"M": 2, "L": 2, "H": 1, "V": 1, "C": 6, "S": 4, "A": 7, "Z": 0}


@dataclass(frozen=True, slots=True)
class Shape:
    """Outlines in the drawing's units. `group` is the class of the group that it belongs to."""

    outlines: tuple[tuple[Point, ...], ...]
    fill: Color | None
    stroke: Color | None
    stroke_width: float
    opacity: float
    group: str


@dataclass(frozen=True, slots=True)
class Drawing:
    """Shapes from the lowest to the highest, and the size of their canvas, in units."""

    width: float
    height: float
    shapes: tuple[Shape, ...]

    def scaled(self, group: str, x: float, y: float, *, origin: float) -> "Drawing":
        """Return the drawing with a group scaled around a point: its middle, `origin` of its height down."""
        points = [p for shape in self.shapes if shape.group == group for line in shape.outlines for p in line]
        if not points:
            return self
        left, right = min(p[0] for p in points), max(p[0] for p in points)
        top, bottom = min(p[1] for p in points), max(p[1] for p in points)
        center = (left + right) / 2, top + origin * (bottom - top)
        return replace(
            self,
            shapes=tuple(
                _scaled(shape, center, x, y) if shape.group == group else shape for shape in self.shapes
            ),
        )


def _scaled(shape: Shape, center: Point, x: float, y: float) -> Shape:
    return replace(
        shape,
        outlines=tuple(
            tuple((center[0] + x * (p[0] - center[0]), center[1] + y * (p[1] - center[1])) for p in line)
            for line in shape.outlines
        ),
    )


def read_drawing(text: str, color: Color = (255, 255, 255)) -> Drawing:
    """Return the drawing of an SVG file or symbol of ours; `color` stands for `currentColor`."""
    root = ElementTree.fromstring(text)  # noqa: S314 - our own files only
    _left, _top, width, height = map(float, root.attrib["viewBox"].split())
    return Drawing(width, height, tuple(_shapes(root, {}, color)))


def _shapes(element: ElementTree.Element, inherited: dict[str, str], color: Color) -> Iterator[Shape]:
    own = {**inherited, **element.attrib}
    if element.get("opacity") and "opacity" in inherited:
        own["opacity"] = str(float(inherited["opacity"]) * float(element.attrib["opacity"]))
    outlines = tuple(_outlines(element))
    if outlines:
        yield Shape(
            outlines,
            _color(own.get("fill", "#000"), color),
            _color(own.get("stroke", "none"), color),
            float(own.get("stroke-width", 1)),
            float(own.get("opacity", 1)),
            own.get("class", ""),
        )
    for child in element:
        yield from _shapes(child, own, color)


def _color(text: str, current: Color) -> Color | None:
    if text == "none":
        return None
    if text.lower() == "currentcolor":
        return current
    digits = text.lstrip("#")
    if len(digits) == 3:
        digits = "".join(2 * digit for digit in digits)
    return int(digits[:2], 16), int(digits[2:4], 16), int(digits[4:6], 16)


def _outlines(element: ElementTree.Element) -> Iterator[tuple[Point, ...]]:
    name = element.tag.rpartition("}")[2]
    number = {key: float(value) for key, value in element.attrib.items() if key in _NUMBERS}
    if name == "path":
        yield from read_path(element.attrib["d"])
    elif name in ("circle", "ellipse"):
        rx = number.get("rx", number.get("r", 0.0))
        yield tuple(_ellipse(number["cx"], number["cy"], rx, number.get("ry", number.get("r", rx))))
    elif name == "rect":
        yield tuple(_rectangle(number))


_NUMBERS = frozenset({"cx", "cy", "r", "rx", "ry", "x", "y", "width", "height"})


def _ellipse(
    cx: float, cy: float, rx: float, ry: float, begin: float = 0.0, turn: float = math.tau
) -> Iterator[Point]:
    steps = max(2, math.ceil(abs(turn) / ARC_STEP))
    for step in range(steps + 1):
        angle = begin + turn * step / steps
        yield cx + rx * math.cos(angle), cy + ry * math.sin(angle)


def _rectangle(number: dict[str, float]) -> Iterator[Point]:
    x, y, w, h = (number.get(name, 0.0) for name in ("x", "y", "width", "height"))
    r = min(number.get("rx", 0.0), w / 2, h / 2)
    quarter = math.pi / 2
    yield from _ellipse(x + w - r, y + r, r, r, -quarter, quarter)
    yield from _ellipse(x + w - r, y + h - r, r, r, 0, quarter)
    yield from _ellipse(x + r, y + h - r, r, r, quarter, quarter)
    yield from _ellipse(x + r, y + r, r, r, 2 * quarter, quarter)


def read_path(data: str) -> Iterator[tuple[Point, ...]]:
    """Yield the outlines of a path's `d`, with curves as short lines."""
    line: list[Point] = []
    control: Point | None = None
    for command, values in _commands(data):
        kind = command.upper()
        if kind == "M" and line:
            yield tuple(line)
            line = []
        start = line[-1] if line else (0.0, 0.0)
        if kind == "Z":
            if line:
                line.append(line[0])
            continue
        values = _absolute(kind, values, start) if command.islower() else values
        if kind == "C":
            line += _curve(start, *_pairs(values))
        elif kind == "S":
            first = (2 * start[0] - control[0], 2 * start[1] - control[1]) if control else start
            line += _curve(start, first, *_pairs(values))
        elif kind == "A":
            line += _arc(start, values)
        elif kind in "HV":
            line.append((values[0], start[1]) if kind == "H" else (start[0], values[0]))
        else:
            line.append((values[0], values[1]))
        control = (values[-4], values[-3]) if kind in "CS" else None
    if line:
        yield tuple(line)


def _commands(data: str) -> Iterator[tuple[str, list[float]]]:
    command, values = "", list[float]()
    for letter, number in _TOKEN.findall(data):
        if letter:
            command, values = letter, []
        else:
            values.append(float(number))
        wanted = _ARGUMENTS[command.upper()]
        if len(values) == wanted:
            yield command, values
            values = []
            if command in "Mm":
                command = "L" if command == "M" else "l"


def _absolute(kind: str, values: list[float], start: Point) -> list[float]:
    if kind == "H":
        return [values[0] + start[0]]
    if kind == "V":
        return [values[0] + start[1]]
    if kind == "A":
        return [*values[:5], values[5] + start[0], values[6] + start[1]]
    return [value + start[at % 2] for at, value in enumerate(values)]


def _pairs(values: list[float]) -> list[Point]:
    return list(zip(values[::2], values[1::2], strict=True))


def _curve(a: Point, b: Point, c: Point, d: Point) -> Iterator[Point]:
    for step in range(1, CURVE_STEPS + 1):
        t = step / CURVE_STEPS
        weights = (1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t * t * (1 - t), t**3
        yield (
            sum(weight * point[0] for weight, point in zip(weights, (a, b, c, d), strict=True)),
            sum(weight * point[1] for weight, point in zip(weights, (a, b, c, d), strict=True)),
        )


def _arc(start: Point, values: list[float]) -> Iterator[Point]:
    """Yield the points of an arc of an unrotated ellipse."""
    rx, ry, _rotation, large, sweep, x, y = values
    if not rx or not ry or start == (x, y):
        yield x, y
        return
    half = (start[0] - x) / 2, (start[1] - y) / 2
    grow = math.sqrt(max(1.0, (half[0] / rx) ** 2 + (half[1] / ry) ** 2))
    rx, ry = rx * grow, ry * grow
    past = (rx * half[1]) ** 2 + (ry * half[0]) ** 2
    factor = math.sqrt(max(0.0, (rx * ry) ** 2 - past) / past) * (-1 if large == sweep else 1)
    cx, cy = factor * rx * half[1] / ry, -factor * ry * half[0] / rx
    begin = math.atan2((half[1] - cy) / ry, (half[0] - cx) / rx)
    end = math.atan2((-half[1] - cy) / ry, (-half[0] - cx) / rx)
    turn = end - begin
    if sweep and turn < 0:
        turn += math.tau
    elif not sweep and turn > 0:
        turn -= math.tau
    middle = cx + (start[0] + x) / 2, cy + (start[1] + y) / 2
    yield from list(_ellipse(*middle, rx, ry, begin, turn))[1:]


def draw(drawing: Drawing, width: int, height: int) -> Image.Image:
    """Return a drawing as RGBA, as large as fits into a box, in its middle."""
    picture = Image.new("RGBA", (width, height))
    scale = FINER * min(width / drawing.width, height / drawing.height)
    shift = (FINER * width - scale * drawing.width) / 2, (FINER * height - scale * drawing.height) / 2
    for shape in drawing.shapes:
        lines = [[(shift[0] + scale * x, shift[1] + scale * y) for x, y in line] for line in shape.outlines]
        for color, mask in _masks(shape, lines, scale, (FINER * width, FINER * height)):
            layer = Image.new("RGBA", picture.size, (*color, 0))
            layer.putalpha(mask.reduce(FINER).point(lambda value, part=shape.opacity: round(value * part)))
            picture.alpha_composite(layer)
    return picture


def _masks(
    shape: Shape, lines: list[list[Point]], scale: float, size: tuple[int, int]
) -> Iterator[tuple[Color, Image.Image]]:
    if shape.fill is not None:
        mask = Image.new("L", size)
        for line in lines:
            if len(line) > 2:
                one = Image.new("L", size)
                ImageDraw.Draw(one).polygon(line, fill=255)
                mask = ImageChops.lighter(mask, one)
        yield shape.fill, mask
    if shape.stroke is not None:
        mask = Image.new("L", size)
        pen, width = ImageDraw.Draw(mask), scale * shape.stroke_width
        for line in lines:
            pen.line(line, fill=255, width=round(width), joint="curve")
            for x, y in (line[0], line[-1]):
                pen.ellipse((x - width / 2, y - width / 2, x + width / 2, y + width / 2), fill=255)
        yield shape.stroke, mask

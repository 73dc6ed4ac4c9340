"""Shapes of an ESRI Shapefile as GeoJSON geometries (ESRI Shapefile Technical Description, 1998)."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from itertools import pairwise
from typing import IO, Any

from datasets.errors import Invalid, TooLarge

MAGIC = 9994
HEADER_SIZE = 100
POINTS = (1, 11, 21)
"""Each kind has three numbers: plain, with height, with measure. Only points keep their height."""
MULTIPOINTS = (8, 18, 28)
LINES = (3, 13, 23)
POLYGONS = (5, 15, 25)
MAX_SHAPE = 1 << 25
MAX_PAIRS = 6_250_000
"""Holes times outer rings of one polygon: each hole is compared with each ring. Islands without holes cost nothing."""

Point = tuple[float, float]
Ring = list[Point]
Geometry = dict[str, Any] | None


def read_shape_header(stream: IO[bytes]) -> tuple[int, tuple[float, ...]]:
    """(shape type, (least x, least y, greatest x, greatest y)). Raises Invalid("shapefile_is_broken")."""
    raw = stream.read(HEADER_SIZE)
    if len(raw) < HEADER_SIZE or int.from_bytes(raw[:4], "big") != MAGIC:
        raise Invalid("shapefile_is_broken")
    return int.from_bytes(raw[32:36], "little"), struct.unpack("<4d", raw[36:68])


def read_shapes(stream: IO[bytes]) -> Iterator[Geometry]:
    """The geometry of each record in turn; None for a null shape and for kinds that GeoJSON does not know.

    Raises Invalid("shapefile_is_broken"), TooLarge("record_is_too_large", limit=…) and
    TooLarge("shape_has_too_many_rings", count=…).
    """
    while head := stream.read(8):
        size = int.from_bytes(head[4:], "big") * 2
        if size > MAX_SHAPE:
            raise TooLarge("record_is_too_large", limit=MAX_SHAPE)
        content = stream.read(size)
        if len(head) < 8 or len(content) < size or size < 4:
            raise Invalid("shapefile_is_broken")
        try:
            yield _geometry(content)
        except (struct.error, IndexError):
            raise Invalid("shapefile_is_broken") from None


def _geometry(content: bytes) -> Geometry:
    kind = int.from_bytes(content[:4], "little")
    if kind in POINTS:
        size = 3 if kind == POINTS[1] else 2
        return {"type": "Point", "coordinates": list(struct.unpack_from(f"<{size}d", content, 4))}
    if kind in MULTIPOINTS:
        (count,) = struct.unpack_from("<i", content, 36)
        return {"type": "MultiPoint", "coordinates": _points(content, 40, count)}
    if kind not in (*LINES, *POLYGONS):
        return None
    parts = _parts(content)
    if kind in LINES:
        return _one_or_many("LineString", parts)
    return _one_or_many("Polygon", _polygons(parts))


def _one_or_many(name: str, parts: list[Any]) -> Geometry:
    if not parts:
        return None
    return (
        {"type": name, "coordinates": parts[0]} if len(parts) == 1 else {"type": f"Multi{name}", "coordinates": parts}
    )


def _points(content: bytes, start: int, count: int) -> Ring:
    flat = struct.unpack_from(f"<{2 * count}d", content, start)
    return list(zip(flat[0::2], flat[1::2], strict=True))


def _parts(content: bytes) -> list[Ring]:
    part_count, point_count = struct.unpack_from("<2i", content, 36)
    starts = [*struct.unpack_from(f"<{part_count}i", content, 44), point_count]
    points = _points(content, 44 + 4 * part_count, point_count)
    return [points[start:end] for start, end in pairwise(starts)]


def _polygons(rings: list[Ring]) -> list[list[Ring]]:
    """Outer rings run clockwise, holes the other way; a hole belongs to the outer ring around it (RFC 7946 turns both).

    A hole without a ring around it is a polygon itself: data is kept rather than judged.
    """
    outer = [ring for ring in rings if _area(ring) <= 0]
    holes = [ring for ring in rings if _area(ring) > 0]
    polygons = [[_turned(ring)] for ring in outer]
    if len(holes) * len(outer) > MAX_PAIRS:
        raise TooLarge("shape_has_too_many_rings", count=len(rings))
    for hole in holes:
        around = [index for index, ring in enumerate(outer) if len(outer) == 1 or _holds(ring, hole[0])]
        if around:
            polygons[min(around, key=lambda index: abs(_area(outer[index])))].append(_turned(hole))
        else:
            polygons.append([hole])
    return polygons


def _turned(ring: Ring) -> Ring:
    return ring[::-1]


def _area(ring: Ring) -> float:
    """Twice the signed area: below zero for clockwise rings."""
    return sum(x1 * y2 - x2 * y1 for (x1, y1), (x2, y2) in pairwise(ring))


def _holds(ring: Ring, point: Point) -> bool:
    """Whether the point lies within: a ray to the right crosses the ring an odd number of times."""
    x, y = point
    inside = False
    for (x1, y1), (x2, y2) in pairwise(ring):
        if (y1 > y) != (y2 > y) and x < (x2 - x1) * (y - y1) / (y2 - y1) + x1:
            inside = not inside
    return inside

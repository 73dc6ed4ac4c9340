"""Features of GeoJSON (RFC 7946) as records: properties are columns, a point is a longitude and a latitude."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from datasets.ingest.json_text import write_compact

LONGITUDE, LATITUDE, HEIGHT, GEOMETRY = "经度", "纬度", "高程", "geometry"
POINT = (LONGITUDE, LATITUDE, HEIGHT)

Flatten = Callable[[dict[str, Any], dict[str, Any]], dict[str, str | None]]


def is_feature(item: Any) -> bool:
    """Whether a decoded value is a GeoJSON feature."""
    return isinstance(item, dict) and item.get("type") == "Feature" and "geometry" in item


def is_point(item: Any) -> bool:
    """Whether it is a feature at one place, with at most a height."""
    if not is_feature(item) or not isinstance(item["geometry"], dict):
        return False
    place = item["geometry"].get("coordinates")
    return (
        item["geometry"].get("type") == "Point"
        and isinstance(item.get("properties") or {}, dict)
        and isinstance(place, list)
        and len(place) <= len(POINT)
        and all(isinstance(value, str) for value in place)
    )


def spread_feature(item: dict[str, Any], exact: dict[str, Any], flatten: Flatten) -> dict[str, str | None]:
    """Cells of a feature: its id, its properties, then the point's coordinates or the `geometry` as compact JSON.

    `exact` is the same feature with numbers that are written as they were. A property of the same name stays; the
    feature's own id or coordinates then stand beside it under a name with an underscore behind.
    """
    properties = item.get("properties")
    cells = flatten(properties, exact.get("properties") or {}) if isinstance(properties, dict) else {}
    identity = item.get("id")
    if isinstance(identity, str) and "id" not in cells:
        cells = {"id": identity, **cells}
    geometry = item.get("geometry")
    if not isinstance(geometry, dict):
        return cells
    if is_point(item):
        for name, value in zip(POINT, geometry["coordinates"], strict=False):
            cells[_free(name, cells)] = value
    else:
        cells[_free(GEOMETRY, cells)] = write_compact(exact["geometry"])
    return cells


def _free(name: str, cells: dict[str, str | None]) -> str:
    while name in cells:
        name += "_"
    return name

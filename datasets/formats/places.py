"""Where the rows of a table lie: which of its columns hold coordinates, and how they become GeoJSON (RFC 7946).

Coordinates are given as the department delivered them. GeoJSON means WGS 84; Chinese sources often hold GCJ-02, which
lies some hundred metres beside it, and nothing in the figures tells: no datum is converted here.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass

from datasets.columns import Column
from datasets.rows import sql_text

NUMBERS = frozenset({"integer", "decimal"})
AXES: dict[str, re.Pattern[str]] = {
    "longitude": re.compile(r"经度|經度|东经|(?:^|[^a-z])(?:lng|lon|longitude)(?:$|[^a-z])", re.I),
    "latitude": re.compile(r"纬度|緯度|北纬|(?:^|[^a-z])(?:lat|latitude)(?:$|[^a-z])", re.I),
}
"""What intake calls such a column → the header by which it is known where intake did not tell."""
GEOMETRY_NAMES = frozenset({"geometry", "geom"})
GEOMETRY_TYPES = (
    "Point", "MultiPoint", "LineString", "MultiLineString", "Polygon", "MultiPolygon", "GeometryCollection",
)  # fmt: skip
NUMBER = "^-?(?:0|[1-9][0-9]{0,2})(?:\\.[0-9]+)?$"
"""Degrees as JSON writes numbers; means the same to `re.ASCII` and to RE2, with which DuckDB searches."""
NOWHERE = "null"
MOST = {"longitude": 180, "latitude": 90}

_number = re.compile(NUMBER.replace("$", "\\Z"), re.ASCII)


@dataclass(frozen=True, slots=True)
class Places:
    """The columns that say where a row lies: longitude and latitude, or one that holds GeoJSON geometries."""

    columns: tuple[Column, ...]

    @property
    def geometry(self) -> Column | None:
        """The column of geometries, if it is one."""
        return self.columns[0] if len(self.columns) == 1 else None

    def as_sql(self) -> str:
        """SQL of a row's geometry as JSON; null where its cells are no place."""
        cells = [f"CAST({column.physical} AS VARCHAR)" for column in self.columns]
        return _geometry_sql(*cells) if self.geometry else _point_sql(*cells)

    def as_text(self, cells: Sequence[str | None]) -> str:
        """The same from the printed cells of `columns`."""
        return _geometry_text(*cells) if self.geometry else _point_text(*cells)


def find_places(columns: Sequence[Column]) -> Places | None:
    """The columns that say where a row of `columns` lies: as intake recognised them, else by their names; or None."""
    for column in columns:
        if column.type == "text" and column.name.strip().lower() in GEOMETRY_NAMES:
            return Places((column,))
    found = [_find_axis(columns, axis) for axis in AXES]
    return Places((found[0], found[1])) if found[0] and found[1] else None


def _find_axis(columns: Sequence[Column], axis: str) -> Column | None:
    for column in columns:
        if column.recognised == axis:
            return column
    for column in columns:
        if (column.shadow_type or column.type) in NUMBERS and AXES[axis].search(column.name):
            return column
    return None


def _geometry_sql(cell: str) -> str:
    known = ", ".join(sql_text(kind) for kind in GEOMETRY_TYPES)
    readable = f"CASE WHEN json_valid({cell}) THEN {cell} ELSE '{{}}' END"
    return f"CASE WHEN json_extract_string({readable}, '$.type') IN ({known}) THEN {cell} ELSE '{NOWHERE}' END"


def _geometry_text(cell: str | None) -> str:
    try:
        value = json.loads(cell or "")
    except ValueError:
        return NOWHERE
    return cell if cell and isinstance(value, dict) and value.get("type") in GEOMETRY_TYPES else NOWHERE


def _point_sql(x: str, y: str) -> str:
    conditions = [
        f"regexp_matches({cell}, {sql_text(NUMBER)}) AND abs(TRY_CAST({cell} AS DOUBLE)) <= {most}"
        for cell, most in ((x, MOST["longitude"]), (y, MOST["latitude"]))
    ]
    point = f"concat('{{\"type\":\"Point\",\"coordinates\":[', {x}, ',', {y}, ']}}')"
    return f"CASE WHEN {' AND '.join(conditions)} THEN {point} ELSE '{NOWHERE}' END"


def _point_text(x: str | None, y: str | None) -> str:
    if x is None or y is None or not _number.match(x) or not _number.match(y):
        return NOWHERE
    if abs(float(x)) > MOST["longitude"] or abs(float(y)) > MOST["latitude"]:
        return NOWHERE
    return f'{{"type":"Point","coordinates":[{x},{y}]}}'

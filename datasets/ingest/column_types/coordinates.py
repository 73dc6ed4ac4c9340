"""Columns of longitudes and latitudes, told by their header and by where their numbers lie."""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Axis:
    """A coordinate in degrees: headers that name it, and the bounds of China with its seas."""

    header: re.Pattern[str]
    least: float
    greatest: float


AXES: dict[str, Axis] = {
    "longitude": Axis(
        re.compile(r"经度|經度|(?:^|[^a-z])(?:lng|lon|longitude|x)(?:$|[^a-z])|东经|坐标X|X坐标", re.I), 73.0, 136.0
    ),
    "latitude": Axis(
        re.compile(r"纬度|緯度|(?:^|[^a-z])(?:lat|latitude|y)(?:$|[^a-z])|北纬|坐标Y|Y坐标", re.I), 3.0, 54.0
    ),
}
"""Code (key of `columns.RECOGNISED`) → axis."""


def find_axis(name: str) -> str | None:
    """Key of AXES that the header names; None where it names none or both (经度纬度)."""
    named = [code for code, axis in AXES.items() if axis.header.search(name)]
    return named[0] if len(named) == 1 else None


def in_bounds(cell: str, axis: str) -> str:
    """SQL: the text `cell` is a number within the bounds of `axis`."""
    bounds = AXES[axis]
    return f"TRY_CAST({cell} AS DOUBLE) BETWEEN {bounds.least} AND {bounds.greatest}"

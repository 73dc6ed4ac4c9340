"""Column names from header cells: rows of a merged header joined 一级_二级, gaps and repeats repaired visibly."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from datasets.ingest.raw_table import Row
from datasets.ingest.tables import Merge

MAX_NAME = 200
CJK = "\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef"
BLANK_IN_CJK = re.compile(f"(?<=[{CJK}])\\s+(?=[{CJK}])")


@dataclass(frozen=True, slots=True)
class Heading:
    """The name of the column at `position` of the sheet, its unique address key, and how it was repaired (or None)."""

    position: int
    name: str
    key: str
    repaired: str | None


def name_columns(
    header: Sequence[Row], header_rows: Sequence[int], merges: Sequence[Merge], positions: Sequence[int]
) -> list[Heading]:
    """Headings for the columns at `positions`; without header rows they are numbered 列1, 列2, …"""
    if not header_rows:
        return [Heading(place, f"列{number}", f"列{number}", "generated") for number, place in enumerate(positions, 1)]
    levels = _fill(header, header_rows, merges)
    taken: set[str] = set()
    headings = []
    for number, place in enumerate(positions, 1):
        parts = [clean_name(level[place]) for level in levels if place < len(level)]
        name, repaired = _join(parts), None
        if not name:
            name, repaired = f"未命名{number}", "blank"
        elif len(name) > MAX_NAME:
            name, repaired = name[: MAX_NAME - 1] + "…", "shortened"
        unique = _make_unique(name, taken)
        if unique != name:
            name, repaired = unique, repaired or "duplicate"
        taken.add(name)
        headings.append(Heading(place, name, _make_key(name, number), repaired))
    return headings


def clean_name(cell: str | None) -> str:
    """A header cell in one line: no control signs, blanks collapsed, none between Chinese signs, no "# " before."""
    text = "".join(
        sign for sign in cell or "" if sign.isspace() or unicodedata.category(sign) not in ("Cc", "Cf", "Co")
    )
    text = BLANK_IN_CJK.sub("", " ".join(text.split()))
    return re.sub(r"^#\s+", "", text)


def _fill(header: Sequence[Row], header_rows: Sequence[int], merges: Sequence[Merge]) -> list[Row]:
    """Header rows in which every cell under a merge, or right of a group heading, holds that heading."""
    levels = [list(row) for row in header]
    for level, row in enumerate(header_rows):
        for top, left, bottom, right in merges:
            if top <= row <= bottom and top in header_rows:
                value = levels[top - header_rows[0]][left] if left < len(levels[level]) else None
                if top == row or bottom > top:
                    levels[level][left : right + 1] = [value] * (min(right + 1, len(levels[level])) - left)
    if len(levels) > 1 and not any(merge[0] in header_rows for merge in merges):
        for upper, lower in pairwise(levels):
            _spread(upper, lower)
    return levels


def _spread(upper: Row, lower: Row) -> None:
    """A heading without merges spreads to the right over the blank cells that have a sub-heading."""
    for column in range(1, len(upper)):
        if upper[column] is None and lower[column] is not None and lower[column - 1] is not None:
            upper[column] = upper[column - 1]


def _join(parts: Sequence[str]) -> str:
    kept: list[str] = []
    for part in parts:
        if part and (not kept or part != kept[-1]):
            kept.append(part)
    return "_".join(kept)


def _make_unique(name: str, taken: set[str]) -> str:
    unique, number = name, 2
    while unique in taken:
        unique, number = f"{name}_{number}", number + 1
    return unique


def _make_key(name: str, number: int) -> str:
    """Parameters that begin with an underscore are reserved."""
    return name if not name.startswith("_") else f"列{number}{name}"

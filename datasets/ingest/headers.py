"""Column names from header cells: rows of a merged header joined 一级_二级, gaps and repeats repaired visibly."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise, zip_longest

from datasets.ingest.header_block import is_number_row, is_unit_row
from datasets.ingest.raw_table import Row
from datasets.ingest.tables import Merge
from datasets.ingest.values import find_unit

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
    unit: str | None = None
    """As the row of units below the names says."""


def name_columns(
    header: Sequence[Row], header_rows: Sequence[int], merges: Sequence[Merge], positions: Sequence[int]
) -> list[Heading]:
    """Headings for the columns at `positions`; without header rows they are numbered 列1, 列2, …"""
    if not header_rows:
        return [Heading(place, f"列{number}", f"列{number}", "generated") for number, place in enumerate(positions, 1)]
    joined = join_names(header, header_rows, merges)
    _, units = _split_units(header)
    taken: set[str] = set()
    headings = []
    for number, place in enumerate(positions, 1):
        name, repaired = joined[place] if place < len(joined) else "", None
        if not name:
            name, repaired = f"未命名{number}", "blank"
        elif len(name) > MAX_NAME:
            name, repaired = name[: MAX_NAME - 1] + "…", "shortened"
        unique = _make_unique(name, taken)
        if unique != name:
            name, repaired = unique, repaired or "duplicate"
        taken.add(name)
        unit = find_unit(units[place]) if place < len(units) else None
        headings.append(Heading(place, name, _make_key(name, number), repaired, unit))
    return headings


def join_names(header: Sequence[Row], header_rows: Sequence[int], merges: Sequence[Merge]) -> list[str]:
    """What the header says over each column of the sheet, its levels joined by "_"; "" where it says nothing."""
    names, _ = _split_units(header)
    levels = _fill(names, header_rows[: len(names)], merges)
    return [_join([clean_name(cell) for cell in parts]) for parts in zip_longest(*levels)]


def _split_units(header: Sequence[Row]) -> tuple[list[Row], Row]:
    """The rows that name columns, and the row of units. A row of column numbers (甲 乙 1 2) names nothing."""
    units: Row = []
    names = [header[0]]
    for above, row in pairwise(header):
        if is_unit_row(row, above):
            units = [cell if cell != up else None for cell, up in zip_longest(row, above)]
        elif not is_number_row(row, above):
            names.append(row)
    return names, units


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
        for level in range(len(levels) - 1):
            _spread(levels[level], header[:level], header[level + 1 :])
    return levels


def _spread(row: Row, above: Sequence[Row], below: Sequence[Row]) -> None:
    """A heading without merges spreads to the right over the blank cells that have a sub-heading of its own."""
    has_child = [any(lower[column] is not None for lower in below) for column in range(len(row))]
    for column in range(1, len(row)):
        is_new_group = any(upper[column] is not None for upper in above)
        if row[column] is None and has_child[column] and has_child[column - 1] and not is_new_group:
            row[column] = row[column - 1]


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

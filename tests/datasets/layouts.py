"""A layout case: a small sheet as an office makes it, and what a person sees in it."""

from __future__ import annotations

from dataclasses import dataclass, field

from datasets.ingest.reading import Reading

ODD_WIDTHS = {"rows_are_long", "rows_are_short"}
"""Warnings on ragged text files, which the cases do not speak about."""


@dataclass(frozen=True)
class Layout:
    """`text` is the file; `header` and the rows per code in `warned` are 1-based; `first` is the first record."""

    text: str
    header: list[int]
    names: list[str]
    count: int
    first: list[str]
    titles: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    units: list[str | None] | None = None
    warned: dict[str, list[int]] = field(default_factory=dict)


def check_layout(reading: Reading, layout: Layout) -> None:
    """Compare every part of the reading with what the case says."""
    assert reading.header_rows == layout.header
    assert [column.name for column in reading.columns] == layout.names
    assert (reading.row_count, reading.preview[0]) == (layout.count, layout.first)
    assert (reading.title_lines, reading.notes) == (layout.titles, layout.notes)
    assert [column.unit for column in reading.columns] == (layout.units or [None] * len(layout.names))
    found = {warning["code"]: warning["params"].get("rows", []) for warning in reading.warnings}
    assert {code: rows for code, rows in found.items() if code not in ODD_WIDTHS} == layout.warned

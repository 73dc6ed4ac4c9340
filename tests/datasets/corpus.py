"""A file of a corpus and what a person sees in it: written down by looking at the file, not at our reading."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from datasets.ingest.reading import Reading
from tests.datasets.ingesting import read_once


@dataclass(frozen=True)
class Table:
    """`header` and `data` (first and last row) are 1-based records; `cells` are (record of the data, name, text)."""

    file: str
    encoding: str | None
    header: list[int]
    data: tuple[int, int]
    rows: int
    columns: int
    names: tuple[str, str]
    """The first and the last name."""
    cells: list[tuple[int, str, str]]
    titles: list[str] = field(default_factory=list)
    notes: int = 0
    warned: list[str] = field(default_factory=list)
    """Codes of all warnings."""


def check_table(path: Path, table: Table) -> Reading:
    """Read the file and compare every part with what was seen."""
    reading, rows = read_once(path)
    assert (reading.encoding, reading.encoding_is_certain) == (table.encoding, True)
    assert reading.header_rows == table.header
    assert (reading.recipe.first_row, reading.recipe.last_row) == table.data
    assert (reading.row_count, len(rows), len(reading.columns)) == (table.rows, table.rows, table.columns)
    names = [column.name for column in reading.columns]
    assert (names[0], names[-1]) == table.names
    found = [(number, name, rows[number - 1][names.index(name)] or "") for number, name, _ in table.cells]
    assert found == table.cells
    assert (reading.title_lines, len(reading.notes)) == (table.titles, table.notes)
    assert sorted(warning["code"] for warning in reading.warnings) == sorted(table.warned)
    return reading

"""What a person sees in a file, against what the engine read."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from tests.datasets.ingesting import read_once


@dataclass(frozen=True)
class Case:
    """One file: encoding and delimiter (None for workbooks), 1-based header records, records, columns, names, cells.

    `cells` are {(0-based record, 0-based column): text}; blanks are None. Negative numbers count from the end.
    """

    file: str
    encoding: str | None
    delimiter: str | None
    header: list[int]
    rows: int
    columns: int
    first: str
    last: str
    cells: dict[tuple[int, int], str | None] = field(default_factory=dict)


def check(case: Case, folder: Path) -> None:
    """Read the file and assert every fact of `case`."""
    reading, rows = read_once(folder / case.file)
    names = [column.name for column in reading.columns]
    assert (reading.encoding, reading.delimiter) == (case.encoding, case.delimiter)
    assert (reading.header_rows, reading.row_count, len(names)) == (case.header, case.rows, case.columns)
    assert (names[0], names[-1]) == (case.first, case.last)
    assert {place: rows[place[0]][place[1]] for place in case.cells} == case.cells

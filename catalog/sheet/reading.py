"""What a catalog sheet says, cell by cell, before anybody asks whether it is right.

`read_sheet` opens the untrusted file in a child process; the rest are plain values that survive JSON, so that planning
again needs no second parse.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Literal, Self

from catalog.errors import Problem
from catalog.sheet.columns import COLUMNS
from datasets.sandbox import Limits, run_limited

MAX_BYTES = 20 << 20
"""Size of an uploaded sheet."""
MAX_ROWS = 20_000
"""Rows of a sheet, one per data item: forty times a big department's catalog."""
MAX_COLUMNS = 300
SHEET_LIMITS = Limits(memory_bytes=1 << 30, cpu_seconds=60, wall_seconds=60, file_bytes=1 << 28)


ProblemKind = Literal["error", "gap", "warning"]
"""error: the sheet cannot be applied; gap: it can, but the entry not submitted; warning: a person should look."""


@dataclass(frozen=True, slots=True)
class CellProblem:
    """One finding at one cell; `cell` is "C7", or "" where the whole sheet is meant; `column` a name of COLUMNS.

    `row` is 0 where the whole sheet is meant; `params` are JSON-able and go into the sentence of `code`.
    """

    cell: str
    row: int
    column: str
    code: str
    params: dict[str, Any] = field(default_factory=dict)
    kind: ProblemKind = "error"

    def label(self, language: str = "zh") -> str:
        """The column's header, or an empty text."""
        column = COLUMNS.get(self.column)
        if column is None:
            return ""
        return column.field.en if language == "en" and column.field else column.header

    def as_problem(self) -> Problem:
        """The finding as every other room knows it: where, code, params; `label` names the column."""
        return Problem(self.cell, self.code, **{**self.params, "label": self.label(), "kind": self.kind})


@dataclass(frozen=True, slots=True)
class ReadItem:
    """One data item: its row (1-based) and texts by column name."""

    row: int
    cells: dict[str, str]


@dataclass(frozen=True, slots=True)
class ReadEntry:
    """One entry: the rows it covers and, by column name, the row and text of each filled cell."""

    row: int
    last_row: int
    cells: dict[str, tuple[int, str]]
    items: list[ReadItem]

    def text(self, name: str) -> str:
        """The text of a column, empty if blank."""
        return self.cells[name][1] if name in self.cells else ""


@dataclass(frozen=True, slots=True)
class SheetReading:
    """A sheet as read. `letters`: column name → letter of the column in which it stands ("C").

    `file_format`: xlsx, xls, csv, json.
    """

    file_format: str
    sheet: str
    header_row: int
    letters: dict[str, str]
    entries: list[ReadEntry]
    problems: list[CellProblem]
    encoding: str | None = None

    def address(self, name: str, row: int) -> str:
        """The cell of column `name` in `row`; an empty text if the sheet has no such column."""
        letter = self.letters.get(name)
        return f"{letter}{row}" if letter else ""

    def has(self, name: str) -> bool:
        """Whether the sheet has this column."""
        return name in self.letters

    def as_dict(self) -> dict[str, Any]:
        """A JSON-able dict."""
        return asdict(self)

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """Rebuild a reading from `as_dict`."""
        entries = [
            ReadEntry(
                entry["row"],
                entry["last_row"],
                {name: (cell[0], cell[1]) for name, cell in entry["cells"].items()},
                [ReadItem(**item) for item in entry["items"]],
            )
            for entry in data["entries"]
        ]
        return cls(
            file_format=data["file_format"],
            sheet=data["sheet"],
            header_row=data["header_row"],
            letters=dict(data["letters"]),
            entries=entries,
            problems=[CellProblem(**problem) for problem in data["problems"]],
            encoding=data.get("encoding"),
        )


def column_letter(index: int) -> str:
    """The letter of a column, from 0: 0 → A, 26 → AA."""
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def column_index(cell: str) -> int:
    """The position of a cell's column from 1: "C7" → 3; 0 for a blank address."""
    index = 0
    for letter in cell:
        if not letter.isalpha():
            break
        index = index * 26 + ord(letter) - 64
    return index


def read_sheet(path: Path, *, limits: Limits | None = None, max_rows: int = MAX_ROWS) -> SheetReading:
    """Read an untrusted sheet (.xlsx, .xls, .ods, .csv in UTF-8, GB18030 or Big5, .json) in a child process.

    Raises Invalid or TooLarge with a code that says in plain words what is wrong with the file.
    """
    request = {"action": "read", "path": str(path.resolve()), "max_rows": max_rows}
    return SheetReading.from_dict(run_limited("catalog.sheet.child", request, limits=limits or SHEET_LIMITS))

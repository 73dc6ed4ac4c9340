"""One entry of a sheet as field values, with a problem at every cell that does not yield one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from catalog.errors import Problem
from catalog.field_values import Values, parse_fields, parse_items
from catalog.fields import FIELDS, ITEM_FIELDS, Field
from catalog.gaps import check_revision
from catalog.sheet.columns import ITEM
from catalog.sheet.printing import print_value
from catalog.sheet.reading import CellProblem, ProblemKind, ReadEntry, ReadItem, SheetReading
from catalog.sheet.values import BadCell, parse_cell

_CODED_PARAMS = {"category": "format_category", "type": "format_type", "method": "share_method"}
"""Parameters of rules that hold codes: sentences show their labels."""


@dataclass(slots=True)
class Draft:
    """What one entry of the sheet says. `fields` hold the columns that the sheet has, blank ones as None or empty.

    `items` is None where the sheet has no columns of data items; then they stay as they are.
    """

    read: ReadEntry
    fields: Values
    items: list[Values] | None
    item_rows: list[int]
    """Row of each of `items`."""
    problems: list[CellProblem] = field(default_factory=list)

    @property
    def title(self) -> str:
        """The title, empty where it is missing or bad."""
        return str(self.fields.get("title") or "")

    def has_errors(self) -> bool:
        """Whether any cell keeps it from being applied."""
        return any(problem.kind == "error" for problem in self.problems)


def interpret(reading: SheetReading, entry: ReadEntry) -> Draft:
    """The values of an entry as read, and a problem at each cell that does not yield one."""
    problems: list[CellProblem] = []
    raw = _raw_fields(reading, entry, problems)
    fields, faults = parse_fields(raw)
    problems += [at_cell(reading, entry, fault) for fault in faults]
    draft = Draft(entry, fields, None, [], problems)
    if reading.has(ITEM + "name"):
        _interpret_items(reading, draft)
    return draft


def _raw_fields(reading: SheetReading, entry: ReadEntry, problems: list[CellProblem]) -> dict[str, Any]:
    raw: dict[str, Any] = {}
    for name, known in FIELDS.items():
        if not reading.has(name):
            continue
        try:
            raw[name] = parse_cell(known, entry.text(name))
        except BadCell as bad:
            problems.append(_problem(reading, entry, name, bad.code, bad.params))
    return raw


def _interpret_items(reading: SheetReading, draft: Draft) -> None:
    raws: list[dict[str, Any]] = []
    rows: list[ReadItem] = []
    for item in draft.read.items:
        raw, faults = _raw_item(reading, item)
        draft.problems += faults
        if any(ITEM_FIELDS[name].kind != "bool" for name, value in raw.items() if value is not None):
            raws.append(raw)
            rows.append(item)
    draft.item_rows = [item.row for item in rows]
    items, problems = parse_items(raws)
    draft.items = items
    draft.problems += [at_cell(reading, draft.read, problem, draft.item_rows) for problem in problems]


def _raw_item(reading: SheetReading, item: ReadItem) -> tuple[dict[str, Any], list[CellProblem]]:
    raw: dict[str, Any] = {}
    problems: list[CellProblem] = []
    for name, known in ITEM_FIELDS.items():
        column = ITEM + name
        text = item.cells.get(column)
        if text is None:
            continue
        try:
            raw[name] = parse_cell(known, text)
        except BadCell as bad:
            raw[name] = text if known.kind == "text" else None
            problems.append(CellProblem(reading.address(column, item.row), item.row, column, bad.code, bad.params))
    return raw, problems


def check_gaps(
    reading: SheetReading, draft: Draft, fields: Mapping[str, Any], items: list[Values]
) -> list[CellProblem]:
    """What the entry would still lack before it may be submitted, at the cells where the sheet has the column.

    Cells that already have a problem are not named a second time.
    """
    known = {problem.cell for problem in draft.problems}
    found = [at_cell(reading, draft.read, gap, draft.item_rows, kind="gap") for gap in check_revision(fields, items)]
    return [gap for gap in found if not gap.cell or gap.cell not in known]


def at_cell(
    reading: SheetReading,
    entry: ReadEntry,
    problem: Problem,
    item_rows: Iterable[int] = (),
    *,
    kind: ProblemKind = "error",
) -> CellProblem:
    """A problem of the field rules (`where`: a field, "items", or "items.{n}.{field}") at its cell."""
    params = {name: _label(name, value) for name, value in problem.params.items()}
    parts = problem.where.split(".")
    if parts[0] != "items":
        return _problem(reading, entry, problem.where, problem.code, params, kind=kind)
    if len(parts) == 1:
        column, row = ITEM + "name", entry.row
    else:
        column, row = ITEM + parts[2], list(item_rows)[int(parts[1]) - 1]
    return CellProblem(reading.address(column, row), row, column, problem.code, params, kind)


def _problem(
    reading: SheetReading,
    entry: ReadEntry,
    name: str,
    code: str,
    params: Mapping[str, Any],
    *,
    kind: ProblemKind = "error",
) -> CellProblem:
    row = entry.cells[name][0] if name in entry.cells else entry.row
    return CellProblem(reading.address(name, row), row, name, code, dict(params), kind)


def _label(name: str, value: Any) -> Any:
    known: Field | None = FIELDS.get(_CODED_PARAMS.get(name, ""))
    return print_value(known, value) if known and isinstance(value, str) else value

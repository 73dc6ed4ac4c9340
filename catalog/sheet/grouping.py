"""From rows to entries: one row per data item, the entry's cells merged over its rows or repeated in each."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from catalog.sheet.columns import ITEM
from catalog.sheet.reading import CellProblem, ReadEntry, ReadItem
from catalog.vocabularies import simplify

EXAMPLE = "示例"
"""A row whose 序号 begins so is the template's example and not read."""
_NOTES = ("注", "说明", "备注", "填表", "填报", "合计")
_IDENTITY = ("marker", "code", "provider", "source_url")
"""Cells that tell two entries of the same title apart."""


@dataclass(slots=True)
class _Open:
    """An entry whose rows are being collected."""

    row: int
    last_row: int
    cells: dict[str, tuple[int, str]]
    items: list[ReadItem] = field(default_factory=list)

    def close(self) -> ReadEntry:
        return ReadEntry(self.row, self.last_row, self.cells, self.items)


@dataclass(frozen=True, slots=True)
class Row:
    """One row (1-based) by column name: cells of the sheet and the entry, cells of the item, and whether the title's
    cell is the lower part of a merged one."""

    number: int
    entry: Mapping[str, str]
    item: Mapping[str, str]
    is_below_merged_title: bool = False


def group_rows(rows: Iterable[Row], letters: Mapping[str, str]) -> tuple[list[ReadEntry], list[CellProblem]]:
    """The entries of a table, and a problem at each cell that contradicts the first row of its entry.

    Without a column of data items every row is an entry.

    A row belongs to the entry above if its title is merged with it, blank or the same. A blank title above cells that
    differ is a new entry without a title; the same title above a different code, provider or several other
    differences is another entry of that name.
    """
    entries: list[ReadEntry] = []
    problems: list[CellProblem] = []
    current: _Open | None = None
    in_example = False
    has_items = ITEM + "name" in letters
    for row in rows:
        if _is_blank(row) or _is_note(row):
            continue
        starts = not has_items or (current is None and not in_example) or _starts_entry(row, current)
        if starts or row.entry.get("number", "").startswith(EXAMPLE):
            in_example = row.entry.get("number", "").startswith(EXAMPLE)
            if current:
                entries.append(current.close())
            current = _Open(row.number, row.number, {}) if not in_example else None
        if current:
            problems += _absorb(current, row, letters)
    if current:
        entries.append(current.close())
    return entries, problems


def _is_blank(row: Row) -> bool:
    return not row.item and not any(name != "number" for name in row.entry)


def _is_note(row: Row) -> bool:
    texts = [*row.entry.values(), *row.item.values()]
    return len(texts) == 1 and texts[0].startswith(_NOTES)


def _starts_entry(row: Row, current: _Open | None) -> bool:
    title = row.entry.get("title", "")
    if current is None:
        return bool(title)
    if row.is_below_merged_title:
        return False
    differing = _differing(current, row)
    if any(name in differing for name in _IDENTITY):
        return True
    if title:
        return not _is_same(title, current.cells.get("title")) or len(differing) > 1
    return "summary" in differing or len(differing) > 1


def _differing(current: _Open, row: Row) -> list[str]:
    """Filled cells of the row that say something else than the entry's."""
    return [
        name
        for name, text in row.entry.items()
        if name not in {"number", "title"} and not _is_same(text, current.cells.get(name))
    ]


def _is_same(text: str, cell: tuple[int, str] | None) -> bool:
    known = cell[1] if cell else ""
    return text == known or simplify(text) == simplify(known)


def _absorb(current: _Open, row: Row, letters: Mapping[str, str]) -> list[CellProblem]:
    problems = []
    for name, text in row.entry.items():
        if name == "number":
            continue
        if row.number == current.row:
            current.cells[name] = (row.number, text)
        elif not _is_same(text, current.cells.get(name)):
            first = current.cells.get(name)
            params = {"value": text, "expected": first[1] if first else "", "row": current.row}
            problems.append(
                CellProblem(f"{letters[name]}{row.number}", row.number, name, "entry_value_differs", params)
            )
    current.last_row = row.number
    if row.item:
        current.items.append(ReadItem(row.number, dict(row.item)))
    return problems

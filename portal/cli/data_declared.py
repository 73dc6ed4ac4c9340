"""A list of data items (信息项) as a table file: what `inspect` compares cells with."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from catalog.errors import Invalid, Problem
from catalog.field_values import require_items
from catalog.fields import ITEM_FIELDS
from catalog.sheet.headers import HEADER_ALIASES
from catalog.sheet.values import BadCell, parse_cell
from datasets.ingest.declared import fold_name

if TYPE_CHECKING:
    from datasets.workbench import Workbench


def read_declared(bench: Workbench, path: Path) -> list[dict[str, Any]]:
    """The values of the data items in the table at `path`, whose columns are called as in the catalog sheet.

    Raises Invalid("declared_items_not_found") where no column names the items, Invalid("fields_invalid") with every
    cell that cannot be understood, and what reading raises.
    """
    table = bench.read(path)
    fields = _fields_by_name()
    places = {index: fields.get(fold_name(column.name)) for index, column in enumerate(table.columns)}
    if "name" not in places.values():
        raise Invalid("declared_items_not_found", known=[field.zh for field in ITEM_FIELDS.values()])
    raw: list[dict[str, Any]] = []
    problems: list[Problem] = []
    for number, row in enumerate(table.iter_rows(as_text=True), start=1):
        item: dict[str, Any] = {}
        for index, cell in enumerate(row):
            name = places[index]
            if name is None or cell is None:
                continue
            try:
                item[name] = parse_cell(ITEM_FIELDS[name], cell)
            except BadCell as bad:
                problems.append(Problem(f"items.{number}.{name}", bad.code, **bad.params))
        raw.append(item)
    if problems:
        raise Invalid("fields_invalid", problems=problems)
    return require_items(raw)


def _fields_by_name() -> dict[str, str]:
    """Folded header → field; the words of one field never name another one's column."""
    found: dict[str, str] = {}
    for name, field in ITEM_FIELDS.items():
        for header in (name, field.zh, field.en, *HEADER_ALIASES.get(f"item.{name}", ())):
            found.setdefault(fold_name(header), name)
    return found

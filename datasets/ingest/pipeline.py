"""The way of one file from bytes to a row store, step by step, inside the child process."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from datasets.columns import Column
from datasets.errors import Invalid
from datasets.formats.csv_writer import CsvDigests, LineDigests, complete_digests, digest_csv, digest_lines
from datasets.formats.delivered_lines import NotCanonical, delivered_lines
from datasets.ingest.cautions import list_cautions
from datasets.ingest.column_types import ColumnType, find_types
from datasets.ingest.declared import check_declared
from datasets.ingest.delivery import Delivery
from datasets.ingest.headers import clean_name, name_columns
from datasets.ingest.loaders import load_source
from datasets.ingest.masking import mask_delivery
from datasets.ingest.personal_data import search_file
from datasets.ingest.raw_table import RawTable, Row
from datasets.ingest.reading import Finding, Reading, ReadOptions, Recipe
from datasets.ingest.row_store import StoredRows, part_of, settle, write_row_store
from datasets.ingest.source import Source
from datasets.ingest.table_search import find_table
from datasets.ingest.tables import HEAD_ROWS, Layout
from datasets.rowfile import row_file_of
from datasets.sandbox import Progress

PREVIEW_ROWS = 20
SAMPLE_CELLS = 200_000
MAX_LINES = 40
"""Title lines and notes that are kept."""


@dataclass(frozen=True, slots=True)
class Order:
    """What the child is asked to do: which file, read how, into which row store. A `recipe` replaces all searching."""

    path: Path
    row_store: Path
    work: Path
    options: ReadOptions
    recipe: Recipe | None = None
    declared: Sequence[Mapping[str, Any]] = ()
    """Values of the data items with which the columns are compared."""


def read_delivery(order: Order, table: RawTable, progress: Progress) -> Reading:
    """Read the file of `order`. Raises Invalid or TooLarge with a code that tells a clerk what to do."""
    source = load_source(order.path, order.options, table, order.work, progress)
    delivery = _locate(order, table, source)
    _name(delivery, order.recipe)
    progress({"stage": "typing", "rows": delivery.layout.last_row - delivery.layout.first_row + 1})
    delivery.types = _types(delivery, order.recipe)
    progress({"stage": "searching"})
    found = search_file(delivery)
    progress({"stage": "masking"})
    findings = mask_delivery(delivery, found, order.options, order.recipe)
    delivery.checks = check_declared(delivery, order.declared, hidden={finding.column for finding in findings})
    progress({"stage": "storing"})
    return _store(order, delivery, findings, progress)


def _locate(order: Order, table: RawTable, source: Source) -> Delivery:
    count = table.row_count()
    head = table.rows(0, HEAD_ROWS) if count else []
    if not any(cell for row in head for cell in row):
        raise Invalid("no_table_found")
    if order.options.header_row is not None and not 1 <= order.options.header_row <= count:
        raise Invalid("header_row_is_bad", row=order.options.header_row, rows=count)
    if order.recipe:
        layout = _layout_of(order.recipe)
    elif source.has_names:
        layout = Layout([0], 1, count - 1)
    else:
        layout = find_table(table, source.merges, order.options)
    delivery = Delivery(table, source, layout, head)
    delivery.titles = _lines(table, layout.title_rows)
    delivery.notes = _lines(table, layout.note_rows)
    return delivery


def _layout_of(recipe: Recipe) -> Layout:
    header = [recipe.header_row - 1 + offset for offset in range(recipe.header_row_count)] if recipe.has_header else []
    left_out = [row - 1 for row in recipe.left_out]
    return Layout(header, recipe.first_row - 1, recipe.last_row - 1, left_out=left_out)


def _lines(table: RawTable, rows: Sequence[int]) -> list[str]:
    """A title merged over several cells stands in each of them and is told once."""
    cells = ([clean_name(cell) for cell in table.rows(row, 1)[0] if cell] for row in rows[:MAX_LINES])
    return list(dict.fromkeys(line for found in cells if (line := " ".join(dict.fromkeys(found)))))


def _name(delivery: Delivery, recipe: Recipe | None) -> None:
    """Columns are where a header cell or any data is; columns without both are layout."""
    table, layout = delivery.table, delivery.layout
    header = (
        [list(row) for row in table.rows(layout.header_rows[0], len(layout.header_rows))] if layout.header_rows else []
    )
    named = {column for row in header for column, cell in enumerate(row) if cell and clean_name(cell)}
    counts = ", ".join(f"count(r{column})" for column in range(table.width))
    filled = table.one(f"SELECT {counts} FROM raw WHERE rowid BETWEEN {layout.first_row} AND {layout.last_row}")
    first, last = layout.columns or (0, table.width - 1)
    positions = [column for column in range(first, last + 1) if column in named or filled[column]]
    if recipe:
        positions = recipe.positions
    if not positions:
        raise Invalid("no_table_found")
    delivery.headings = name_columns(header, layout.header_rows, delivery.merges, positions)
    if recipe:  # repeated names are numbered with the removed columns in sight
        delivery.headings = [replace(one, name=name) for one, name in zip(delivery.headings, recipe.names, strict=True)]
    delivery.find_blank_rows(most_filled=max(filled[place] for place in positions))


def _types(delivery: Delivery, recipe: Recipe | None) -> list[ColumnType]:
    if recipe:
        return [ColumnType.from_list(values) for values in recipe.types]
    sample = _sample(delivery)
    return find_types(delivery.table, delivery.raw_columns, sample, delivery.where)


def _sample(delivery: Delivery) -> list[Row]:
    """Rows from the beginning, the middle and the end of the data."""
    layout = delivery.layout
    size = max(20, min(1500, SAMPLE_CELLS // delivery.table.width))
    total = layout.last_row - layout.first_row + 1
    starts = [layout.first_row, layout.first_row + total // 2, layout.last_row - size + 1]
    if total <= 3 * size:
        starts, size = [layout.first_row], total
    left_out = set(layout.left_out)
    numbered = ((start + at, row) for start in starts for at, row in enumerate(delivery.table.rows(start, size)))
    return [row for number, row in numbered if number not in left_out]


def _columns(delivery: Delivery) -> list[Column]:
    return [
        Column(
            index,
            heading.key,
            heading.name,
            kind.type,
            kind.shadow,
            repaired=heading.repaired,
            unit=heading.unit,
            recognised=kind.recognised,
        )
        for index, (heading, kind) in enumerate(zip(delivery.headings, delivery.types, strict=True))
    ]


def _store(order: Order, delivery: Delivery, findings: list[Finding], progress: Progress) -> Reading:
    columns, preview = _columns(delivery), _preview(delivery)
    with ThreadPoolExecutor(1) as executor:
        unchanged = delivery.source.lines if delivery.has_all_cells else None
        lines = executor.submit(_digest_delivered, order, unchanged, columns, delivery.table.row_count() - 1)
        stored = write_row_store(
            delivery.table,
            part_of(order.row_store),
            columns=columns,
            positions=[heading.position for heading in delivery.headings],
            types=delivery.types,
            where=delivery.where,
        )
        warnings = list_cautions(delivery, stored)
        delivery.table.close()
        digests = _digest(order, stored, lines.result(), progress)
    settle(order.row_store)
    source, recipe = delivery.source, _recipe(delivery, order.options)
    return Reading(
        file_format=recipe.file_format,
        encoding=recipe.encoding,
        encoding_is_certain=source.encoding.is_certain if source.encoding else True,
        delimiter=recipe.delimiter,
        sheet=recipe.sheet,
        sheets=[sheet.as_dict() for sheet in source.sheets],
        header_rows=[row + 1 for row in delivery.layout.header_rows],
        title_lines=delivery.titles,
        notes=delivery.notes,
        columns=stored.columns,
        row_count=stored.row_count,
        preview=preview,
        findings=findings,
        warnings=[warning.as_dict() for warning in warnings],
        recipe=recipe,
        content_sha256=digests.content_sha256,
        csv_sha256=digests.csv_sha256,
        csv_byte_size=digests.csv_byte_size,
        profile=stored.profile,
        checks=delivery.checks,
        encoding_previews=source.encoding.previews if source.encoding else [],
    )


def _digest_delivered(order: Order, path: Path | None, columns: Sequence[Column], row_count: int) -> LineDigests | None:
    """The digests and the row file made of the lines as delivered, beside the storing; None where that cannot be.

    By the rule of types a cell prints as it was delivered, so that both ways give the same.
    """
    if path is None:
        return None
    try:
        rows = delivered_lines(path, row_count=row_count)
        return digest_lines(rows, columns, row_file=part_of(row_file_of(order.row_store)))
    except NotCanonical:
        return None


def _digest(order: Order, stored: StoredRows, lines: LineDigests | None, progress: Progress) -> CsvDigests:
    store, scratch = part_of(order.row_store), order.work / "whole.csv"
    if lines:
        progress({"stage": "digesting", "rows": stored.row_count, "share": 1.0})
        return complete_digests(store, stored.columns, scratch, lines)
    return digest_csv(
        store,
        stored.columns,
        scratch,
        row_file=part_of(row_file_of(order.row_store)),
        on_rows=lambda rows: progress({"stage": "digesting", "rows": rows, "share": rows / max(1, stored.row_count)}),
    )


def _preview(delivery: Delivery) -> list[list[str]]:
    table = delivery.table
    wanted = f"SELECT rowid FROM raw WHERE {delivery.where} ORDER BY rowid LIMIT {PREVIEW_ROWS}"
    rows = table.rows_at([number for (number,) in table.connection.execute(wanted).fetchall()])
    return [[row[heading.position] or "" for heading in delivery.headings] for row in rows]


def _recipe(delivery: Delivery, options: ReadOptions) -> Recipe:
    source, layout = delivery.source, delivery.layout
    return Recipe(
        file_format=source.file_format,
        encoding=source.encoding.codec if source.encoding else None,
        delimiter=source.dialect.delimiter if source.dialect else None,
        quote=source.dialect.quote if source.dialect else None,
        sheet=source.sheet,
        header_row=layout.header_rows[0] + 1 if layout.header_rows else layout.first_row + 1,
        header_row_count=len(layout.header_rows),
        has_header=bool(layout.header_rows),
        first_row=layout.first_row + 1,
        last_row=layout.last_row + 1,
        left_out=[row + 1 for row in layout.left_out],
        positions=[heading.position for heading in delivery.headings],
        names=[heading.name for heading in delivery.headings],
        types=[kind.as_list() for kind in delivery.types],
        masking=delivery.masking,
        salt=delivery.salt,
        withholds_original=options.withholds_original,
    )

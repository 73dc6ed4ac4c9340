"""What a child does for an export: the file, its digest, its size, its rows."""

from __future__ import annotations

import hashlib
import zipfile
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from datasets.columns import Column
from datasets.errors import TooLarge
from datasets.formats import FORMATS, WHOLE_ENCODING
from datasets.query.group_sql import grouped_selection
from datasets.query.question import Query
from datasets.query.sql import selection
from datasets.rows import Selection, is_in_file_order, open_rows

if TYPE_CHECKING:
    import duckdb

FIXED_MOMENT = (1980, 1, 1, 0, 0, 0)
"""Zip members bear this moment, so that equal content gives equal bytes."""


@dataclass(frozen=True, slots=True)
class Written:
    """A file that was written: SHA-256, bytes, rows (0 for a bundle)."""

    sha256: str
    byte_size: int
    row_count: int


def write_export(
    store: Path,
    columns: Sequence[Column],
    query: Query,
    format_key: str,
    target: Path,
    *,
    encoding: str = WHOLE_ENCODING,
    spill: Path | None = None,
) -> dict[str, Any]:
    """Write the rows, or groups, of `query` to the new file `target`; gives `Written` as a dict. O(rows).

    Raises TooLarge("too_many_rows_for_format") before writing when the format cannot hold them.
    """
    chosen = FORMATS[format_key]
    with open_rows(store, spill=spill) as connection:
        exported, rows = _selected(connection, columns, query)
        if chosen.max_rows is not None:
            count = _count(connection, rows)
            if count > chosen.max_rows:
                raise TooLarge("too_many_rows_for_format", format=chosen.key, limit=chosen.max_rows, count=count)
    asked = {"encoding": encoding} if chosen.encodings else {}
    row_count = chosen.write_rows(store, exported, target, rows=rows, spill=spill, **asked)
    return asdict(_written(target, row_count))


def exported_columns(columns: Sequence[Column], query: Query) -> list[Column]:
    """The columns that the answer to `query` has."""
    if query.grouping is not None:
        return query.grouping.result_columns()
    return list(query.columns) or list(columns)


def _selected(
    connection: duckdb.DuckDBPyConnection, columns: Sequence[Column], query: Query
) -> tuple[list[Column], Selection]:
    if query.grouping is not None:
        return grouped_selection(query, columns)
    rows = selection(query, columns, in_file_order=is_in_file_order(connection))
    return exported_columns(columns, query), rows


def _count(connection: duckdb.DuckDBPyConnection, rows: Selection) -> int:
    statement = f"SELECT count(*) FROM (SELECT 1 FROM {rows.source}{replace(rows, order='').tail()})"
    found = connection.execute(statement, list(rows.params)).fetchone()
    return int(found[0]) if found else 0


def write_bundle(files: Sequence[tuple[str, Path]], texts: Sequence[tuple[str, str]], target: Path) -> dict[str, Any]:
    """Write a zip of `files` (name inside, path) and `texts` (name inside, content) to the new file `target`."""
    with zipfile.ZipFile(target, "x", zipfile.ZIP_DEFLATED, compresslevel=3) as archive:
        for name, text in texts:
            archive.writestr(_member(name), text.encode(), zipfile.ZIP_DEFLATED)
        for name, path in files:
            with path.open("rb") as source, archive.open(_member(name), "w", force_zip64=True) as member:
                while block := source.read(1 << 20):
                    member.write(block)
    return asdict(_written(target, 0))


def _member(name: str) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name, FIXED_MOMENT)
    info.compress_type = zipfile.ZIP_DEFLATED
    info.external_attr = 0o644 << 16
    return info


def _written(path: Path, row_count: int) -> Written:
    with path.open("rb") as file:
        sha256 = hashlib.file_digest(file, "sha256").hexdigest()
    return Written(sha256, path.stat().st_size, row_count)

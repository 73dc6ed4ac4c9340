"""What a child does for an export: the file, its digest, its size, its rows."""

from __future__ import annotations

import hashlib
import zipfile
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from datasets.columns import Column
from datasets.errors import TooLarge
from datasets.formats import FORMATS
from datasets.query.engine import RowReader
from datasets.query.question import Query
from datasets.query.sql import selection, where_clause
from datasets.rows import is_in_file_order, open_rows

FIXED_MOMENT = (1980, 1, 1, 0, 0, 0)
"""Zip members bear this moment, so that equal content gives equal bytes."""


@dataclass(frozen=True, slots=True)
class Written:
    """A file that was written: SHA-256, bytes, rows (0 for a bundle)."""

    sha256: str
    byte_size: int
    row_count: int


def write_export(
    store: Path, columns: Sequence[Column], query: Query, format_key: str, target: Path, *, spill: Path | None = None
) -> dict[str, Any]:
    """Write the rows of `query` to the new file `target`; gives `Written` as a dict. O(rows).

    Raises TooLarge("too_many_rows_for_format") before writing when the format cannot hold them.
    """
    chosen = FORMATS[format_key]
    with open_rows(store) as connection:
        rows = selection(query, columns, in_file_order=is_in_file_order(connection))
        if chosen.max_rows is not None:
            count = RowReader(connection, columns).count(where_clause(query, columns))
            if min(count, query.limit or count) > chosen.max_rows:
                raise TooLarge("too_many_rows_for_format", format=chosen.key, limit=chosen.max_rows, count=count)
    exported = list(query.columns) or list(columns)
    row_count = chosen.write_rows(store, exported, target, rows=rows, spill=spill)
    return asdict(_written(target, row_count))


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

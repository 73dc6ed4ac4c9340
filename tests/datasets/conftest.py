"""Small row stores made by hand, in the layout of `datasets.rows`."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import duckdb
import pytest

from datasets.columns import Column

MakeStore = Callable[[Sequence[Column], Sequence[Sequence[Any]]], Path]

SQL_TYPES = {
    "text": "VARCHAR",
    "integer": "BIGINT",
    "decimal": "DECIMAL(18,2)",
    "boolean": "BOOLEAN",
    "date": "DATE",
    "datetime": "TIMESTAMP",
}


def text_columns(*names: str) -> list[Column]:
    """Text columns whose key is their name."""
    return [Column(index, name, name) for index, name in enumerate(names)]


@pytest.fixture
def make_store(tmp_path: Path) -> MakeStore:
    """A function that writes rows (values per column; a shadow is made with TRY_CAST) and gives the store's path."""

    def make(columns: Sequence[Column], rows: Sequence[Sequence[Any]]) -> Path:
        path = tmp_path / f"{uuid.uuid4().hex}.duckdb"
        connection = duckdb.connect(str(path))
        cells = ", ".join(f"c{column.index} {SQL_TYPES[column.type]}" for column in columns)
        shadows = "".join(f", s{c.index} {SQL_TYPES[c.shadow_type]}" for c in columns if c.shadow_type)
        connection.execute(f"CREATE TABLE data (_row BIGINT, {cells}{shadows})")
        names = ", ".join(["_row", *(f"c{column.index}" for column in columns)])
        if rows:
            marks = ", ".join(f"({', '.join('?' * (len(columns) + 1))})" for _ in rows)
            values = [value for number, row in enumerate(rows, start=1) for value in (number, *row)]
            connection.execute(f"INSERT INTO data ({names}) VALUES {marks}", values)
        for column in columns:
            if column.shadow_type:
                kind = SQL_TYPES[column.shadow_type]
                connection.execute(f"UPDATE data SET s{column.index} = TRY_CAST(c{column.index} AS {kind})")
        connection.close()
        return path

    return make

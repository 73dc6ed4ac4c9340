"""Sums over JSON columns, in the words of SQLite and of PostgreSQL."""

from __future__ import annotations

from typing import Any

from sqlalchemy import BigInteger
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement


class blank_cells(FunctionElement[int]):
    """Blank cells of one data version: the sum of `blank_count` over its column profiles."""

    name = "blank_cells"
    type = BigInteger()
    inherit_cache = True


@compiles(blank_cells, "sqlite")
def _of_sqlite(element: blank_cells, compiler: Any, **options: Any) -> str:
    columns = compiler.process(element.clauses, **options)
    return f"(SELECT coalesce(sum(json_extract(one.value, '$.blank_count')), 0) FROM json_each({columns}) AS one)"


@compiles(blank_cells, "postgresql")
def _of_postgresql(element: blank_cells, compiler: Any, **options: Any) -> str:
    columns = compiler.process(element.clauses, **options)
    return (
        "(SELECT coalesce(sum(CAST(one.value ->> 'blank_count' AS bigint)), 0) "
        f"FROM json_array_elements({columns}) AS one(value))"
    )

"""By which columns the rows of two data versions are told apart."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from itertools import combinations
from typing import TYPE_CHECKING, Any

from datasets.columns import Column
from datasets.errors import Invalid, Problem
from datasets.rows import printed_cell

if TYPE_CHECKING:
    import duckdb

TELLING = re.compile(r"代码|编码|编号|证号|文号|案号|标识|名称|^id$|_id$|code|uuid|key|no$", re.I)
"""Headers of columns that name things."""
KEY_TYPES = frozenset({"text", "integer", "date", "datetime"})
NEVER = frozenset({"boolean", "decimal"})
MOST_SINGLE = 40
MOST_PAIRED = 6
"""Columns that are tried alone, and in pairs (a day and a place: the key of many statistics)."""
SAMPLE = 20_000
LONGEST = 200
"""Characters; a longer text is a description, not a name."""


class Side(Enum):
    """The table that a column is read from."""

    OLD = "old_data"
    NEW = "new_data"


@dataclass(frozen=True, slots=True)
class Pair:
    """One column as it was and as it is."""

    old: Column
    new: Column

    def printed(self, side: Side, table: str = "") -> str:
        """SQL of its cell as text on that side; `table` is an alias with its dot."""
        column = self.old if side is Side.OLD else self.new
        cell = printed_cell(column)
        return cell.replace(column.physical, table + column.physical) if table else cell


def find_key(connection: duckdb.DuckDBPyConnection, pairs: Sequence[Pair], wanted: Sequence[str] | None) -> list[Pair]:
    """The columns that tell rows apart in both versions; empty where none do.

    A column qualifies if it is filled and unique in both versions. Numbers that only count the rows (1, 2, 3 …) do
    not: they name a place in the file, which moves with every row that comes or goes. Names and codes go first, then
    single columns in their order, then pairs of the first few.
    """
    if wanted is not None:
        return _given(connection, pairs, wanted)
    candidates = [pair for pair in pairs if pair.old.type in KEY_TYPES and pair.new.type in KEY_TYPES]
    ordered = sorted(candidates, key=lambda pair: not TELLING.search(pair.new.name))
    for pair in ordered[:MOST_SINGLE]:
        if pair.new.type in ("text", "integer") and _is_key(connection, [pair]) and not _only_counts(connection, pair):
            return [pair]
    firsts = [pair for pair in candidates if not _only_counts(connection, pair)][:MOST_PAIRED]
    return next((list(two) for two in combinations(firsts, 2) if _is_key(connection, two)), [])


def _given(connection: duckdb.DuckDBPyConnection, pairs: Sequence[Pair], wanted: Sequence[str]) -> list[Pair]:
    known = {name: pair for pair in pairs for name in (pair.new.key, pair.new.name)}
    unknown = [name for name in wanted if name not in known]
    if unknown:
        problems = [
            Problem(name, "unknown_column", column=name[:80], known=[pair.new.name for pair in pairs][:50])
            for name in unknown
        ]
        raise Invalid("key_does_not_fit", problems=problems)
    chosen = [known[name] for name in dict.fromkeys(wanted)]
    if chosen and not _is_key(connection, chosen):
        raise Invalid("key_is_not_unique", columns=[pair.new.name for pair in chosen])
    return chosen


def _is_key(connection: duckdb.DuckDBPyConnection, pairs: Sequence[Pair]) -> bool:
    """Filled and unique on both sides; a sample turns most candidates away."""
    return all(
        _is_unique(connection, [pair.printed(side) for pair in pairs], source)
        for sample in (True, False)
        for side in (Side.NEW, Side.OLD)
        for source in [f"(SELECT * FROM {side.value} LIMIT {SAMPLE})" if sample else side.value]
    )


def _is_unique(connection: duckdb.DuckDBPyConnection, cells: Sequence[str], source: str) -> bool:
    filled = " AND ".join(f"{cell} IS NOT NULL" for cell in cells)
    counted = cells[0] if len(cells) == 1 else f"({', '.join(cells)})"
    longest = f"coalesce(max(greatest({', '.join(f'length({cell})' for cell in cells)})), 0)"
    row = _one(connection, f"SELECT count(*) = count(*) FILTER ({filled}) AND {longest} <= {LONGEST} FROM {source}")
    if not row[0]:
        return False
    return bool(_one(connection, f"SELECT count(*) = count(DISTINCT {counted}) FROM {source}")[0])


def _only_counts(connection: duckdb.DuckDBPyConnection, pair: Pair) -> bool:
    """Whether the column holds nothing but the numbers of the rows, in either version."""
    return any(
        bool(
            _one(
                connection,
                "SELECT count(*) > 1 AND"
                f" count(*) FILTER ({pair.printed(side)} IS DISTINCT FROM CAST(_row AS VARCHAR)) = 0"
                f" FROM (SELECT * FROM {side.value} LIMIT {SAMPLE})",
            )[0]
        )
        for side in (Side.OLD, Side.NEW)
    )


def _one(connection: duckdb.DuckDBPyConnection, sql: str) -> tuple[Any, ...]:
    row = connection.execute(sql).fetchone()
    assert row is not None
    return tuple(row)

"""What changed from one data version to the next: columns, and rows added, removed and changed.

Rows are told apart by a key, a column or two whose values are unique in both versions, or where there is none by their
whole content (then nothing is "changed": an altered row is one removed and one added). Only columns that both versions
have are compared, by name, as the text that is published; columns that came or went are told apart from that.

A difference is kept as a row store of its own, so that pages, filters and downloads of rows work on it as they are:
its columns are `change` (新增, 删除, 修改前, 修改后), the row's number in either version, and then the data's own.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from datasets.columns import Column
from datasets.difference_keys import Pair, Side, find_key
from datasets.rows import DEFAULT_MEMORY_BYTES, printed_cell, sql_text

if TYPE_CHECKING:
    import duckdb

CHANGES: dict[str, tuple[str, str]] = {
    "added": ("新增", "added"),
    "removed": ("删除", "removed"),
    "before": ("修改前", "before"),
    "after": ("修改后", "after"),
}
"""Kind of a row of a difference → how it is written in the stored difference and in English."""
OWN_COLUMNS = (("change", "变化"), ("old_row", "原行号"), ("new_row", "现行号"))
MEMORY_BYTES = DEFAULT_MEMORY_BYTES // 2
"""What DuckDB may keep before it spills: with what it does not count, and on one thread, it stays within the limit of a
child (512 MB) with a million rows, which two threads pass; they save no time worth that."""
MOST_COLUMNS = 400
"""Columns for which changed cells are counted one by one."""


@dataclass(frozen=True, slots=True)
class Difference:
    """Counts of a comparison. `key` holds the names of the key's columns; empty: rows were compared whole.

    `changed_cells` counts, for each column in which any changed row differs, how many rows do.
    """

    key: list[str]
    added: int
    removed: int
    changed: int
    unchanged: int
    columns_added: list[str] = field(default_factory=list)
    columns_removed: list[str] = field(default_factory=list)
    columns_retyped: list[list[str]] = field(default_factory=list)
    """[name, former type, new type]."""
    is_reordered: bool = False
    changed_cells: dict[str, int] = field(default_factory=dict)

    @property
    def is_empty(self) -> bool:
        """Whether nothing at all differs."""
        columns = self.columns_added or self.columns_removed or self.columns_retyped or self.is_reordered
        return not (self.added or self.removed or self.changed or columns)

    def as_dict(self) -> dict[str, Any]:
        """A JSON-able form that `from_dict` takes back."""
        return asdict(self)

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> Difference:
        """Rebuild from `as_dict`; unknown entries are ignored."""
        return cls(**{name: values[name] for name in cls.__dataclass_fields__ if name in values})


@dataclass(frozen=True, slots=True)
class Table:
    """One side of a comparison: a row store and its columns."""

    store: Path
    columns: Sequence[Column]


def compare(
    old: Table,
    new: Table,
    *,
    key: Sequence[str] | None = None,
    result: Path | None = None,
    spill: Path | None = None,
) -> Difference:
    """Compare two row stores; `result`, a new file, gets every row that differs (`difference_columns` describes it).

    `key` names columns that tell rows apart; None: find one; empty: compare rows whole. O(rows) with one hash join;
    a million against a million rows of twelve columns take about three seconds and 300 MB.
    Raises Invalid("key_does_not_fit" | "key_is_not_unique") for a given key that does not tell the rows of both apart.
    """
    pairs = _pairs(old.columns, new.columns)
    with _open(old.store, new.store, result, spill) as connection:
        chosen = find_key(connection, pairs, key)
        _match(connection, pairs, chosen)
        difference = _count(connection, old.columns, new.columns, pairs, chosen)
        if result is not None:
            _store(connection, old.columns, new.columns, difference)
    return difference


def difference_columns(old: Sequence[Column], new: Sequence[Column]) -> list[Column]:
    """The columns of a stored difference: its own three, then those of the new version, then those that went.

    Cells are stored as printed text; a key that is taken gets a number.
    """
    taken = {column.key for column in new}
    keys = []
    for key, _ in OWN_COLUMNS:
        keys.append(key if key not in taken else f"{key}_0")
    own = [
        Column(index, key, name, "text" if index == 0 else "integer")
        for index, (key, (_, name)) in enumerate(zip(keys, OWN_COLUMNS, strict=True))
    ]
    kept = {column.name for column in new}
    gone = [column for column in old if column.name not in kept]
    data = [*new, *gone]
    keys_of_data = _unique_keys([column.key for column in data])
    return own + [
        Column(len(own) + index, key, column.name, "text")
        for index, (column, key) in enumerate(zip(data, keys_of_data, strict=True))
    ]


def _unique_keys(keys: Sequence[str]) -> list[str]:
    result: list[str] = []
    for key in keys:
        unique, number = key, 2
        while unique in result:
            unique, number = f"{key}_{number}", number + 1
        result.append(unique)
    return result


def _pairs(old: Sequence[Column], new: Sequence[Column]) -> list[Pair]:
    former = {column.name: column for column in old}
    return [Pair(former[column.name], column) for column in new if column.name in former]


def _open(old: Path, new: Path, result: Path | None, spill: Path | None) -> duckdb.DuckDBPyConnection:
    """A connection with the stores attached read-only as `old_side` and `new_side`, and `result` as `result`."""
    import duckdb

    connection = duckdb.connect(
        ":memory:",
        config={
            "threads": 1,
            "memory_limit": f"{MEMORY_BYTES >> 20}MB",
            "temp_directory": str(spill) if spill else "",
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
            "preserve_insertion_order": False,
        },
    )
    connection.execute(f"ATTACH {sql_text(str(old))} AS old_side (READ_ONLY)")
    if new == old:
        connection.execute("CREATE VIEW new_data AS SELECT * FROM old_side.data")
    else:
        connection.execute(f"ATTACH {sql_text(str(new))} AS new_side (READ_ONLY)")
        connection.execute("CREATE VIEW new_data AS SELECT * FROM new_side.data")
    connection.execute("CREATE VIEW old_data AS SELECT * FROM old_side.data")
    if result is not None:
        connection.execute(f"ATTACH {sql_text(str(result))} AS result")
    return connection


def _match(connection: duckdb.DuckDBPyConnection, pairs: Sequence[Pair], key: Sequence[Pair]) -> None:
    """Table `found`(o, n): row numbers of either side, NULL where there is no partner; equal rows are left out."""
    if not pairs:
        connection.execute(
            "CREATE TABLE found AS SELECT _row AS o, NULL::BIGINT AS n FROM old_data"
            " UNION ALL SELECT NULL, _row FROM new_data"
        )
    elif key:
        joined = _joined(pairs, key)
        connection.execute(f"CREATE TABLE found AS SELECT o, n FROM ({joined}) WHERE h IS DISTINCT FROM g")
    else:
        connection.execute(
            f"CREATE TABLE found AS SELECT o, n FROM ({_joined_whole(pairs)}) WHERE o IS NULL OR n IS NULL"
        )


def _joined(pairs: Sequence[Pair], key: Sequence[Pair]) -> str:
    names = [f"k{index}" for index in range(len(key))]
    left = ", ".join(f"{pair.printed(Side.OLD)} AS {name}" for pair, name in zip(key, names, strict=True))
    right = ", ".join(f"{pair.printed(Side.NEW)} AS {name}" for pair, name in zip(key, names, strict=True))
    return (
        f"SELECT l._row AS o, r._row AS n, l.h AS h, r.h AS g"
        f" FROM (SELECT _row, {left}, {_content(pairs, Side.OLD)} AS h FROM old_data) l"
        f" FULL JOIN (SELECT _row, {right}, {_content(pairs, Side.NEW)} AS h FROM new_data) r"
        f" ON {' AND '.join(f'l.{name} = r.{name}' for name in names)}"
    )


def _joined_whole(pairs: Sequence[Pair]) -> str:
    """Equal rows are paired one by one in the order of their files: three here and two there leave one."""
    sides = [
        f"(SELECT _row, h, g, row_number() OVER (PARTITION BY h, g ORDER BY _row) AS copy FROM"
        f" (SELECT _row, {_content(pairs, side)} AS h, {_content(pairs[::-1], side)} AS g FROM {side.value}))"
        for side in (Side.OLD, Side.NEW)
    ]
    return (
        f"SELECT l._row AS o, r._row AS n FROM {sides[0]} l"
        f" FULL JOIN {sides[1]} r ON l.h = r.h AND l.g = r.g AND l.copy = r.copy"
    )


def _content(pairs: Sequence[Pair], side: Side) -> str:
    """A hash of 64 bits over the cells as they are printed. Twice, in two orders, where it alone tells rows apart."""
    return f"hash({', '.join(pair.printed(side) for pair in pairs)})"


def _count(
    connection: duckdb.DuckDBPyConnection,
    old: Sequence[Column],
    new: Sequence[Column],
    pairs: Sequence[Pair],
    key: Sequence[Pair],
) -> Difference:
    from datasets.versions import compare_columns  # brings SQLAlchemy along, which no asker of this module needs

    added, removed, changed = _one(
        connection,
        "SELECT count(*) - count(o), count(*) - count(n), count(o + n) FROM found",
    )
    (total,) = _one(connection, "SELECT count(*) FROM new_data")
    changes = compare_columns(old, new)
    return Difference(
        key=[pair.new.name for pair in key],
        added=added,
        removed=removed,
        changed=changed,
        unchanged=total - added - changed,
        columns_added=changes.added,
        columns_removed=changes.removed,
        columns_retyped=[list(one) for one in changes.retyped],
        is_reordered=changes.is_reordered,
        changed_cells=_changed_cells(connection, pairs) if changed else {},
    )


def _changed_cells(connection: duckdb.DuckDBPyConnection, pairs: Sequence[Pair]) -> dict[str, int]:
    counted = pairs[:MOST_COLUMNS]
    tests = ", ".join(
        f"count(*) FILTER ({pair.printed(Side.OLD, 'l.')} IS DISTINCT FROM {pair.printed(Side.NEW, 'r.')})"
        for pair in counted
    )
    row = _one(
        connection,
        f"SELECT {tests} FROM found f JOIN old_data l ON l._row = f.o JOIN new_data r ON r._row = f.n",
    )
    return {pair.new.name: count for pair, count in zip(counted, row, strict=True) if count}


def _store(
    connection: duckdb.DuckDBPyConnection, old: Sequence[Column], new: Sequence[Column], difference: Difference
) -> None:
    """Write the rows of `found` in the order of the new file; a removed row stands where it was in the old one."""
    by_name = {column.name: column for column in old}
    here = {column.name for column in new}
    data = [(by_name.get(column.name), column) for column in new]
    cells_old = [printed_cell(former) if former else "NULL" for former, _ in data]
    cells_new = [printed_cell(column) for _, column in data]
    gone = [column for column in old if column.name not in here]
    cells_old += [printed_cell(column) for column in gone]
    cells_new += ["NULL"] * len(gone)
    first = len(OWN_COLUMNS)
    sides = f"{_rows_sql(Side.OLD, cells_old)} UNION ALL {_rows_sql(Side.NEW, cells_new)}"
    names = ", ".join(f"c{index}" for index in range(first + len(cells_new)))
    connection.execute(
        f"CREATE TABLE result.data AS SELECT row_number() OVER (ORDER BY place, is_gone, turn) AS _row, {names}"
        f" FROM ({sides}) ORDER BY place, is_gone, turn"
    )
    connection.execute("CREATE TABLE result.facts (key VARCHAR PRIMARY KEY, value VARCHAR)")
    connection.execute("INSERT INTO result.facts VALUES ('difference', ?)", [json.dumps(difference.as_dict())])
    connection.execute("CHECKPOINT result")


def _rows_sql(side: Side, cells: Sequence[str]) -> str:
    """The rows of one side that differ: alone there, or one half of a changed pair."""
    row, other, alone, paired, turn = (
        ("o", "n", "removed", "before", 0) if side is Side.OLD else ("n", "o", "added", "after", 1)
    )
    first = len(OWN_COLUMNS)
    texts = ", ".join(f"CAST({cell} AS VARCHAR) AS c{first + index}" for index, cell in enumerate(cells))
    change = f"CASE WHEN {other} IS NULL THEN {sql_text(CHANGES[alone][0])} ELSE {sql_text(CHANGES[paired][0])} END"
    return (
        f"SELECT coalesce(n, o) AS place, n IS NULL AS is_gone, {turn} AS turn, {change} AS c0, o AS c1, n AS c2,"
        f" {texts} FROM found f JOIN {side.value} d ON d._row = f.{row}"
    )


def _one(connection: duckdb.DuckDBPyConnection, sql: str) -> tuple[Any, ...]:
    row = connection.execute(sql).fetchone()
    assert row is not None
    return tuple(row)


def read_difference(store: Path) -> Difference:
    """The counts that a stored difference carries."""
    import duckdb

    with duckdb.connect(str(store), read_only=True) as connection:
        (value,) = _one(connection, "SELECT value FROM facts WHERE key = 'difference'")
    return Difference.from_dict(json.loads(value))

"""Answers to row questions: the numbers of the rows first, their cells after, and always the exact total."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from datasets.columns import Column
from datasets.query.group_sql import group_clause, group_order
from datasets.query.question import Query
from datasets.query.sql import Clause, after_clause, both, order_terms, where_clause
from datasets.query.words import WordLists
from datasets.rowfile import BrokenRowFile, CellValue, RowFile, open_row_file, report_broken, typed_rows
from datasets.rows import is_in_file_order, open_rows, printed_cell, typed_cell

if TYPE_CHECKING:
    import duckdb

Row = list[CellValue]


@dataclass(frozen=True, slots=True)
class RowPage:
    """One page of an answer. `rows` hold the cells of `columns`, in order; None is a blank cell.

    As text every cell is what the delivered file says. As values integers, decimals and booleans are native, days and
    moments are texts such as 2024-02-29 and 2024-02-29 08:30:00. `total` counts all rows that fit the question.
    """

    columns: list[Column]
    rows: list[list[CellValue]]
    numbers: list[int]
    """The number of each row in the version, from 1."""
    total: int
    limit: int
    offset: int
    next_after: int | None
    """What `_after` has to be for the next page; None on the last one."""
    has_broken_row_file: bool = False
    """Whether the cells came from the row store because the row file beside it is damaged."""

    def as_dict(self) -> dict[str, Any]:
        """A JSON-able form."""
        values = {name: getattr(self, name) for name in self.__dataclass_fields__}
        return {**values, "columns": [column.as_dict() for column in self.columns]}

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> RowPage:
        """The page that `as_dict` described."""
        return cls(**{**data, "columns": [Column.from_dict(column) for column in data["columns"]]})


class RowReader:
    """One opened row store. Not for several threads at once."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, columns: Sequence[Column]) -> None:
        self.connection = connection
        self.columns = list(columns)
        self.row_count = int(self._one("SELECT count(*) FROM data")[0])
        self.in_file_order = is_in_file_order(connection)
        self.words = WordLists(connection)
        self.store = Path(self._one("SELECT path FROM duckdb_databases() WHERE NOT internal")[0] or "")
        self.row_file: RowFile | None = None
        self.has_broken_row_file = False
        if self.in_file_order:
            try:
                self.row_file = open_row_file(self.store, row_count=self.row_count)
            except BrokenRowFile:
                self._give_up_row_file()

    def page(self, query: Query, *, as_text: bool = False, total: int | None = None) -> RowPage:
        """Answer `query`. `total` is passed by who knows it already, which spares the counting.

        Without conditions O(page) at any offset; with them O(rows) of narrow scans, with `_sort` a top-n on top.
        A grouped question gets its groups as rows, numbered in their order; O(rows) and O(groups).
        """
        if query.grouping:
            return self._groups(query, as_text=as_text, total=total)
        where = where_clause(query, self.columns, self.words)
        if total is None:
            known = self.words.count(query)
            total = self.count(where) if known is None else known
        numbers = self._numbers(query, where, total)
        following = len(numbers) > query.page_size
        numbers = numbers[: query.page_size]
        columns = list(query.columns) or self.columns
        return RowPage(
            columns=columns,
            rows=self._cells(numbers, columns, as_text=as_text),
            numbers=numbers,
            total=total,
            limit=query.page_size,
            offset=query.offset,
            next_after=numbers[-1] if following else None,
            has_broken_row_file=self.has_broken_row_file,
        )

    def count(self, where: Clause) -> int:
        """How many rows there are for which `where` holds."""
        if not where.sql:
            return self.row_count
        return int(self._one(f"SELECT count(*) FROM data WHERE {where.sql}", where.params)[0])

    def _numbers(self, query: Query, where: Clause, total: int) -> list[int]:
        """The numbers of the page's rows and of one more, if there is one."""
        wanted = query.page_size + 1
        if query.offset >= total:
            return []
        if query.after is not None:
            where = both(where, self._after(query, query.after))
        elif query.selects_all and not query.sort:
            return list(range(query.offset + 1, min(query.offset + wanted, total) + 1))
        filtered = f" WHERE {where.sql}" if where.sql else ""
        order = (
            f" ORDER BY {order_terms(query.sort, self._sort_names(query))}"
            if query.sort or not self.in_file_order
            else ""
        )
        sql = f"SELECT _row FROM data{filtered}{order} LIMIT {wanted:d} OFFSET {query.offset:d}"
        return [int(number) for (number,) in self.connection.execute(sql, where.params).fetchall()]

    def _sort_names(self, query: Query) -> dict[int, str]:
        """Numbers that stand for texts of the same order; a typed shadow has an order of its own."""
        shadowed = {sort.column.index for sort in query.sort if sort.column.shadow_type}
        return {index: name for index, name in self.words.sort_names.items() if index not in shadowed}

    def _groups(self, query: Query, *, as_text: bool, total: int | None) -> RowPage:
        """A page of groups. `total` counts groups; it is learned from the same scan."""
        assert query.grouping is not None
        columns = query.grouping.result_columns()
        groups = group_clause(query, self.columns, self.words)
        cells = [printed_cell(column) if as_text else _value_sql(column) for column in columns]
        counted = "count(*) OVER ()" if total is None else "CAST(? AS BIGINT)"
        known: tuple[object, ...] = () if total is None else (total,)
        sql = (
            f"SELECT {counted}, {', '.join(cells)} FROM ({groups.sql}) ORDER BY {group_order(query)}"
            f" LIMIT {query.page_size:d} OFFSET {query.offset:d}"
        )
        found = self.connection.execute(sql, [*known, *groups.params]).fetchall()
        if found or query.offset == 0:
            total = found[0][0] if found else 0
        elif total is None:
            total = self._one(f"SELECT count(*) FROM ({groups.sql})", groups.params)[0]
        return RowPage(
            columns=columns,
            rows=[[_as_json(cell) for cell in row[1:]] for row in found],
            numbers=list(range(query.offset + 1, query.offset + 1 + len(found))),
            total=int(total or 0),
            limit=query.page_size,
            offset=query.offset,
            next_after=None,
        )

    def _after(self, query: Query, row: int) -> Clause:
        if not query.sort:
            return Clause("_row > ?", (row,))
        names = ", ".join(typed_cell(sort.column) for sort in query.sort)
        anchor = self.connection.execute(f"SELECT {names} FROM data WHERE _row = ?", [row]).fetchone()
        return after_clause(query.sort, anchor, row) if anchor else Clause("false")

    def _cells(self, numbers: Sequence[int], columns: Sequence[Column], *, as_text: bool) -> list[Row]:
        """The cells of the rows `numbers`, in their order: from the row file, or from the store where there is none."""
        if not numbers:
            return []
        if self.row_file is not None:
            try:
                cells = self.row_file.cells(numbers, [column.index for column in columns])
            except BrokenRowFile:
                self._give_up_row_file()
            else:
                return typed_rows(cells, ["text" if as_text else column.type for column in columns])
        return self._stored_cells(numbers, columns, as_text=as_text)

    def _give_up_row_file(self) -> None:
        report_broken(self.store)
        if self.row_file is not None:
            self.row_file.close()
        self.row_file = None
        self.has_broken_row_file = True

    def close(self) -> None:
        """Let go of the row store and of its row file."""
        if self.row_file is not None:
            self.row_file.close()
        self.connection.close()

    def _stored_cells(self, numbers: Sequence[int], columns: Sequence[Column], *, as_text: bool) -> list[Row]:
        """The same from the row store. A join finds scattered rows faster than a list does."""
        selected = ", ".join(printed_cell(column) if as_text else _value_sql(column) for column in columns)
        row, shift = ("rowid", 1) if self.in_file_order else ("_row", 0)
        wanted = [number - shift for number in numbers]
        first, last = min(wanted), max(wanted)
        params: list[object]
        where, params = f"{row} BETWEEN ? AND ?", [first, last]
        if last - first + 1 != len(wanted):
            where, params = f"{where} AND {row} IN (SELECT unnest(CAST(? AS BIGINT[])))", [first, last, wanted]
        found = self.connection.execute(f"SELECT _row, {selected} FROM data WHERE {where}", params).fetchall()
        by_number: dict[int, Row] = {row[0]: list(row[1:]) for row in found}
        return [by_number[number] for number in numbers]

    def _one(self, sql: str, params: Sequence[object] = ()) -> tuple[Any, ...]:
        row = self.connection.execute(sql, list(params)).fetchone()
        assert row is not None
        return tuple(row)


def run(path: Path, columns: Sequence[Column], query: Query, *, as_text: bool = False) -> RowPage:
    """Answer `query` about the row store at `path` in this process, without a deadline: for commands and tests."""
    with open_rows(path) as connection:
        return RowReader(connection, columns).page(query, as_text=as_text)


def _as_json(cell: Any) -> CellValue:
    """A whole number that 64 bits cannot hold, as sums may be, becomes a floating-point one."""
    return float(cell) if isinstance(cell, int) and not -(2**63) <= cell < 2**63 else cell


def _value_sql(column: Column) -> str:
    """The cell as JSON can hold it."""
    match column.type:
        case "decimal":
            return f"CAST({column.physical} AS DOUBLE)"
        case "date" | "datetime":
            return printed_cell(column)
        case _:
            return column.physical

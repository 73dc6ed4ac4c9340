"""What a row store knows of its text columns before a row is looked at.

Columns of few different values have a list: every value once, in order, with its rows. The store then has the place of
each cell's value, a small number, beside the cell (`d{i}`): filters for one value or a run of them compare numbers,
sorting and grouping go by numbers, and how many rows fit is known without looking at one.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from datasets.columns import Column
from datasets.query.question import Condition, Query
from datasets.query.sql import Clause, condition_clause

if TYPE_CHECKING:
    import duckdb


class WordLists:
    """The lists of one store. Answers the same as the cells would, only sooner."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self.connection = connection
        self.values: dict[int, list[str]] = {}
        self.row_counts: dict[int, list[int]] = {}
        self._ascii: dict[int, bool] = {}
        if _has_words(connection):
            found = connection.execute("SELECT column_index, value, row_count FROM words ORDER BY ALL").fetchall()
            for index, value, row_count in found:
                self.values.setdefault(index, []).append(value)
                self.row_counts.setdefault(index, []).append(row_count)

    @property
    def sort_names(self) -> dict[int, str]:
        """What to sort by instead of the text, by the column's index."""
        return {index: f"d{index:d}" for index in self.values}

    def shortcut(self, condition: Condition) -> Clause | None:
        """The condition by the places of its values, where they are one run of neighbours; else None."""
        places = self._places(condition)
        if places is None or self._takes_blanks(condition):
            return None
        if not places:
            return Clause("false")
        first, last = min(places), max(places)
        if last - first + 1 != len(places):
            return None
        name = f"d{condition.column.index:d}"
        return Clause(f"{name} = {first:d}" if first == last else f"{name} BETWEEN {first:d} AND {last:d}")

    def count(self, query: Query) -> int | None:
        """How many rows fit a question of one condition on such a column; None when that has to be counted."""
        if len(query.conditions) != 1 or query.alternatives or query.words:
            return None
        places = self._places(query.conditions[0])
        if places is None or self._takes_blanks(query.conditions[0]):
            return None
        counts = self.row_counts[query.conditions[0].column.index]
        return sum(counts[place] for place in places)

    def is_ascii(self, column: Column) -> bool:
        """Whether DuckDB's own statistics say that the column holds nothing but ASCII; asked once, without reading."""
        if column.index not in self._ascii:
            found = self.connection.execute(f"SELECT stats({column.physical}) FROM data LIMIT 1").fetchone()
            facts = found[0] if found else None
            self._ascii[column.index] = isinstance(facts, dict) and facts.get("has_unicode") is False
        return self._ascii[column.index]

    def _places(self, condition: Condition) -> list[int] | None:
        """The places of the values that fit; None for other columns and for comparisons by a typed shadow."""
        index = condition.column.index
        if index not in self.values or condition.by_shadow:
            return None
        clause = condition_clause(condition, "value")
        sql = f"SELECT place FROM words WHERE column_index = ? AND ({clause.sql})"
        found: Sequence[tuple[int]] = self.connection.execute(sql, [index, *clause.params]).fetchall()
        return [place for (place,) in found]

    def _takes_blanks(self, condition: Condition) -> bool:
        clause = condition_clause(condition, "CAST(NULL AS VARCHAR)")
        found = self.connection.execute(f"SELECT coalesce({clause.sql}, false)", list(clause.params)).fetchone()
        return bool(found and found[0])


def _has_words(connection: duckdb.DuckDBPyConnection) -> bool:
    sql = "SELECT 1 FROM duckdb_tables() WHERE table_name = 'words' AND database_name = current_database()"
    return connection.execute(sql).fetchone() is not None

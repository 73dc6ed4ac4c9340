"""A grouped question as a subquery that looks like a table of rows: `_row`, c0, c1 …, one row per group.

Three layers: groups by the cheapest key with what is counted of each; keys as they are shown; the order.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from datasets.columns import Column
from datasets.query.grouping import Grouping, GroupKey, Measure
from datasets.query.question import Query, Sort
from datasets.query.sql import Clause, Known, where_clause
from datasets.rows import Selection, typed_cell

Words = Mapping[int, Sequence[str]]


class KnownWords(Known, Protocol):
    """What is known of a row store; `values` holds, for some text columns by index, all their values in order.

    The table then has the place of each cell's value in that list, from 0, under the name d{index}.
    """

    @property
    def values(self) -> Words:
        """The lists."""


def grouped_selection(query: Query, columns: Sequence[Column], language: str = "zh") -> tuple[list[Column], Selection]:
    """What to select, in the order asked for, so that a writer of rows writes the groups of `query`.

    The columns are those of the answer; their physical names are those of the subquery.
    """
    grouping = _grouping(query)
    groups = group_clause(query, columns)
    ordered = f"(SELECT row_number() OVER (ORDER BY {group_order(query)}) AS _row, * FROM ({groups.sql})) AS grouped"
    selection = Selection(order="_row", limit=query.limit, params=groups.params, source=ordered)
    return grouping.result_columns(language), selection


def group_clause(query: Query, columns: Sequence[Column], store: KnownWords | None = None) -> Clause:
    """A SELECT of c0, c1 …: the groups of the rows that fit `query`, in no order."""
    grouping = _grouping(query)
    # one text alone goes by itself: DuckDB groups by its own dictionary in a third of the time that numbers take
    known = store.values if store and len(grouping.keys) > 1 else {}
    where = where_clause(query, columns, store)
    keys = [f"{_grouped_by(key, known)} AS k{place}" for place, key in enumerate(grouping.keys)]
    measures = [f"{_measured(measure)} AS m{place}" for place, measure in enumerate(grouping.measures)]
    inner = f"SELECT {', '.join([*keys, *measures])} FROM data"
    inner += f" WHERE {where.sql}" if where.sql else ""
    inner += f" GROUP BY {', '.join(str(place + 1) for place in range(len(keys)))}" if keys else ""
    lists: list[object] = []
    shown = []
    for place, key in enumerate(grouping.keys):
        if _is_coded(key, known):
            lists.append(list(known[key.column.index]))
            shown.append(f"list_extract(CAST(? AS VARCHAR[]), k{place} + 1) AS c{place}")
        else:
            shown.append(f"{key.bucket.shown.format(key=f'k{place}') if key.bucket else f'k{place}'} AS c{place}")
    first = len(grouping.keys)
    shown += [f"m{place} AS c{first + place}" for place in range(len(grouping.measures))]
    return Clause(f"SELECT {', '.join(shown)} FROM ({inner})", (*lists, *where.params))


def group_order(query: Query) -> str:
    """What follows ORDER BY: as asked; else in the order of time, or the greatest first measure first; then by keys."""
    grouping = _grouping(query)
    answer = grouping.result_columns()
    keys = answer[: len(grouping.keys)]
    first = () if grouping.is_in_time else (Sort(answer[len(keys)], descends=True),)
    chosen = query.sort or first
    terms = [*chosen, *(Sort(column) for column in keys if column not in [sort.column for sort in chosen])]
    return ", ".join(f"{sort.column.physical} {'DESC' if sort.descends else 'ASC'} NULLS LAST" for sort in terms)


def _grouping(query: Query) -> Grouping:
    assert query.grouping is not None
    return query.grouping


def _is_coded(key: GroupKey, words: Words) -> bool:
    return key.bucket is None and key.column.index in words


def _grouped_by(key: GroupKey, words: Words) -> str:
    if key.bucket is not None:
        return key.bucket.sql.format(cell=typed_cell(key.column))
    return f"d{key.column.index:d}" if _is_coded(key, words) else key.column.physical


def _measured(measure: Measure) -> str:
    kind = measure.kind
    if measure.column is None:
        return "count(*)"
    cell = typed_cell(measure.column) if measure.by_shadow else measure.column.physical
    template = kind.shadow_sql if kind.shadow_sql and measure.by_shadow else kind.sql
    return template.format(cell=cell)

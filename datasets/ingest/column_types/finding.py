"""Finding the types of all columns of a raw table: a sample proposes, all rows decide."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from datasets.ingest.column_types.codes import MAX_DIGITS, is_code_header, is_date_header, is_named_so
from datasets.ingest.column_types.coordinates import find_axis, in_bounds
from datasets.ingest.column_types.guessing import GuessCounts, make_guess
from datasets.ingest.column_types.kinds import TEXT, ColumnType, RawColumn
from datasets.ingest.column_types.shadows import shadow_sql
from datasets.ingest.column_types.writings import WRITINGS
from datasets.ingest.raw_table import RawTable, Row

WHOLE = re.compile(r"-?(?:0|[1-9]\d*)", re.ASCII)
DECIMAL = re.compile(r"-?(?:0|[1-9]\d*)(?:\.(\d+))?", re.ASCII)
LONGEST = 40
"""Characters of the longest sampled cell above which a column is prose."""
ENOUGH_DATES = 20
"""Cells of eight digits, each a day of 1900–2099, that chance does not make."""
MOST_IN_BOUNDS = 0.9
"""Share of coordinates that lie in the country: lists carry some 0 and typing errors."""
CHECKS_A_PASS = 100


def find_types(table: RawTable, columns: Sequence[RawColumn], sample: Sequence[Row], where: str) -> list[ColumnType]:
    """The types of `columns` over all rows for which `where` holds; O(rows × columns), in few passes."""
    cells = [[cell for row in sample if (cell := row[column.position]) is not None] for column in columns]
    proposals = [_propose(column.name, values) for column, values in zip(columns, cells, strict=True)]
    result = [TEXT] * len(columns)
    while open_ones := [index for index, proposal in enumerate(proposals) if proposal]:
        checks = [_check(columns[index].cell, proposals[index][0].sql) for index in open_ones]
        for index, (failures, shortest, longest) in zip(open_ones, _ask(table, checks, where, 3), strict=True):
            proposal = proposals[index].pop(0)
            if failures:
                continue
            proposals[index] = []
            is_code = _is_identifier(proposal, shortest, longest)
            result[index] = ColumnType(recognised="code") if is_code else proposal
    _add_shadows(table, columns, cells, result, where)
    _recognise_figures(table, columns, cells, result, where)
    return result


def _propose(name: str, values: Sequence[str]) -> list[ColumnType]:
    """Types that all sampled cells could have, the narrowest first."""
    if not values or max(map(len, values)) > LONGEST or is_code_header(name):
        return []
    if all(value in ("true", "false") for value in values):
        return [ColumnType("boolean", "BOOLEAN")]
    if all(WHOLE.fullmatch(value) for value in values):
        is_dated = is_date_header(name) and all(map(WRITINGS["compact_date"].fits, values))
        return [] if is_dated else [ColumnType("integer", "BIGINT"), *_decimals(values)]
    if all(DECIMAL.fullmatch(value) for value in values):
        return _decimals(values)
    return _moments(values)


def _moments(values: Sequence[str]) -> list[ColumnType]:
    """Only the two forms that DuckDB prints: 2026-07-10 and 2026-07-10 10:00:00."""
    if all(len(value) == 10 and value[4] == "-" for value in values):
        return [ColumnType("date", "DATE")]
    if all(len(value) == 19 and value[10] == " " for value in values):
        return [ColumnType("datetime", "TIMESTAMP")]
    return []


def _decimals(values: Sequence[str]) -> list[ColumnType]:
    """One number of decimals everywhere: an exact DECIMAL. Uneven ones: DOUBLE, if it prints them back."""
    if any(len(value.lstrip("-")) > MAX_DIGITS + 1 for value in values):
        return []
    scales = {len(match.group(1) or "") for match in map(DECIMAL.fullmatch, values) if match}
    if len(scales) == 1 and scales != {0}:
        return [ColumnType("decimal", f"DECIMAL(18,{scales.pop()})"), ColumnType("decimal", "DOUBLE")]
    return [ColumnType("decimal", "DOUBLE")]


def _check(cell: str, sql_type: str) -> str:
    """Three aggregates: cells that do not come back, the shortest and the longest cell."""
    back = f"CAST(TRY_CAST({cell} AS {sql_type}) AS VARCHAR)"
    extra = f" OR contains({cell}, 'e') OR contains({cell}, 'n')" if sql_type == "DOUBLE" else ""
    failures = f"count_if({cell} IS NOT NULL AND ({back} IS DISTINCT FROM {cell}{extra}))"
    return f"{failures}, min(length({cell})), max(length({cell}))"


def _ask(table: RawTable, checks: Sequence[str], where: str, size: int) -> list[tuple[int, ...]]:
    """The numbers that `checks`, each of `size` aggregates, give over the rows for which `where` holds."""
    answers: list[tuple[int, ...]] = []
    for start in range(0, len(checks), CHECKS_A_PASS):
        row = table.one(f"SELECT {', '.join(checks[start : start + CHECKS_A_PASS])} FROM raw WHERE {where}")
        answers += [tuple(value or 0 for value in row[at : at + size]) for at in range(0, len(row), size)]
    return answers


def _is_identifier(proposal: ColumnType, shortest: int, longest: int) -> bool:
    """Whole numbers too long to count with, or all of one great length, name things."""
    if proposal.type == "decimal":
        return longest > MAX_DIGITS + 2
    return proposal.type == "integer" and (longest > MAX_DIGITS or is_named_so(shortest, longest))


def _add_shadows(
    table: RawTable,
    columns: Sequence[RawColumn],
    cells: Sequence[Sequence[str]],
    types: list[ColumnType],
    where: str,
) -> None:
    """Give `types` their shadows in place."""
    wanted = {
        index: guess
        for index, (column, values) in enumerate(zip(columns, cells, strict=True))
        if types[index] is TEXT and (guess := make_guess(column.name, values))
    }
    checks = [guess.check(columns[index].cell) for index, guess in wanted.items()]
    for (index, guess), counts in zip(
        wanted.items(), _ask(table, checks, where, len(GuessCounts._fields)), strict=True
    ):
        types[index] = guess.settle(GuessCounts(*counts))


def _recognise_figures(
    table: RawTable,
    columns: Sequence[RawColumn],
    cells: Sequence[Sequence[str]],
    types: list[ColumnType],
    where: str,
) -> None:
    """Coordinates among the numbers, and whole numbers of which each one is a day, in place."""
    checks: dict[int, str] = {}
    for index, (column, kind) in enumerate(zip(columns, types, strict=True)):
        axis = find_axis(column.name)
        if axis and "decimal" in (kind.type, kind.shadow):
            checks[index] = f"count({column.cell}), count_if({in_bounds(column.cell, axis)})"
        elif kind.type == "integer" and _are_days(cells[index]):
            checks[index] = f"count({column.cell}), count({shadow_sql(column.cell, 'date')})"
    answers = _ask(table, list(checks.values()), where, 2)
    for index, (filled, fitting) in zip(checks, answers, strict=True):
        if types[index].type == "integer":
            is_dated = filled == fitting
            types[index] = ColumnType(shadow="date", recognised="compact_date") if is_dated else types[index]
        elif fitting >= MOST_IN_BOUNDS * filled:
            types[index] = replace(types[index], recognised=find_axis(columns[index].name))


def _are_days(values: Sequence[str]) -> bool:
    return len(values) >= ENOUGH_DATES and all(map(WRITINGS["compact_date"].fits, values))

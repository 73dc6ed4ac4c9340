"""The type of a column: only what every single cell survives when it is parsed and printed again.

A sample proposes, all rows decide: for each column DuckDB counts the cells that do not come back unchanged. Codes stay
text whatever they look like (leading zeros, 18-digit numbers, equal length of 11 digits and more, a header that says
so). A text column whose cells mostly parse gets a typed shadow for sorting and comparing.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from datasets.ingest.raw_table import RawTable, Row

ID_DIGITS = 11
MAX_DIGITS = 15
"""Spreadsheets and JavaScript keep no more."""
CODE_HEADER = re.compile(
    r"代码|编码|编号|代号|标识码|证号|证件号|身份证|帐号|账号|卡号|单号|文号|电话|手机|传真|邮编|邮政编码|郵遞區號|代碼|編碼|編號|電話"
    r"|(?:^|[^a-z])(?:codes?|zip|postcode|phone|tel|mobile|fax|isbn|uuid|guid|id)(?:$|[^a-z])|[a-z](?:Code|Id|ID)$",
    re.ASCII,
)
DATE_HEADER = re.compile(r"日期|时间|年月日|date|day", re.I)
COMPACT_DATE = re.compile(r"(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])", re.ASCII)
WHOLE = re.compile(r"-?(?:0|[1-9]\d*)", re.ASCII)
DECIMAL = re.compile(r"-?(?:0|[1-9]\d*)(?:\.(\d+))?", re.ASCII)
LOOSE_NUMBER = r"[+-]?[¥￥$€£]?[ ]?(?:[0-9]+|[0-9]{1,3}(?:[,，][0-9]{3})+)(?:\.[0-9]+)?[ ]?[%％]?"
LOOSE_DATE = r"[0-9]{4}(?:-|/|\.|年)[0-9]{1,2}(?:-|/|\.|月)[0-9]{1,2}日?"
LOOSE_MOMENT = LOOSE_DATE + r"[ T][0-9]{1,2}:[0-9]{2}(?::[0-9]{2})?"
MOST = 0.5
CHECKS_A_PASS = 100


@dataclass(frozen=True, slots=True)
class ColumnType:
    """`type` as CONTRACT knows it, the SQL type that holds it, and the shadow of a text column."""

    type: str = "text"
    sql: str = "VARCHAR"
    shadow: str | None = None


TEXT = ColumnType()


@dataclass(frozen=True, slots=True)
class RawColumn:
    """Column r{position} of the raw table under its name."""

    position: int
    name: str

    @property
    def cell(self) -> str:
        """SQL name."""
        return f"r{self.position}"


def find_types(table: RawTable, columns: Sequence[RawColumn], sample: Sequence[Row], where: str) -> list[ColumnType]:
    """The types of `columns` over all rows for which `where` holds; O(rows × columns), in few passes."""
    cells = [[cell for row in sample if (cell := row[column.position]) is not None] for column in columns]
    proposals = [_propose(column.name, values) for column, values in zip(columns, cells, strict=True)]
    result = [TEXT] * len(columns)
    while open_ones := [index for index, proposal in enumerate(proposals) if proposal]:
        checks = [_check(columns[index].cell, proposals[index][0].sql) for index in open_ones]
        found = _ask(table, checks, where)
        for index, (failures, shortest, longest) in zip(open_ones, found, strict=True):
            proposal = proposals[index].pop(0)
            if failures == 0 and not _is_identifier(proposal, shortest, longest):
                result[index] = proposal
                proposals[index] = []
    return _add_shadows(table, columns, cells, result, where)


def shadow_sql(cell: str, shadow: str) -> str:
    """SQL that reads a text cell loosely as `shadow`: 1,234 · 52% · 2026/1/2 · 2026年1月2日 · 20260102; else NULL."""
    if shadow in ("integer", "decimal"):
        sql_type = "BIGINT" if shadow == "integer" else "DOUBLE"
        digits = f"regexp_replace({cell}, '[,，¥￥$€£%％ ]', '', 'g')"
        return f"CASE WHEN regexp_full_match({cell}, '{LOOSE_NUMBER}') THEN TRY_CAST({digits} AS {sql_type}) END"
    plain = f"replace(regexp_replace({cell}, '[/.年月]', '-', 'g'), '日', '')"
    if shadow == "date":
        parts = f"concat({cell}[1:4], '-', {cell}[5:6], '-', {cell}[7:8])"
        compact = f"CASE WHEN regexp_full_match({cell}, '[0-9]{{8}}') THEN TRY_CAST({parts} AS DATE) END"
        return f"CASE WHEN regexp_full_match({cell}, '{LOOSE_DATE}') THEN TRY_CAST({plain} AS DATE) ELSE {compact} END"
    moment = (
        f"concat(replace(replace({plain}, 'T', ' '), '日', ''), CASE WHEN {cell} LIKE '%:%:%' THEN '' ELSE ':00' END)"
    )
    return f"CASE WHEN regexp_full_match({cell}, '{LOOSE_MOMENT}') THEN TRY_CAST({moment} AS TIMESTAMP) END"


def _propose(name: str, values: Sequence[str]) -> list[ColumnType]:
    """Types that all sampled cells could have, the narrowest first."""
    if not values or max(map(len, values)) > 40:
        return []
    if all(value in ("true", "false") for value in values):
        return [ColumnType("boolean", "BOOLEAN")]
    if all(WHOLE.fullmatch(value) for value in values):
        is_code = CODE_HEADER.search(name) or (DATE_HEADER.search(name) and all(map(COMPACT_DATE.fullmatch, values)))
        return [] if is_code else [ColumnType("integer", "BIGINT"), *_decimals(values)]
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


def _ask(table: RawTable, checks: Sequence[str], where: str) -> list[tuple[int, int, int]]:
    answers: list[tuple[int, int, int]] = []
    for start in range(0, len(checks), CHECKS_A_PASS):
        row = table.one(f"SELECT {', '.join(checks[start : start + CHECKS_A_PASS])} FROM raw WHERE {where}")
        answers += [(row[at] or 0, row[at + 1] or 0, row[at + 2] or 0) for at in range(0, len(row), 3)]
    return answers


def _is_identifier(proposal: ColumnType, shortest: int, longest: int) -> bool:
    """Whole numbers too long to count with, or all of one great length, name things."""
    if proposal.type == "decimal":
        return longest > MAX_DIGITS + 2
    if proposal.type != "integer":
        return False
    return longest > MAX_DIGITS or (shortest == longest and longest >= ID_DIGITS)


def _add_shadows(
    table: RawTable,
    columns: Sequence[RawColumn],
    cells: Sequence[Sequence[str]],
    types: Sequence[ColumnType],
    where: str,
) -> list[ColumnType]:
    result = list(types)
    wanted = {}
    for index, (column, values) in enumerate(zip(columns, cells, strict=True)):
        shadow = _propose_shadow(column.name, values) if types[index] is TEXT else None
        if shadow:
            wanted[index] = shadow
    checks = [
        f"count({columns[at].cell}), count({shadow_sql(columns[at].cell, shadow)}), 0" for at, shadow in wanted.items()
    ]
    for (index, shadow), (filled, parsed, _) in zip(wanted.items(), _ask(table, checks, where), strict=True):
        if parsed > MOST * filled:
            result[index] = ColumnType(shadow=shadow)
    return result


SHADOW_SHAPES = (
    ("datetime", re.compile(LOOSE_MOMENT)),
    ("date", re.compile(LOOSE_DATE)),
    ("integer", re.compile(r"[+-]?(?:0|[1-9][0-9]{0,17}|[1-9][0-9]{0,2}(?:[,，][0-9]{3}){1,5})")),
    ("decimal", re.compile(LOOSE_NUMBER)),
)


def _propose_shadow(name: str, values: Sequence[str]) -> str | None:
    """What most sampled cells parse as; codes with leading zeros sort rightly as text and get none."""
    if not values:
        return None
    if any(re.fullmatch(r"0[0-9]+", value) for value in values):
        return None
    if DATE_HEADER.search(name) and sum(bool(COMPACT_DATE.fullmatch(value)) for value in values) > MOST * len(values):
        return "date"
    counts = {kind: sum(bool(shape.fullmatch(value)) for value in values) for kind, shape in SHADOW_SHAPES}
    if counts["decimal"] > MOST * len(values):
        return "integer" if counts["integer"] >= counts["decimal"] else "decimal"
    return next((kind for kind in ("datetime", "date") if counts[kind] > MOST * len(values)), None)

"""The typed shadow of a text column: SQL that reads its cells as people mean them, and leaves the others blank.

A shadow depends on its type alone, so that a recipe which names the type gives the same values again.
"""

from __future__ import annotations

from dataclasses import dataclass

from datasets.ingest.column_types.writings import AMOUNT, DAY, GROUPED, INTEGER, MONEY, MONTH, TIME, YEAR, YES_NO, YUAN
from datasets.rows import sql_text

NUMBER = f"[+-]?(?:{MONEY})?[+-]?{AMOUNT}(?: ?[%％]|{YUAN})?"
WHOLE_NUMBER = f"[+-]?(?:{GROUPED}|{INTEGER})"
FULL_DATE = f"{YEAR}(?:-{MONTH}-{DAY}|/{MONTH}/{DAY}|[.]{MONTH}[.]{DAY}|年{MONTH}月{DAY}[日号])"
FULL_MONTH = f"{YEAR}(?:[-/]{MONTH}|年{MONTH}月)"
MOMENT = f"{FULL_DATE}{TIME}?"


@dataclass(frozen=True, slots=True)
class Shadow:
    """SQL type of a shadow, the shape of cells that it reads, and what it makes of them ({cell} is the SQL name)."""

    sql: str
    shape: str
    value: str


_DASHED = "rtrim(translate({cell}, '/.年月日号', '----'), '-')"
_DATE = (
    f"CASE WHEN length({{cell}}) = 8 AND regexp_full_match({{cell}}, '[0-9]{{{{8}}}}')"
    " THEN TRY_CAST(concat({cell}[1:4], '-', {cell}[5:6], '-', {cell}[7:8]) AS DATE)"
    f" WHEN regexp_full_match({{cell}}, {sql_text(FULL_MONTH).replace('{', '{{').replace('}', '}}')})"
    f" THEN TRY_CAST(concat({_DASHED}, '-1') AS DATE) ELSE TRY_CAST({_DASHED} AS DATE) END"
)
_SCALE = "CASE WHEN contains({cell}, '亿') THEN 1e8 ELSE 1e4 END"
_DIGITS = "translate({cell}, '¥￥$€£%％,， 万亿元', '')"
_NUMBER = (
    f"CASE WHEN contains({{cell}}, '万') OR contains({{cell}}, '亿')"
    f" THEN round(TRY_CAST({_DIGITS} AS DOUBLE) * {_SCALE}, 4) ELSE TRY_CAST({_DIGITS} AS DOUBLE) END"
)
_DAY_PART = "regexp_extract({cell}, '^[0-9年月日号/.-]+')"
_MOMENT = (
    f"TRY_CAST(concat(rtrim(translate({_DAY_PART}, '/.年月日号', '----'), '-'), ' ',"
    " coalesce(nullif(regexp_extract({cell}, '[0-9]{{1,2}}:.*$'), ''), '0:00'),"
    " CASE WHEN {cell} LIKE '%:%:%' THEN '' ELSE ':00' END) AS TIMESTAMP)"
)


def _words(at: int) -> str:
    return ", ".join(sql_text(pair[at]) for pair in YES_NO)


SHADOWS: dict[str, Shadow] = {
    "integer": Shadow("BIGINT", WHOLE_NUMBER, "TRY_CAST(translate({cell}, ',，', '') AS BIGINT)"),
    "decimal": Shadow("DOUBLE", NUMBER, _NUMBER),
    "date": Shadow("DATE", f"{FULL_DATE}|{FULL_MONTH}|[0-9]{{8}}", _DATE),
    "datetime": Shadow("TIMESTAMP", MOMENT, _MOMENT),
    "boolean": Shadow(
        "BOOLEAN",
        "|".join(word for pair in YES_NO for word in pair),
        f"CASE WHEN {{cell}} IN ({_words(0)}) THEN true WHEN {{cell}} IN ({_words(1)}) THEN false END",
    ),
}
"""Type of a shadow → how it is read.

Numbers: signs of money, of per cent and of groups are left out, so that 52% is 52 and ¥1,234.50 is 1234.5; 万元 and
亿元 count in 元, so that 3万元 is more than 9,000元. Months are their first day, dates without a time their midnight.
What has no such shape (007, 约300, 暂缺, 2026-02-30) is NULL.
"""


def shadow_sql(cell: str, shadow: str) -> str:
    """SQL that reads the text `cell` as `shadow` (key of SHADOWS), NULL where it is written otherwise."""
    row = SHADOWS[shadow]
    value = row.value.format(cell=cell)
    if shadow == "boolean":
        return value
    return f"CASE WHEN regexp_full_match({cell}, {sql_text(row.shape)}) THEN {value} END"

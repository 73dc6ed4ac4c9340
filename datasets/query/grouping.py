"""Grouped questions: what rows are grouped by, what is counted of each group, and how the answer's columns are called.

`_group=district,opened_on:month` names the keys, each with a bucket of time where one is wanted; `_measure=sum:amount`
what is counted. One new row in BUCKETS or MEASURES is a new one everywhere: addresses, SQL, forms, help, API.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from datasets.columns import Column
from datasets.query.operators import ALL_TYPES, DAYS, ORDERED

MAX_KEYS = 4
MAX_MEASURES = 8
NUMBERS: frozenset[str] = frozenset({"integer", "decimal"})


@dataclass(frozen=True, slots=True)
class Bucket:
    """A length of time that days or moments are brought together by.

    `sql` makes of {cell} what is grouped by, as cheaply as can be; `shown` makes of that {key} what the answer shows,
    of the type `result`, in an order that is the order of time. Blank cells stay blank.
    """

    key: str
    zh: str
    en: str
    sql: str
    shown: str
    result: str = "text"
    types: frozenset[str] = DAYS
    example: str = ""


BUCKETS: dict[str, Bucket] = {
    bucket.key: bucket
    for bucket in (
        Bucket("year", "年", "year", "year({cell})", "printf('%04d', {key})", example="2024"),
        Bucket(
            "half", "半年", "half-year", "year({cell}) * 2 + CAST(month({cell}) > 6 AS BIGINT)",
            "printf('%04dH%d', {key} // 2, {key} % 2 + 1)", example="2024H1",
        ),
        Bucket(
            "quarter", "季度", "quarter", "year({cell}) * 4 + quarter({cell}) - 1",
            "printf('%04dQ%d', {key} // 4, {key} % 4 + 1)", example="2024Q1",
        ),
        Bucket(
            "month", "月", "month", "year({cell}) * 12 + month({cell}) - 1",
            "printf('%04d-%02d', {key} // 12, {key} % 12 + 1)", example="2024-03",
        ),
        Bucket(
            "week", "周", "week", "yearweek({cell})", "printf('%04d-W%02d', {key} // 100, {key} % 100)",
            example="2024-W09",
        ),
        Bucket("day", "日", "day", "CAST({cell} AS DATE)", "{key}", "date", example="2024-03-01"),
        Bucket(
            "hour", "小时", "hour", "date_trunc('hour', {cell})", "{key}", "datetime", frozenset({"datetime"}),
            example="2024-03-01 08:00:00",
        ),
        Bucket("weekday", "星期", "day of the week", "isodow({cell})", "{key}", "integer", example="1"),
    )
}  # fmt: skip
"""Keyed by what follows the colon in `_group`. Weeks are those of ISO 8601, named by the year of their Thursday;
a day of the week is a number from 1, Monday, to 7, Sunday."""


@dataclass(frozen=True, slots=True)
class MeasureKind:
    """Something counted of a group's cells in one column; blank cells do not count. `count` alone counts rows.

    `result` "same" means the type of what is counted. `shadow_sql` replaces `sql` for a typed shadow, which is held in
    binary floating point. Means and medians are binary floating point too; sums of decimals are exact.
    """

    key: str
    zh: str
    en: str
    sql: str
    types: frozenset[str] = ALL_TYPES
    result: Literal["same", "integer", "decimal"] = "integer"
    shadow_sql: str | None = None
    by_shadow: bool = True


MEASURES: dict[str, MeasureKind] = {
    kind.key: kind
    for kind in (
        MeasureKind("count", "行数", "rows", "count({cell})", by_shadow=False),
        MeasureKind(
            "sum", "合计", "sum", "sum({cell})", NUMBERS, "same",
            shadow_sql="CASE WHEN count({cell}) > 0 THEN round(fsum({cell}), 6) END",
        ),
        MeasureKind("mean", "平均", "mean", "avg({cell})", NUMBERS, "decimal"),
        MeasureKind("min", "最小", "least", "min({cell})", ORDERED, "same"),
        MeasureKind("max", "最大", "greatest", "max({cell})", ORDERED, "same"),
        MeasureKind("median", "中位数", "median", "median(CAST({cell} AS DOUBLE))", NUMBERS, "decimal"),
        MeasureKind("distinct", "不同值数", "different values", "count(DISTINCT {cell})", by_shadow=False),
    )
}  # fmt: skip
"""Keyed by what stands before the colon in `_measure`."""


def compared_type(column: Column) -> str:
    """The type by which a column is compared: that of its shadow where it has one."""
    return column.shadow_type or column.type


def buckets_for(column: Column) -> list[Bucket]:
    """The buckets that a column can be grouped by."""
    return [bucket for bucket in BUCKETS.values() if compared_type(column) in bucket.types]


def measures_for(column: Column) -> list[MeasureKind]:
    """What can be counted of a column."""
    return [
        kind for kind in MEASURES.values() if (compared_type(column) if kind.by_shadow else column.type) in kind.types
    ]


@dataclass(frozen=True, slots=True)
class GroupKey:
    """One thing that rows are grouped by: the cells of a column, or the bucket that they fall in."""

    column: Column
    bucket_key: str | None = None

    @property
    def bucket(self) -> Bucket | None:
        """The row of BUCKETS."""
        return BUCKETS[self.bucket_key] if self.bucket_key else None

    def text(self) -> str:
        """As in `_group`."""
        return f"{self.column.key}:{self.bucket_key}" if self.bucket_key else self.column.key

    @property
    def answer_key(self) -> str:
        """What the column of the answer is called, if that is free."""
        return f"{self.column.key}_{self.bucket_key}" if self.bucket_key else self.column.key

    def result(self, index: int, key: str, language: str) -> Column:
        """The column of the answer."""
        if self.bucket is None:
            return Column(index, key, self.column.name, self.column.type)
        label = self.bucket.en if language == "en" else self.bucket.zh
        name = f"{self.column.name} ({label})" if language == "en" else f"{self.column.name}（{label}）"
        return Column(index, key, name, self.bucket.result)


@dataclass(frozen=True, slots=True)
class Measure:
    """One thing counted of each group; without a column it is the number of rows."""

    kind_key: str = "count"
    column: Column | None = None

    @property
    def kind(self) -> MeasureKind:
        """The row of MEASURES."""
        return MEASURES[self.kind_key]

    @property
    def by_shadow(self) -> bool:
        """Whether the column's typed shadow is counted instead of its text."""
        return self.kind.by_shadow and self.column is not None and self.column.shadow_type is not None

    def text(self) -> str:
        """As in `_measure`."""
        return f"{self.kind_key}:{self.column.key}" if self.column else self.kind_key

    @property
    def answer_key(self) -> str:
        """What the column of the answer is called, if that is free."""
        return f"{self.kind_key}_{self.column.key}" if self.column else self.kind_key

    def result(self, index: int, key: str, language: str) -> Column:
        """The column of the answer."""
        label = self.kind.en if language == "en" else self.kind.zh
        if self.column is None:
            return Column(index, key, label, "integer")
        kind = compared_type(self.column) if self.kind.result == "same" else self.kind.result
        if self.kind_key == "count":
            label = "filled in" if language == "en" else "有值行数"
        name = f"{self.column.name}, {label}" if language == "en" else f"{self.column.name}{label}"
        return Column(index, key, name, kind)


ROW_COUNT = Measure()


@dataclass(frozen=True, slots=True)
class Grouping:
    """What a grouped question groups by and counts. Without keys all rows are one group."""

    keys: tuple[GroupKey, ...] = ()
    measures: tuple[Measure, ...] = (ROW_COUNT,)

    def result_columns(self, language: str = "zh") -> list[Column]:
        """The columns of the answer: keys first, then measures; no two with one key or one name.

        Keys are `district`, `opened_on_month`, `count`, `sum_amount`.
        """
        result: list[Column] = []
        parts: list[GroupKey | Measure] = [*self.keys, *self.measures]
        for index, part in enumerate(parts):
            key = _free(part.answer_key, [column.key for column in result], "_")
            column = part.result(index, key, language)
            name = _free(column.name, [known.name for known in result], " ")
            result.append(replace(column, name=name))
        return result

    @property
    def is_in_time(self) -> bool:
        """Whether the first key is a bucket of time, so that groups come in the order of time unless told otherwise."""
        return bool(self.keys) and self.keys[0].bucket is not None


def _free(wanted: str, taken: Sequence[str], joint: str) -> str:
    """`wanted`, with the first number behind it that makes it differ from those `taken`."""
    number, found = 2, wanted
    while found in taken:
        found, number = f"{wanted}{joint}{number}", number + 1
    return found

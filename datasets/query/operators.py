"""The comparisons that a row question may make. One new row in OPERATORS is one new operator everywhere."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from datasets.columns import TYPES

ValueKind = Literal["one", "many", "range", "year", "none"]

ALL_TYPES: frozenset[str] = frozenset(TYPES)
TEXT: frozenset[str] = frozenset({"text"})
ORDERED: frozenset[str] = ALL_TYPES - {"boolean"}
DAYS: frozenset[str] = frozenset({"date", "datetime"})


@dataclass(frozen=True, slots=True)
class Operator:
    """One comparison.

    `sql` has {cell} for the physical name and one ? per bound value ({marks} for as many as there are). `by_shadow`:
    a text column that has a typed shadow is compared by it, and offers what the shadow's type offers. `folded` replaces
    `sql` where the value has letters with two cases, which then do not matter.
    """

    key: str
    sign: str
    zh: str
    en: str
    sql: str
    types: frozenset[str] = ALL_TYPES
    values: ValueKind = "one"
    by_shadow: bool = False
    folded: str | None = None

    def offered_for(self, column_type: str, shadow_type: str | None) -> bool:
        """Whether a column of that type, with that shadow, can be asked this."""
        return column_type in self.types or (self.by_shadow and shadow_type is not None and shadow_type in self.types)


OPERATORS: dict[str, Operator] = {
    operator.key: operator
    for operator in (
        Operator("eq", "=", "等于", "is", "{cell} = ?"),
        Operator("ne", "≠", "不等于", "is not", "{cell} IS DISTINCT FROM ?"),
        Operator("gt", ">", "大于", "is greater than", "{cell} > ?", ORDERED, by_shadow=True),
        Operator("ge", "≥", "大于等于", "is at least", "{cell} >= ?", ORDERED, by_shadow=True),
        Operator("lt", "<", "小于", "is less than", "{cell} < ?", ORDERED, by_shadow=True),
        Operator("le", "≤", "小于等于", "is at most", "{cell} <= ?", ORDERED, by_shadow=True),
        Operator(
            "between", "↔", "介于", "is between", "({cell} >= ? AND {cell} <= ?)", ORDERED, values="range",
            by_shadow=True,
        ),
        Operator(
            "contains", "∋", "包含", "contains", "contains({cell}, ?)", TEXT,
            folded="contains(lower({cell}), lower(?))",
        ),
        Operator(
            "notcontains", "∌", "不包含", "does not contain", "NOT coalesce(contains({cell}, ?), false)", TEXT,
            folded="NOT coalesce(contains(lower({cell}), lower(?)), false)",
        ),
        Operator(
            "starts", "^", "开头是", "starts with", "starts_with({cell}, ?)", TEXT,
            folded="starts_with(lower({cell}), lower(?))",
        ),
        Operator(
            "ends", "$", "结尾是", "ends with", "ends_with({cell}, ?)", TEXT,
            folded="ends_with(lower({cell}), lower(?))",
        ),
        Operator("in", "∈", "属于", "is one of", "{cell} IN ({marks})", values="many"),
        Operator("notin", "∉", "不属于", "is none of", "coalesce({cell} NOT IN ({marks}), true)", values="many"),
        Operator(
            "year", "年", "年份是", "is in the year", "({cell} >= make_date(?, 1, 1) AND {cell} < make_date(?, 1, 1))",
            DAYS, values="year", by_shadow=True,
        ),
        Operator("blank", "∅", "为空", "is blank", "{cell} IS NULL", values="none"),
        Operator("notblank", "✓", "不为空", "is not blank", "{cell} IS NOT NULL", values="none"),
    )
}  # fmt: skip
"""Keyed by what follows the double underscore in an address; `eq` is also meant where nothing does."""

ALIASES: dict[str, str] = {"empty": "blank", "notempty": "notblank"}
"""Other words that addresses may use for an operator; answers and links name the operator itself."""

VALUE_EXAMPLES: dict[ValueKind, tuple[str, str]] = {
    "one": ("一个值", "one value"),
    "many": ("多个值，用逗号隔开，如 甲,乙；或 JSON 数组", "values separated by commas, such as a,b; or a JSON array"),
    "range": ("两端的值（含两端），如 10..20 或 10,20", "both ends, included: 10..20 or 10,20"),
    "year": ("四位年份，如 2024", "a year such as 2024"),
    "none": ("不需要值，写 1", "no value; write 1"),
}
"""What stands behind the equals sign, by kind of value (Chinese, English)."""


def find_operator(key: str) -> Operator | None:
    """The operator that an address means by `key`; None when there is none."""
    return OPERATORS.get(ALIASES.get(key, key))


def operators_for(column_type: str, shadow_type: str | None = None) -> list[Operator]:
    """The operators that a column offers, in the table's order."""
    return [operator for operator in OPERATORS.values() if operator.offered_for(column_type, shadow_type)]

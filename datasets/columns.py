"""A column of a data version: its address key, its name as people read it, and the type that all its cells survive."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

TYPES: dict[str, tuple[str, str]] = {
    "text": ("文本", "text"),
    "integer": ("整数", "integer"),
    "decimal": ("小数", "decimal number"),
    "boolean": ("是否", "true or false"),
    "date": ("日期", "date"),
    "datetime": ("日期时间", "date and time"),
}
"""Type code → (Chinese label, English label)."""

RECOGNISED: dict[str, tuple[str, str]] = {
    "percent": ("百分数", "per cent"),
    "grouped": ("带千分位的数", "number in groups of three"),
    "currency": ("金额", "amount of money"),
    "yes_no": ("是/否", "yes or no"),
    "chinese_date": ("年月日", "date in Chinese"),
    "chinese_month": ("年月", "year and month in Chinese"),
    "slashed_date": ("斜线日期", "date with slashes"),
    "dotted_date": ("点分日期", "date with dots"),
    "month": ("年月", "year and month"),
    "compact_date": ("八位日期", "date of eight digits"),
    "longitude": ("经度", "longitude"),
    "latitude": ("纬度", "latitude"),
    "coordinates": ("坐标", "pair of coordinates"),
    "code": ("代码", "code that names things"),
}
"""How the cells of a column are written where its type alone does not say it. Code → labels."""

REPAIRS: dict[str, tuple[str, str]] = {
    "generated": ("原表没有表头，列名由系统编号", "the table has no header; the name was numbered"),
    "blank": ("原列名为空，由系统命名", "the name was blank and was filled in"),
    "duplicate": ("原列名重复，由系统加了序号", "the name was repeated and got a number"),
    "shortened": ("原列名过长，已截短", "the name was too long and was cut"),
}
"""Why a column's name differs from what the file says."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column in the order of the file.

    `index` is 0-based and gives the physical name in the row store: c{index}, and s{index} where `shadow_type` is set.
    `key` is what addresses and API parameters use; `name` is the header as published. `distinct_hint` is an estimate.
    """

    index: int
    key: str
    name: str
    type: str = "text"
    shadow_type: str | None = None
    blank_count: int = 0
    distinct_hint: int = 0
    repaired: str | None = None
    recognised: str | None = None
    """Key of RECOGNISED: how the cells are written, or what they measure."""
    unit: str | None = None
    """As a row of units under the header says."""

    @property
    def physical(self) -> str:
        """The column's name in the row store: never user text."""
        return f"c{self.index}"

    @property
    def shadow(self) -> str | None:
        """The typed companion used to sort and compare a text column whose cells mostly parse."""
        return f"s{self.index}" if self.shadow_type else None

    def as_dict(self) -> dict[str, Any]:
        """A JSON-able form that `from_dict` takes back."""
        return asdict(self)

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Column:
        """Rebuild from `as_dict`; unknown entries are ignored, so that old rows can be read by newer code."""
        known = {name: values[name] for name in cls.__dataclass_fields__ if name in values}
        return cls(**known)


def columns_from(values: Sequence[Mapping[str, Any]]) -> list[Column]:
    """The columns that a JSON list describes."""
    return [Column.from_dict(item) for item in values]


def rekey(columns: Sequence[Column], keys: Mapping[str, str]) -> list[Column]:
    """Give columns the declared English field names: `keys` maps the present key (or name) to the new one.

    A new key that is blank, starts with an underscore (reserved for parameters) or collides is not taken.
    """
    taken = {column.key for column in columns}
    result = []
    for column in columns:
        wanted = keys.get(column.key) or keys.get(column.name) or ""
        is_free = bool(wanted) and not wanted.startswith("_") and wanted not in taken
        taken.add(wanted if is_free else column.key)
        result.append(replace(column, key=wanted) if is_free else column)
    return result

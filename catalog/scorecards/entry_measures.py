"""What each entry adds to an indicator: expressions over the columns of `entry_facts.entry_facts`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, and_, case, literal, or_

from catalog.scorecards.entry_facts import MACHINE_READABLE
from catalog.statistics import OPEN_TYPES

Facts = Any
"""The columns of `entry_facts`."""
Amount = Callable[[Facts], ColumnElement[Any]]

MARKS: Mapping[str, tuple[str, str]] = {
    "empty": ("没有数据", "No data"),
    "same_title": ("与更早条目同名", "Title of an earlier entry"),
    "same_content": ("内容与更早文件相同", "Content of an earlier file"),
    "interface": ("挂接接口", "Interface attached"),
    "row_api": ("平台逐行接口", "Row API of the portal"),
    "file": ("机器可读文件", "Readable file"),
    "by_format": ("按登记的格式", "By declared format"),
    "unconditional": ("无条件开放", "Open"),
    "conditional": ("有条件开放", "Open on conditions"),
    "closed": ("不予开放", "Closed"),
    "overridden": ("凭依据放行", "Released on a legal basis"),
}
"""Why an entry counts as it does: mark → (zh, en). A record without a mark needs no word."""


@dataclass(frozen=True, slots=True)
class EntryMeasure:
    """What one entry adds to the denominator (`of`; 0 leaves it out) and to the numerator, and why (`mark`)."""

    of: Amount
    met: Amount
    mark: Amount | None = None

    def hit(self, facts: Facts) -> ColumnElement[Any]:
        """What it adds to the numerator: nothing where it is left out of the denominator."""
        return case((self.of(facts) > 0, self.met(facts)), else_=0)


def _is_open(facts: Facts) -> ColumnElement[bool]:
    return facts.open_type.in_(OPEN_TYPES)  # type: ignore[no-any-return]


def _has_resources(facts: Facts) -> ColumnElement[bool]:
    return facts.files + facts.interfaces + facts.links > 0  # type: ignore[no-any-return]


def _one(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return case((condition, 1), else_=0)


def _promises_data(facts: Facts) -> ColumnElement[int]:
    return _one(or_(facts.open_type == "unconditional", and_(_is_open(facts), _has_resources(facts))))


def _is_filled(facts: Facts) -> ColumnElement[bool]:
    return facts.interfaces + facts.links + facts.own_rows > 0  # type: ignore[no-any-return]


def _is_valid(facts: Facts) -> ColumnElement[int]:
    return _one(and_(_is_filled(facts), facts.title_place == 1))


def _why_invalid(facts: Facts) -> ColumnElement[Any]:
    return case(
        (and_(_is_filled(facts), facts.title_place == 1), literal(None)),
        (_is_filled(facts), "same_title"),
        (facts.rows > 0, "same_content"),
        else_="empty",
    )


def _readable_by_format(facts: Facts) -> ColumnElement[bool]:
    return and_(facts.files == 0, facts.format_type.in_(MACHINE_READABLE))


def _is_readable(facts: Facts) -> ColumnElement[int]:
    return _one(or_(facts.readable_files > 0, facts.interfaces > 0, _readable_by_format(facts)))


def _why_readable(facts: Facts) -> ColumnElement[Any]:
    return case(
        (facts.readable_files > 0, "file"),
        (facts.interfaces > 0, "interface"),
        (_readable_by_format(facts), "by_format"),
        else_=literal(None),
    )


def _has_api(facts: Facts) -> ColumnElement[int]:
    return _one(or_(facts.interfaces > 0, facts.rows > 0))


def _which_api(facts: Facts) -> ColumnElement[Any]:
    return case((facts.interfaces > 0, "interface"), (facts.rows > 0, "row_api"), else_=literal(None))


VALID = EntryMeasure(_promises_data, _is_valid, _why_invalid)
MACHINE_READABLE_SHARE = EntryMeasure(lambda facts: _one(_has_resources(facts)), _is_readable, _why_readable)
API_SHARE = EntryMeasure(lambda facts: _one(_is_open(facts)), _has_api, _which_api)
COMPLETENESS = EntryMeasure(lambda facts: literal(100), lambda facts: facts.percent)
SIZE = EntryMeasure(lambda facts: _one(facts.files > 0), lambda facts: facts.rows)
BLANK_RATE = EntryMeasure(lambda facts: facts.cells, lambda facts: facts.blanks)
PERSONAL_DATA = EntryMeasure(
    lambda facts: facts.files,
    lambda facts: facts.overridden,
    lambda facts: case((facts.overridden > 0, "overridden"), else_=literal(None)),
)
OPEN_RATE = EntryMeasure(lambda facts: literal(1), lambda facts: _one(_is_open(facts)), lambda facts: facts.open_type)

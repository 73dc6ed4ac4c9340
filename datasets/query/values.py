"""From the text of an address to a value that can be compared with a column's cells.

Values are taken as people write them: 1,234 · ¥1,234.50 · 52% (the number 52, as columns of percentages are compared) ·
2024-03-01 · 2024/3/1 · 2024.3.1 · 2024年3月1日 · 20240301 · 是. Full-width signs count as their narrow ones, but in
text, where nothing is changed.
"""

from __future__ import annotations

import datetime as dt
import json
import re
import unicodedata
from collections.abc import Callable
from decimal import Decimal

from datasets.errors import Problem
from datasets.query.operators import Operator

Value = str | int | bool | Decimal | dt.date | dt.datetime

MAX_VALUE_LENGTH = 1000
MAX_VALUES = 200

WHOLE = re.compile(r"[+-]?[0-9]{1,18}", re.ASCII)
NUMBER = re.compile(r"[+-]?(?:[0-9]{1,18}(?:\.[0-9]{0,12})?|\.[0-9]{1,12})", re.ASCII)
"""Eighteen digits before the point and twelve behind it: what DuckDB compares with any of our columns exactly."""
WRITTEN_NUMBER = re.compile(r"[¥$€]?(?P<digits>[-+0-9.,]+)(?:%|元)?", re.ASCII)
"""A number with the signs that may stand around it: currency before it, % or 元 behind it."""
DAY = re.compile(r"([0-9]{4})([-/.])([0-9]{1,2})\2([0-9]{1,2})", re.ASCII)
CHINESE_DAY = re.compile(r"([0-9]{4})年()([0-9]{1,2})月([0-9]{1,2})[日号]?", re.ASCII)
COMPACT_DAY = re.compile(r"([0-9]{4})()([0-9]{2})([0-9]{2})", re.ASCII)
CLOCK = re.compile(r"[0-9]{1,2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]{1,6})?)?", re.ASCII)
DAY_END = dt.time(23, 59, 59, 999_999)
YEAR = re.compile(r"[0-9]{4}", re.ASCII)
BOOLEANS = {
    **dict.fromkeys(("true", "yes", "y", "1", "是", "有", "√"), True),
    **dict.fromkeys(("false", "no", "n", "0", "否", "无", "×"), False),
}


class BadValue(Exception):
    """The text cannot be compared with the column; `code` says what was expected."""

    def __init__(self, code: str, **params: object) -> None:
        super().__init__(code)
        self.code = code
        self.params = params


def parse_values(text: str, operator: Operator, column_type: str) -> tuple[Value, ...]:
    """The values to bind for `operator` on cells of `column_type`. Raises BadValue."""
    if len(text) > MAX_VALUE_LENGTH * (MAX_VALUES if operator.values == "many" else 1):
        raise BadValue("value_too_long", limit=MAX_VALUE_LENGTH)
    match operator.values:
        case "none":
            return _no_value(text)
        case "many":
            return tuple(parse_value(item, column_type) for item in split_list(text))
        case "range":
            return parse_range(text, column_type)
        case "year":
            return _year(text)
        case _:
            return (parse_value(text, column_type),)


def parse_value(text: str, column_type: str) -> Value:
    """One value of `column_type`. Raises BadValue("value_not_<type>")."""
    if len(text) > MAX_VALUE_LENGTH:
        raise BadValue("value_too_long", limit=MAX_VALUE_LENGTH)
    if column_type == "text":
        return text
    try:
        return PARSERS[column_type](unicodedata.normalize("NFKC", text).strip())
    except ValueError as error:
        raise BadValue(f"value_not_{column_type}") from error


def parse_range(text: str, column_type: str) -> tuple[Value, Value]:
    """Both ends of "a..b" or "a,b" (or a JSON array of two), which belong to the range.

    An end that is a day without a time counts to the end of that day. Raises BadValue("value_not_range" |
    "range_reversed"), and as `parse_value` for each end.
    """
    ends = text.split("..") if ".." in text and not text.startswith("[") else split_list(text)
    ends = [end.strip() for end in ends]
    if len(ends) != 2 or not all(ends):
        raise BadValue("value_not_range")
    first, last = (parse_value(end, column_type) for end in ends)
    if isinstance(last, dt.datetime) and ":" not in unicodedata.normalize("NFKC", ends[1]):
        last = dt.datetime.combine(last, DAY_END)
    if first > last:  # type: ignore[operator]
        raise BadValue("range_reversed")
    return first, last


def split_list(text: str) -> list[str]:
    """The items of a list: separated by commas, or a JSON array of texts where items hold commas themselves."""
    items: object = None
    if text.startswith("["):
        try:
            items = json.loads(text)
        except (ValueError, RecursionError) as error:
            raise BadValue("value_not_list") from error
        if not isinstance(items, list) or not all(isinstance(item, str | int) for item in items):
            raise BadValue("value_not_list")
        items = [str(item) for item in items]
    else:
        items = [item.strip() for item in re.split("[,，]", text) if item.strip()]
    assert isinstance(items, list)
    if not 1 <= len(items) <= MAX_VALUES:
        raise BadValue("value_count_out_of_range", limit=MAX_VALUES, count=len(items))
    return items


def shown_problem(where: str, error: BadValue, text: str, **params: object) -> Problem:
    """The finding about a value, which is cut so that it can be shown."""
    return Problem(where, error.code, value=text[:80], **params, **error.params)


def _digits(text: str) -> str:
    """A number without the signs around it and without its thousands commas."""
    written = WRITTEN_NUMBER.fullmatch(text.replace(" ", ""))
    return written["digits"].replace(",", "") if written else ""


def _integer(text: str) -> int:
    digits = _digits(text)
    if not WHOLE.fullmatch(digits):
        raise ValueError(text)
    return int(digits)


def _decimal(text: str) -> Decimal:
    digits = _digits(text)
    if not NUMBER.fullmatch(digits):
        raise ValueError(text)
    return Decimal(digits)


def _boolean(text: str) -> bool:
    if text.lower() not in BOOLEANS:
        raise ValueError(text)
    return BOOLEANS[text.lower()]


def _date(text: str) -> dt.date:
    found = DAY.fullmatch(text) or CHINESE_DAY.fullmatch(text) or COMPACT_DAY.fullmatch(text)
    if not found:
        raise ValueError(text)
    return dt.date(int(found[1]), int(found[3]), int(found[4]))


def _datetime(text: str) -> dt.datetime:
    day, _, clock = text.replace("T", " ").partition(" ")
    if not clock:
        return dt.datetime.combine(_date(day), dt.time())
    if not CLOCK.fullmatch(clock):
        raise ValueError(text)
    return dt.datetime.combine(_date(day), dt.time.fromisoformat(clock if clock[2] == ":" else f"0{clock}"))


def _year(text: str) -> tuple[int, int]:
    year = text.strip()
    if not YEAR.fullmatch(year) or not 1 <= int(year) < 9999:
        raise BadValue("value_not_year")
    return int(year), int(year) + 1


def _no_value(text: str) -> tuple[Value, ...]:
    if text.strip().lower() not in ("1", "true", "是"):
        raise BadValue("value_not_needed")
    return ()


PARSERS: dict[str, Callable[[str], Value]] = {
    "integer": _integer,
    "decimal": _decimal,
    "boolean": _boolean,
    "date": _date,
    "datetime": _datetime,
}

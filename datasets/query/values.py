"""From the text of an address to a value that can be compared with a column's cells."""

from __future__ import annotations

import datetime as dt
import json
import re
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
DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
MOMENT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}(?:[ T][0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]{1,6})?)?)?", re.ASCII)
YEAR = re.compile(r"[0-9]{4}", re.ASCII)
BOOLEANS = {"true": True, "1": True, "是": True, "false": False, "0": False, "否": False}


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
        return PARSERS[column_type](text.strip())
    except ValueError as error:
        raise BadValue(f"value_not_{column_type}") from error


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


def _integer(text: str) -> int:
    digits = text.replace(",", "").replace("，", "")
    if not WHOLE.fullmatch(digits):
        raise ValueError(text)
    return int(digits)


def _decimal(text: str) -> Decimal:
    digits = text.replace(",", "").replace("，", "")
    if not NUMBER.fullmatch(digits):
        raise ValueError(text)
    return Decimal(digits)


def _boolean(text: str) -> bool:
    if text.lower() not in BOOLEANS:
        raise ValueError(text)
    return BOOLEANS[text.lower()]


def _date(text: str) -> dt.date:
    if not DAY.fullmatch(text):
        raise ValueError(text)
    return dt.date.fromisoformat(text)


def _datetime(text: str) -> dt.datetime:
    if not MOMENT.fullmatch(text):
        raise ValueError(text)
    return dt.datetime.fromisoformat(text)


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

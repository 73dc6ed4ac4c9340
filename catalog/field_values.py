"""Turns what forms, sheets and imports say into clean field values; every way of writing an entry passes here."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

from catalog.errors import Invalid, Problem
from catalog.fields import DEFAULTS, FIELDS, ITEM_FIELDS, MAX_ITEMS, Field
from catalog.vocabularies import VOCABULARIES

Values = dict[str, Any]

_LIST_MARKS = re.compile(r"[,，;；、\n]+")
_TRUE = frozenset({"1", "true", "yes", "on", "y", "是", "√"})
_FALSE = frozenset({"", "0", "false", "no", "off", "n", "否", "×"})
_BIDI = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200b\ufeff")
_MAX_NUMBER = 2**31 - 1

_PATTERNS: dict[str, re.Pattern[str]] = {
    "region": re.compile(r"[0-9]{6}(?:[0-9]{3}|[0-9]{6})?"),
    "class_code": re.compile(r"[0-9]{1,32}"),
    "code": re.compile(r"[0-9A-Za-z][0-9A-Za-z./:_-]*"),
    "field_name": re.compile(r"[A-Za-z](?:_?[A-Za-z0-9])*"),
}
"""Shapes that are refused even in a draft, because addresses, codes or joins are built on them."""


class _Bad(ValueError):
    """A value that breaks a rule: a code and its parameters."""

    def __init__(self, code: str, **params: Any) -> None:
        super().__init__(code)
        self.code = code
        self.params = params


def parse_fields(raw: Mapping[str, Any]) -> tuple[Values, list[Problem]]:
    """Clean values of the given fields and the problems of the others; fields that are absent stay absent.

    Empty texts become None (an empty `summary` stays ""), lists accept one text with separators, dates ISO texts.
    """
    values: Values = {}
    problems: list[Problem] = []
    for name, given in raw.items():
        field = FIELDS.get(name)
        if field is None:
            problems.append(Problem(name, "unknown_field"))
            continue
        try:
            values[name] = _parse(field, given)
        except _Bad as bad:
            problems.append(Problem(name, bad.code, **bad.params))
    if values.get("is_secret"):
        problems.append(Problem("is_secret", "secret_metadata"))
    if values.get("title", "") is None:
        del values["title"]
        problems.append(Problem("title", "required_missing"))
    return values, problems


def parse_items(raw: Sequence[Mapping[str, Any]]) -> tuple[list[Values], list[Problem]]:
    """Clean data items in order, every field present, and problems at `items.{n}.{field}` (n from 1).

    Rows without any content are left out and not counted.
    """
    items: list[Values] = []
    problems: list[Problem] = []
    filled = [row for row in raw if any(_is_content(name, value) for name, value in row.items())]
    if len(filled) > MAX_ITEMS:
        return [], [Problem("items", "too_many_items", limit=MAX_ITEMS, count=len(filled))]
    for number, row in enumerate(filled, start=1):
        item, faults = _parse_item(row, f"items.{number}")
        items.append(item)
        problems.extend(faults)
    return items, problems


def require_fields(raw: Mapping[str, Any]) -> Values:
    """`parse_fields` or Invalid("fields_invalid") with every problem."""
    values, problems = parse_fields(raw)
    if problems:
        raise Invalid("fields_invalid", problems=problems)
    return values


def require_items(raw: Sequence[Mapping[str, Any]]) -> list[Values]:
    """`parse_items` or Invalid("fields_invalid") with every problem."""
    items, problems = parse_items(raw)
    if problems:
        raise Invalid("fields_invalid", problems=problems)
    return items


def clean_text(text: str, *, lines: bool = False) -> str:
    """NFC text without control, bidirectional and zero-width characters, trimmed; one line unless `lines`."""
    kept = "".join(mark for mark in unicodedata.normalize("NFC", text) if _is_kept(mark))
    if not lines:
        return re.sub(r"\s+", " ", kept).strip()
    kept = kept.replace("\r\n", "\n").replace("\r", "\n")
    return "\n".join(line.rstrip() for line in kept.split("\n")).strip()


def clean_title(text: str) -> str:
    """A title as stored: NFKC, blanks trimmed and collapsed."""
    return clean_text(unicodedata.normalize("NFKC", text))


def is_web_address(text: str) -> bool:
    """Whether `text` is an absolute http(s) address with a host and without blanks or credentials."""
    try:
        parts = urlsplit(text)
        host = parts.hostname
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and bool(host) and "@" not in parts.netloc and not re.search(r"\s", text)


def _is_kept(mark: str) -> bool:
    if mark in "\n\r\t":
        return True
    return mark not in _BIDI and unicodedata.category(mark) not in {"Cc", "Cs"}


def _is_content(name: str, value: Any) -> bool:
    field = ITEM_FIELDS.get(name)
    if field is not None and field.kind == "bool":
        return False
    return value is not None and str(value).strip() != ""


def _parse_item(row: Mapping[str, Any], where: str) -> tuple[Values, list[Problem]]:
    item: Values = {name: DEFAULTS.get(name, False if f.kind == "bool" else None) for name, f in ITEM_FIELDS.items()}
    problems: list[Problem] = []
    for name, given in row.items():
        field = ITEM_FIELDS.get(name)
        if field is None:
            problems.append(Problem(f"{where}.{name}", "unknown_field"))
            continue
        try:
            item[name] = _parse(field, given)
        except _Bad as bad:
            problems.append(Problem(f"{where}.{name}", bad.code, **bad.params))
    if item["name"] is None and not any(problem.where == f"{where}.name" for problem in problems):
        problems.append(Problem(f"{where}.name", "required_missing"))
    return item, problems


def _parse(field: Field, given: Any) -> Any:
    return _PARSERS[field.kind](field, given)


def _parse_text(field: Field, given: Any) -> str | None:
    if given is None:
        text = ""
    elif isinstance(given, str):
        text = clean_title(given) if field.name == "title" else clean_text(given, lines=field.kind == "long")
    else:
        raise _Bad("not_a_text")
    if field.max_length is not None and len(text) > field.max_length:
        raise _Bad("too_long", limit=field.max_length, length=len(text))
    if not text:
        return "" if field.name == "summary" else None
    if field.format == "url" and not is_web_address(text):
        raise _Bad("not_a_web_address", value=text[:200])
    pattern = _PATTERNS.get(field.format or "")
    if pattern is not None and not pattern.fullmatch(text):
        raise _Bad(f"bad_{field.format}", value=text[:80])
    return text


def _parse_choice(field: Field, given: Any) -> str | None:
    code = given.strip() if isinstance(given, str) else given
    if code in (None, ""):
        default: str | None = DEFAULTS.get(field.name)
        return default
    return _code(field, code)


def _code(field: Field, code: Any) -> str:
    if not isinstance(code, str) or code not in VOCABULARIES[field.vocabulary or ""]:
        raise _Bad("not_in_vocabulary", value=str(code)[:80], vocabulary=field.vocabulary)
    return code


def _parse_list(field: Field, given: Any) -> list[str]:
    if given is None:
        return []
    if isinstance(given, str):
        given = _LIST_MARKS.split(given)
    if not isinstance(given, (list, tuple)) or not all(isinstance(member, str) for member in given):
        raise _Bad("not_a_list")
    members = list(dict.fromkeys(text for member in given if (text := clean_text(member))))
    if field.max_count is not None and len(members) > field.max_count:
        raise _Bad("too_many", limit=field.max_count, count=len(members))
    for member in members:
        if field.vocabulary:
            _code(field, member)
        elif field.max_length is not None and len(member) > field.max_length:
            raise _Bad("too_long", limit=field.max_length, length=len(member))
    return members


def _parse_date(field: Field, given: Any) -> dt.date | None:
    if given is None or isinstance(given, dt.date):
        return given.date() if isinstance(given, dt.datetime) else given
    if isinstance(given, str):
        if not given.strip():
            return None
        try:
            return dt.date.fromisoformat(given.strip())
        except ValueError as error:
            raise _Bad("not_a_date", value=given[:40]) from error
    raise _Bad("not_a_date", value=str(given)[:40])


def _parse_bool(field: Field, given: Any) -> bool:
    if given is None:
        return bool(DEFAULTS.get(field.name, False))
    if isinstance(given, bool):
        return given
    mark = str(given).strip().casefold()
    if mark in _TRUE or mark in _FALSE:
        return mark in _TRUE
    raise _Bad("not_yes_or_no", value=mark[:40])


def _parse_number(field: Field, given: Any) -> int | None:
    if given is None or (isinstance(given, str) and not given.strip()):
        return None
    text = str(given).strip()
    if isinstance(given, bool) or not re.fullmatch(r"[0-9]{1,10}", text) or int(text) > _MAX_NUMBER:
        raise _Bad("not_a_number", value=text[:40])
    return int(text)


_PARSERS: dict[str, Callable[[Field, Any], Any]] = {
    "text": _parse_text,
    "long": _parse_text,
    "choice": _parse_choice,
    "list": _parse_list,
    "date": _parse_date,
    "bool": _parse_bool,
    "number": _parse_number,
}

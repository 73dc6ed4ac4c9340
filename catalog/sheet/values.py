"""From what a cell says to a field's value: labels to codes, days however written, numbers without their units.

What a value must be like beyond that is decided by `catalog.field_values`, as for forms; this room only adds what
people type into spreadsheets and names it by cell.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from typing import Any

from catalog.fields import Field
from catalog.vocabularies import AMBIGUOUS_DOMAINS, VOCABULARIES, simplify


class BadCell(ValueError):
    """A cell that cannot be understood: a code and its parameters."""

    def __init__(self, code: str, **params: Any) -> None:
        super().__init__(code)
        self.code = code
        self.params = params


NOTHING = frozenset({"无", "暂无", "空", "/", "-", "—", "--", "——", "null", "NULL", "None", "暂无联系方式", "默认行业"})
"""What people write into a cell that they leave empty; only where it is no value of the field's list."""

_YES = frozenset({"是", "y", "yes", "true", "1", "√", "✓", "✔", "有", "对", "开放"})
_NO = frozenset({"否", "n", "no", "false", "0", "×", "x", "✗", "✘", "无", "不", "没有", "不开放", "不予开放"})
_LIST_MARKS = re.compile(r"[,，;；、|\r\n\t]+")
_NUMBER = re.compile(r"([0-9]{1,10})(?:\.0+)?")
_NUMBER_WITH_WORDS = re.compile(r"\D*[0-9][0-9,.]*\D*")
_DAY = re.compile(r"([12][0-9]{3})[-/.年]([0-9]{1,2})(?:[-/.月]([0-9]{1,2})日?|月)?")
_COMPACT_DAY = re.compile(r"([12][0-9]{3})([01][0-9])([0-3][0-9])")
_YEAR = re.compile(r"([12][0-9]{3})年?")
_MONTH_DAYS = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
MAX_SHOWN = 60
"""Characters of a cell that a sentence repeats."""


def parse_cell(field: Field, text: str) -> Any:
    """The value that `parse_fields` expects for the text of a cell; None for a blank. Raises BadCell."""
    if not text.strip():
        return None
    return _PARSERS.get(field.kind, _keep)(field, text)


def _keep(field: Field, text: str) -> Any:
    return None if field.format and text.strip() in NOTHING else text


def shown(text: str) -> str:
    """A cell's text as a sentence repeats it: one line, cut."""
    line = re.sub(r"\s+", " ", text).strip()
    return line if len(line) <= MAX_SHOWN else line[: MAX_SHOWN - 1] + "…"


def _parse_choice(field: Field, text: str) -> str | None:
    term = VOCABULARIES[field.vocabulary or ""].find(text)
    if term is not None:
        return term.code
    if text.strip() in NOTHING:
        return None
    raise _not_in_list(field, text)


def _not_in_list(field: Field, text: str) -> BadCell:
    vocabulary = VOCABULARIES[field.vocabulary or ""]
    cut = AMBIGUOUS_DOMAINS.get(simplify(text)) if field.vocabulary == "domain" else None
    if cut:
        return BadCell("label_has_two_meanings", value=shown(text), allowed=[vocabulary.label(code) for code in cut])
    suggestion = vocabulary.suggest(text)
    if suggestion:
        return BadCell("not_in_list_but_near", value=shown(text), allowed=_listed(field), suggestion=suggestion.zh)
    return BadCell("not_in_list", value=shown(text), allowed=_listed(field))


def _listed(field: Field) -> str:
    labels = VOCABULARIES[field.vocabulary or ""].labels()
    return "、".join(labels[:_MAX_LISTED]) + ("……" if len(labels) > _MAX_LISTED else "")


_MAX_LISTED = 24


def _parse_list(field: Field, text: str) -> list[str]:
    members = [part.strip() for part in _LIST_MARKS.split(text) if part.strip() and part.strip() not in NOTHING]
    if not field.vocabulary:
        return members
    codes = []
    for member in members:
        term = VOCABULARIES[field.vocabulary].find(member)
        if term is None:
            raise _not_in_list(field, member)
        codes.append(term.code)
    return codes


def _parse_bool(field: Field, text: str) -> bool:
    mark = unicodedata.normalize("NFKC", text).strip().casefold()
    if mark in _YES or mark in _NO:
        return mark in _YES
    raise BadCell("not_yes_or_no_cell", value=shown(text))


def _parse_number(field: Field, text: str) -> str | None:
    plain = unicodedata.normalize("NFKC", text).strip()
    if plain in NOTHING:
        return None
    if match := _NUMBER.fullmatch(plain):
        return match[1]
    if _NUMBER_WITH_WORDS.fullmatch(plain):
        raise BadCell("unit_in_number", value=shown(text))
    raise BadCell("not_a_number", value=shown(text))


def _parse_date(field: Field, text: str) -> str | None:
    """An ISO day. A month or a year alone means its first day, or its last where the field is the end of a period."""
    plain = unicodedata.normalize("NFKC", text).strip().partition(" ")[0].partition("T")[0]
    if plain in NOTHING:
        return None
    match = _DAY.fullmatch(plain) or _COMPACT_DAY.fullmatch(plain) or _YEAR.fullmatch(plain)
    if match is None:
        raise BadCell("not_a_date", value=shown(text))
    parts = [int(part) if part else None for part in match.groups()]
    year, month, day = ([*parts, None, None])[:3]
    assert year is not None
    is_end = field.name.endswith("_end")
    month = month or (12 if is_end else 1)
    if not 1 <= month <= 12:
        raise BadCell("not_a_date", value=shown(text))
    day = day or (_last_day(year, month) if is_end else 1)
    if not 1 <= day <= _last_day(year, month):
        raise BadCell("not_a_date", value=shown(text))
    return f"{year:04}-{month:02}-{day:02}"


def _last_day(year: int, month: int) -> int:
    is_leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
    return 29 if month == 2 and is_leap else _MONTH_DAYS[month - 1]


_PARSERS: dict[str, Callable[[Field, str], Any]] = {
    "choice": _parse_choice,
    "list": _parse_list,
    "bool": _parse_bool,
    "number": _parse_number,
    "date": _parse_date,
}

"""One row of another portal's list as field values: what is not understood stays empty and is noted."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable
from dataclasses import dataclass, replace

from catalog.field_values import Values, clean_title, is_web_address
from catalog.fields import FIELDS
from catalog.sheet.interpreting import Draft, interpret
from catalog.sheet.reading import CellProblem, ReadEntry, SheetReading
from catalog.sheet.values import NOTHING, BadCell, parse_cell
from catalog.vocabularies import VOCABULARIES
from datasets.clock import day_of

FORMAT_PREFERENCE = ("csv", "xlsx", "xls", "json", "xml", "geojson", "rdf", "docx", "doc", "pdf", "txt")
"""Where a list names many formats of an entry: the first of these is its format."""
_LEAST_TAG = 2
"""Characters of a tag: word segmenters of other portals leave single characters behind."""
_LIST_MARKS = re.compile(r"[,，;；、|\s\[\]'\"]+")
_PHONE = re.compile(r"[0-9+][0-9\-－ ()（）]{5,20}")
_EMAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+", re.ASCII)
_FILLED_FROM = {
    "format_type": "formats",
    "format_category": "format_type",
    "contact_phone": "contact",
    "contact_email": "contact",
}
"""Column of the department sheet → the portal column from which it is filled."""
_FATAL = frozenset({"title", "is_secret"})
"""Columns whose faults refuse the row."""


@dataclass(frozen=True, slots=True)
class Foreign:
    """A row as far as it was understood; `problems` of kind "error" refuse it, those of kind "warning" are notes."""

    row: int
    title: str
    provider: str
    fields: Values
    items: list[Values]
    source_url: str | None
    issued_on: dt.date | None
    data_updated_on: dt.date | None
    problems: list[CellProblem]

    @property
    def is_refused(self) -> bool:
        """Whether the row cannot be taken at all."""
        return any(problem.kind == "error" for problem in self.problems)


def read_foreign(reading: SheetReading, entry: ReadEntry, *, today: dt.datetime) -> Foreign:
    """Interpret a row of another portal's list."""
    reading = _widened(reading)
    draft = interpret(reading, _adapted(entry))
    url = entry.text("source_url").strip()
    return Foreign(
        row=entry.row,
        title=draft.title,
        provider=clean_title(entry.text("provider")),
        fields=_filled(draft),
        items=draft.items or [],
        source_url=url if is_web_address(url) else None,
        issued_on=_day(entry.text("issued_on"), today),
        data_updated_on=_day(entry.text("data_updated_on"), today),
        problems=_weighed(reading, draft),
    )


def _filled(draft: Draft) -> Values:
    """What the row says: blank cells of a list mean that it does not know, not that there is nothing."""
    return {name: value for name, value in draft.fields.items() if value not in (None, "", [])}


def _weighed(reading: SheetReading, draft: Draft) -> list[CellProblem]:
    weighed = [problem if problem.column in _FATAL else replace(problem, kind="warning") for problem in draft.problems]
    if not draft.title and not any(problem.column == "title" for problem in weighed):
        row = draft.read.row
        weighed.append(CellProblem(reading.address("title", row), row, "title", "required_missing"))
    return weighed


def _widened(reading: SheetReading) -> SheetReading:
    """The reading with the columns that `_adapted` fills, at the cells from which it takes them."""
    letters = dict(reading.letters)
    for name, source in _FILLED_FROM.items():
        if source in letters:
            letters.setdefault(name, letters[source])
    return replace(reading, letters=letters)


def _adapted(entry: ReadEntry) -> ReadEntry:
    """The row with its loose cells brought into the form of the department sheet."""
    cells = dict(entry.cells)
    row = entry.row

    def put(name: str, text: str) -> None:
        if text and name not in cells:
            cells[name] = (row, text)

    if "tags" in cells:
        cells["tags"] = (row, "、".join(_tags(entry.text("tags"))))
    if "summary" in cells:
        cells["summary"] = (row, entry.text("summary")[: FIELDS["summary"].max_length])
    listed = entry.text("formats") or cells.pop("format_type", (row, ""))[1]
    chosen = _choose_format(_LIST_MARKS.split(listed))
    if chosen:
        cells["format_type"] = (row, chosen)
        term = VOCABULARIES["format_type"].get(chosen)
        put("format_category", term.parent or "" if term else "")
    contact = entry.text("contact")
    put("contact_email", _first(_EMAIL, contact))
    put("contact_phone", "" if "@" in contact else _first(_PHONE, contact))
    return ReadEntry(row, entry.last_row, cells, entry.items)


def _tags(text: str) -> list[str]:
    field = FIELDS["tags"]
    tags = [tag.strip() for tag in _LIST_MARKS.split(text)]
    good = [tag for tag in tags if _LEAST_TAG <= len(tag) <= (field.max_length or len(tag)) and tag not in NOTHING]
    return list(dict.fromkeys(good))[: field.max_count]


def _choose_format(names: Iterable[str]) -> str | None:
    """The best known format among those that a list names ("['xls', 'xml']", "[xml,xls,csv]", "数据库:mysql")."""
    vocabulary = VOCABULARIES["format_type"]
    parts = [part for name in names for part in re.split(r"[:：]", name)]
    found = [term.code for part in parts if (term := vocabulary.find(part)) and term.code != "other"]
    preferred = [code for code in FORMAT_PREFERENCE if code in found]
    return next(iter(preferred or found), None)


def _first(pattern: re.Pattern[str], text: str) -> str:
    match = pattern.search(text)
    return match[0].strip() if match else ""


def _day(text: str, today: dt.datetime) -> dt.date | None:
    """A day of the past, however written; None where it is none."""
    try:
        iso = parse_cell(FIELDS["temporal_start"], text)
    except BadCell:
        return None
    if iso is None:
        return None
    day = dt.date.fromisoformat(iso)
    return day if day <= day_of(today) else None

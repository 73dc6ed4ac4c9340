"""One row of another portal's list as field values: what is not understood stays empty and is noted."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from catalog.adopting_values import choose_domain, parse_cycle, parse_openness
from catalog.field_values import Values, is_web_address
from catalog.fields import FIELDS
from catalog.providers import ProviderList
from catalog.sheet.interpreting import Draft, interpret
from catalog.sheet.reading import CellProblem, ReadEntry, SheetReading
from catalog.sheet.values import NOTHING, BadCell, parse_cell, shown
from catalog.vocabularies import VOCABULARIES
from datasets.clock import day_of

FORMAT_PREFERENCE = ("csv", "xlsx", "xls", "json", "xml", "geojson", "rdf", "docx", "doc", "pdf", "txt")
"""Where a list names many formats of an entry: the first of these is its format."""
_LEAST_TAG = 2
"""Characters of a tag: word segmenters of other portals leave single characters behind."""
_LIST_MARKS = re.compile(r"[,，;；、|\s\[\]'\"]+")
_PHONE = re.compile(r"[0-9+][0-9\-－ ()（）]{5,20}")
_EPOCH = re.compile(r"1[0-9]{9}(?:[0-9]{3})?")
_EMAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+", re.ASCII)
_FILLED_FROM = {
    "format_type": "formats",
    "format_category": "format_type",
    "contact_phone": "contact",
    "contact_email": "contact",
    "open_condition": "open_type",
    "domain": "theme",
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
    texts: Mapping[str, str] = field(default_factory=dict)
    """The cells as written, by column: two rows that mean the same may still differ in them."""

    @property
    def is_refused(self) -> bool:
        """Whether the row cannot be taken at all."""
        return any(problem.kind == "error" for problem in self.problems)


def read_providers(reading: SheetReading, *, region: str | None = None) -> ProviderList:
    """What the list's names of bodies mean; `region` is the list's own where its names leave that out."""
    return ProviderList((entry.text("provider") for entry in reading.entries), region=region)


def read_foreign(
    reading: SheetReading, entry: ReadEntry, *, today: dt.datetime, providers: ProviderList | None = None
) -> Foreign:
    """Interpret a row of another portal's list; `providers` as `read_providers` gives it."""
    reading = _widened(reading)
    adapted = _adapted(entry)
    draft = interpret(reading, adapted)
    providers = providers or ProviderList([entry.text("provider")])
    url = entry.text("source_url").strip()
    notes: list[CellProblem] = []
    if url and not is_web_address(url):
        notes.append(_note(reading, entry, "source_url", "no_web_address", value=shown(url)))
    return Foreign(
        row=entry.row,
        title=draft.title,
        provider=providers.understand(entry.text("provider"), draft.title),
        fields=_filled(draft),
        items=draft.items or [],
        source_url=url if is_web_address(url) else None,
        issued_on=_day(reading, entry, "issued_on", today, notes),
        data_updated_on=_day(reading, entry, "data_updated_on", today, notes),
        problems=[
            *_weighed(reading, draft),
            *notes,
            *_readings(reading, entry, adapted),
            *_cuts(reading, entry, adapted),
        ],
        texts={name: text for name, (_row, text) in entry.cells.items()},
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
    _settle_choices(entry, cells)
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


def _settle_choices(entry: ReadEntry, cells: dict[str, tuple[int, str]]) -> None:
    """Put the codes of cycle, openness and domain where a text means one; else leave it to be noted."""
    row = entry.row
    if code := parse_cycle(entry.text("update_cycle")):
        cells["update_cycle"] = (row, code)
    openness = entry.text("open_type")
    if code := parse_openness(openness):
        cells["open_type"] = (row, code)
        if code == "conditional" and not VOCABULARIES["open_type"].find(openness) and "open_condition" not in cells:
            cells["open_condition"] = (row, openness)
    stated = [entry.text("domain"), entry.text("theme")]
    beside = [entry.text("title"), entry.text("provider"), entry.text("industry")]
    if code := choose_domain(stated, beside):
        cells["domain"] = (row, code)


def _readings(reading: SheetReading, entry: ReadEntry, adapted: ReadEntry) -> list[CellProblem]:
    """A note at each choice whose text is no known label of what it was read as."""
    notes = []
    for name in ("update_cycle", "open_type", "domain"):
        text, code = (
            entry.text(name) or entry.text("theme") if name == "domain" else entry.text(name),
            adapted.text(name),
        )
        vocabulary = VOCABULARIES[name]
        if text != code and code in vocabulary and vocabulary.find(text) is not vocabulary.get(code):
            notes.append(_note(reading, entry, name, "value_read_as", text=shown(text), meaning=vocabulary.label(code)))
    return notes


def _cuts(reading: SheetReading, entry: ReadEntry, adapted: ReadEntry) -> list[CellProblem]:
    """A note where a text was cut or members of a list were left out."""
    notes = []
    limit = FIELDS["summary"].max_length or 0
    if len(entry.text("summary")) > limit:
        notes.append(_note(reading, entry, "summary", "text_was_cut", limit=limit))
    left = [tag for tag in _members(entry.text("tags")) if tag not in adapted.text("tags").split("、")]
    if left:
        notes.append(_note(reading, entry, "tags", "members_left_out", text=shown("、".join(left))))
    formats = _members(entry.text("formats"))
    if len(formats) > 1:
        chosen = VOCABULARIES["format_type"].label(adapted.text("format_type")) or "—"
        notes.append(_note(reading, entry, "formats", "first_format_kept", text=shown("、".join(formats)), kept=chosen))
    elif formats and not adapted.text("format_type"):
        notes.append(_note(reading, entry, "formats", "value_not_understood", value=shown(formats[0])))
    contact = entry.text("contact")
    if contact and contact not in NOTHING and not {"contact_phone", "contact_email"} & set(adapted.cells):
        notes.append(_note(reading, entry, "contact", "value_not_understood", value=shown(contact)))
    return notes


def _members(text: str) -> list[str]:
    return list(dict.fromkeys(part for part in _LIST_MARKS.split(text) if part and part not in NOTHING))


def _note(reading: SheetReading, entry: ReadEntry, column: str, code: str, **params: Any) -> CellProblem:
    row = entry.cells[column][0] if column in entry.cells else entry.row
    return CellProblem(reading.address(column, row), row, column, code, params, "warning")


def _day(
    reading: SheetReading, entry: ReadEntry, name: str, today: dt.datetime, notes: list[CellProblem]
) -> dt.date | None:
    """A day of the past, however written; None, with a note, where it is none."""
    text = entry.text(name)
    if _EPOCH.fullmatch(text):
        text = day_of(dt.datetime.fromtimestamp(int(text[:10]), dt.UTC)).isoformat()
    try:
        iso = parse_cell(FIELDS["temporal_start"], text)
    except BadCell as bad:
        notes.append(_note(reading, entry, name, bad.code, **bad.params))
        return None
    if iso is None:
        return None
    day = dt.date.fromisoformat(iso)
    if day <= day_of(today):
        return day
    notes.append(_note(reading, entry, name, "day_is_to_come", value=iso))
    return None

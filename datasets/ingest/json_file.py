"""JSON on its way into the raw table: an array of records, one record a line, or a list somewhere inside an answer.

Nested objects become columns named `a.b`, lists stay compact JSON text, numbers stay as written, null is blank. The
answer of an API holds its records in some list; the longest is read, and a person can choose another like a sheet.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from datasets.errors import Invalid, Problem
from datasets.ingest.encodings import ENCODINGS, Encoding, decode, find_encoding
from datasets.ingest.file_kinds import find_bare_utf16
from datasets.ingest.geojson import is_feature, is_point, spread_feature
from datasets.ingest.json_text import MAX_DEPTH, JsonText, decode_exactly, write_compact
from datasets.ingest.raw_table import RawTable, Row
from datasets.ingest.reading import ReadOptions
from datasets.ingest.records import Cells, NamedRecords
from datasets.ingest.source import SheetFacts, Source
from datasets.sandbox import Progress

VALUE, KEY = "value", "key"
"""Columns of records that are single values, and of the names over records that stand in an object."""
MAX_NESTED = 5
"""Levels of objects inside a record that become columns; deeper ones stay JSON text."""
MAX_SINGLE = 200_000
"""Values outside lists that are remembered, for documents without any list."""
TABULAR = (dict, list)
NOTHING = object()


@dataclass(slots=True)
class JsonList:
    """A list met in the document: how many entries, the kind of the first one, and the entries if they are values."""

    count: int = 0
    columns: int = 0
    is_table: bool = False
    values: list[Any] = field(default_factory=list)


class JsonReader:
    """One pass over a document. Fills the table from the list `wanted`, else from the first one that holds records."""

    def __init__(self, text: JsonText, table: RawTable, progress: Progress, wanted: str | None) -> None:
        self.text = text
        self.records = NamedRecords(table, progress)
        self.wanted = wanted
        self.loaded: str | None = None
        self.has_names = True
        self.lists: dict[str, JsonList] = {}
        self.singles: dict[tuple[str, ...], str | None] = {}
        self.file_format = "json"
        self.crs = ""

    def read(self) -> None:
        """Go through the whole document."""
        if self.text.is_lines():
            self.file_format = "jsonl"
            self._take_list("", self.text.lines())
            return
        self._walk(())
        self.text.require_end()

    def _walk(self, path: tuple[str, ...]) -> None:
        sign = self.text.peek()
        if sign == "[":
            self._take_list(".".join(path), self.text.items())
        elif sign == "{" and len(path) < MAX_DEPTH:
            for name in self.text.names():
                self._walk((*path, name))
        else:
            value = self.text.value()
            if len(self.singles) < MAX_SINGLE:
                self.singles[path] = _scalar(value) if not isinstance(value, TABULAR) else self.text.source()
            if path[:1] == ("crs",) and path[-1] == "name":
                self.crs = str(value)

    def _take_list(self, name: str, items: Iterator[Any]) -> None:
        facts = self.lists.setdefault(name, JsonList())
        first = next(items, NOTHING)
        if first is NOTHING:
            return
        facts.is_table = isinstance(first, TABULAR)
        facts.columns = len(first) if isinstance(first, TABULAR) else 1
        if self.loaded is None and (name == self.wanted or (self.wanted is None and facts.is_table)):
            self.loaded = name
            self._load(first, items)
            facts.count, facts.columns = self.records.count, self.records.table.width
        elif facts.is_table:
            facts.count += 1 + sum(1 for _ in items)
        else:
            self._keep(facts, first, items)

    @staticmethod
    def _keep(facts: JsonList, first: Any, items: Iterator[Any]) -> None:
        facts.values.append(_scalar(first))
        for item in items:
            if len(facts.values) < MAX_SINGLE:
                facts.values.append(None if isinstance(item, TABULAR) else _scalar(item))
            facts.count += 1
        facts.count += 1

    def _load(self, first: Any, items: Iterator[Any]) -> None:
        if isinstance(first, list):
            self.has_names = False
            self.records.table.append(self._arrays(first, items))
            return
        if is_feature(first):
            self.file_format = "geojson"
        self.records.load(self._objects(first, items))

    def _objects(self, first: Any, items: Iterator[Any]) -> Iterator[Cells]:
        yield self._cells(first)
        for item in items:
            yield self._cells(item)

    def _arrays(self, first: Any, items: Iterator[Any]) -> Iterator[Row]:
        for cells in self._objects(first, items):
            yield list(cells.values())
            self.records.count += 1

    def _cells(self, item: Any) -> Cells:
        """One record as named cells; an entry that is no object counts as its only value, an array as numbered ones."""
        if not isinstance(item, dict):
            item = dict(enumerate(item)) if isinstance(item, list) else {} if item is None else {VALUE: item}
        is_flat = not is_feature(item) and all(cell is None or cell.__class__ is str for cell in item.values())
        cells = item if is_flat else self._nested(item)
        return self.records.clean(cells) if self.text.is_odd else cells

    def _nested(self, item: dict[str, Any]) -> Cells:
        exact: Any = None
        if _holds_list(item.get("properties") or {} if is_point(item) else item):
            exact = decode_exactly(self.text.source())
            if isinstance(exact, list):
                exact = dict(enumerate(exact))
        if is_feature(item):
            return spread_feature(item, exact or {}, _flatten)
        return _flatten(item, exact or {})


def _holds_list(item: dict[str, Any], depth: int = 1) -> bool:
    return any(
        isinstance(value, list) or (isinstance(value, dict) and (depth > MAX_NESTED or _holds_list(value, depth + 1)))
        for value in item.values()
    )


def _flatten(item: dict[str, Any], exact: dict[str, Any]) -> dict[str, str | None]:
    cells: dict[str, str | None] = {}
    _spread(cells, "", item, exact, 1)
    return cells


def _spread(cells: dict[str, str | None], over: str, item: dict[str, Any], exact: dict[str, Any], depth: int) -> None:
    for key, value in item.items():
        name = f"{over}.{key}" if over else key
        if isinstance(value, dict) and value and depth <= MAX_NESTED:
            _spread(cells, name, value, exact.get(key, {}), depth + 1)
        elif isinstance(value, TABULAR):
            cells[name] = write_compact(exact[key]) if value else None
        else:
            cells[name] = _scalar(value)


def _scalar(value: Any) -> str | None:
    if value.__class__ is bool:
        return "true" if value else "false"
    return None if value is None else str(value)


def load_json(path: Path, options: ReadOptions, table: RawTable, work: Path, progress: Progress) -> Source:
    """Read the JSON, JSON lines or GeoJSON at `path` into `table`; `options.sheet` names the list.

    Raises what `JsonText` and `find_encoding` raise, Invalid("worksheet_not_found") and Invalid("json_has_no_records").
    """
    progress({"stage": "decoding"})
    with path.open("rb") as file:
        encoding = find_encoding(path, options.encoding or find_bare_utf16(file.read(4)))
    reader = _read(path, encoding, table, progress, options.sheet)
    best = _best(reader, options.sheet)
    if best != reader.loaded:
        lists = reader.lists
        table.close()
        reader = _read(path, encoding, table, progress, best)
        reader.lists = {**lists, **{name: facts for name, facts in reader.lists.items() if name == best}}
    if reader.loaded is None:
        _load_rest(reader)
    return _describe(reader, encoding)


def _read(path: Path, encoding: Encoding, table: RawTable, progress: Progress, wanted: str | None) -> JsonReader:
    reader = JsonReader(JsonText(decode(path, encoding.codec)), table, progress, wanted)
    progress({"stage": "reading"})
    reader.read()
    return reader


def _best(reader: JsonReader, wanted: str | None) -> str | None:
    """The wanted list, else the one with most records."""
    if wanted is not None:
        if wanted not in reader.lists:
            names = [name for name in reader.lists if name]
            raise Invalid("worksheet_not_found", sheet=wanted[:40], sheets=names[:20])
        return wanted if reader.loaded is None else reader.loaded
    tables = {name: facts.count for name, facts in reader.lists.items() if facts.is_table}
    return max(tables, key=lambda name: tables[name], default=None)


def _load_rest(reader: JsonReader) -> None:
    """A document without a list of records: lists of values side by side, records under their names, or one record."""
    values = {name: facts for name, facts in reader.lists.items() if facts.values}
    records: Iterable[Cells]
    if values:
        longest = max(facts.count for facts in values.values())
        columns = {name or VALUE: facts.values for name, facts in values.items() if facts.count == longest}
        names = [name.rpartition(".")[2] for name in columns]
        shown = names if len(set(names)) == len(names) else list(columns)
        records = (dict(zip(shown, row, strict=True)) for row in zip(*columns.values(), strict=True))
    else:
        records = _records_under_names(reader.singles)
    reader.records.load(records)
    if not reader.records.count:
        raise Invalid("json_has_no_records")


def _records_under_names(singles: dict[tuple[str, ...], str | None]) -> list[Cells]:
    """{"4202": {"name": …}, "4203": {"name": …}}: a record each with its name; anything else is one record."""
    groups: dict[str, dict[str, str | None]] = {}
    for path, value in singles.items():
        if len(path) > 1:
            groups.setdefault(path[0], {KEY: path[0]})[".".join(path[1:])] = value
    kinds = {tuple(sorted(group)) for group in groups.values()}
    if len(groups) > 1 and len(kinds) < len(groups) and all(len(path) > 1 for path in singles):
        return list(groups.values())
    cells = {".".join(path) or VALUE: value for path, value in singles.items()}
    return [cells] if cells else []


def _describe(reader: JsonReader, encoding: Encoding) -> Source:
    tables = {name: facts for name, facts in reader.lists.items() if facts.is_table and name}
    sheets = [SheetFacts(name, facts.count, facts.columns) for name, facts in tables.items()]
    found = Source(reader.file_format, encoding, sheet=reader.loaded or None, sheets=sheets)
    found.has_names = reader.has_names
    others = [name for name in tables if name != reader.loaded]
    text = reader.text
    for code, params in (
        ("other_lists", {"sheet": found.sheet, "others": others[:20]} if others else None),
        ("names_repeated", {"count": text.repeated} if text.repeated else None),
        ("not_numbers", {"count": text.not_numbers} if text.not_numbers else None),
        ("replacement_characters", {"count": reader.records.replaced} if reader.records.replaced else None),
        ("coordinates_in", {"system": reader.crs[:80]} if reader.crs else None),
    ):
        if params:
            found.warnings.append(Problem("", code, **params))
    if not encoding.is_certain:
        names = [ENCODINGS.get(codec, codec) for codec in [encoding.codec, *encoding.alternatives]]
        found.warnings.append(Problem("", "encoding_uncertain", encoding=names[0], alternatives=names[1:]))
    return found

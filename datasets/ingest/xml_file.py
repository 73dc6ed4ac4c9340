"""XML of repeated records on its way into the raw table.

Attributes and children of a record are its columns, those of nested elements are named `a.b`; what repeats inside a
record is a JSON list. Prefixes of namespaces are left out. A table saved by Excel as "XML Spreadsheet 2003" is read as
the worksheet that it is.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import orjson

from datasets.errors import Invalid, Problem, TooLarge
from datasets.ingest.json_text import MAX_RECORD
from datasets.ingest.markup_text import Attributes, find_declared_encoding, local_name, make_parser, parse_pieces
from datasets.ingest.raw_table import RawTable
from datasets.ingest.reading import ReadOptions
from datasets.ingest.records import Cells, NamedRecords
from datasets.ingest.source import SheetFacts, Source
from datasets.ingest.xml_spreadsheet import is_spreadsheet, load_spreadsheet
from datasets.ingest.xml_survey import Element, list_records, survey
from datasets.sandbox import Progress

VALUE = "value"
"""The column of records that are text only, and of text beside attributes."""
OFFERED = 20
SKIPPED = ("xmlns", "xsi:", "xml:")


def load_xml(path: Path, options: ReadOptions, table: RawTable, work: Path, progress: Progress) -> Source:
    """Read the repeated records of the XML at `path` into `table`; `options.sheet` is the path of another element.

    Raises Invalid("xml_has_doctype" | "xml_is_broken" | "xml_is_too_deep" | "xml_has_no_records" |
    "worksheet_not_found") and TooLarge("record_is_too_large" | "too_many_columns").
    """
    progress({"stage": "decoding"})
    encoding = find_declared_encoding(path, options.encoding)
    if is_spreadsheet(path):
        return load_spreadsheet(path, encoding, options, table, progress)
    candidates = list_records(survey(path, encoding.codec))
    if not candidates:
        raise Invalid("xml_has_no_records")
    chosen = _choose(candidates, options.sheet)
    progress({"stage": "reading"})
    records = NamedRecords(table, progress)
    records.load(_records(path, encoding.codec, chosen))
    found = Source("xml", encoding, sheet=chosen.path, has_names=True)
    found.sheets = [SheetFacts(item.path, item.count, max(1, item.fields)) for item in candidates[:OFFERED]]
    others = [item.path for item in candidates if item is not chosen]
    if others:
        found.warnings.append(Problem("", "other_lists", sheet=chosen.path, others=others[:OFFERED]))
    return found


def _choose(candidates: list[Element], wanted: str | None) -> Element:
    if wanted is None:
        return candidates[0]
    for candidate in candidates:
        if candidate.path == wanted:
            return candidate
    raise Invalid("worksheet_not_found", sheet=wanted[:40], sheets=[item.path for item in candidates[:OFFERED]])


class _Collector:
    """Follows the parser and gathers the cells of each record at `path`."""

    def __init__(self, path: list[str]) -> None:
        self.path = path
        self.open: list[str] = []
        self.names: list[str] = []
        self.texts: list[list[str]] = []
        self.last = ""
        """The element that was opened last: it is closed without another in between where it holds no elements."""
        self.cells: dict[str, str | list[str] | None] = {}
        self.size = 0
        self.done: list[Cells] = []

    def start(self, tag: str, attributes: Attributes) -> None:
        self.open.append(local_name(tag))
        if self.names or self.open == self.path:
            self.names.append(f"{self.names[-1]}.{self.open[-1]}".lstrip(".") if self.names else "")
            self.texts.append([])
            self.last = self.names[-1]
            for key, value in attributes.items():
                if not key.startswith(SKIPPED):
                    self._add(f"{self.names[-1]}.{local_name(key)}".lstrip("."), value.strip())

    def text(self, text: str) -> None:
        if self.texts:
            self.size += len(text)
            if self.size > MAX_RECORD:
                raise TooLarge("record_is_too_large", limit=MAX_RECORD)
            self.texts[-1].append(text)

    def end(self, tag: str) -> None:
        self.open.pop()
        if not self.names:
            return
        name = self.names.pop()
        text = "".join(self.texts.pop()).strip()
        if text:
            self._add(name or VALUE, text)
        elif name and self.last == name:
            self.cells.setdefault(name, None)
        if not self.names:
            self.done.append({key: _print(cell) for key, cell in self.cells.items()})
            self.cells, self.size = {}, 0

    def _add(self, name: str, value: str) -> None:
        self.size += len(value)
        held = self.cells.get(name)
        if held is None:
            self.cells[name] = value
        elif isinstance(held, list):
            held.append(value)
        else:
            self.cells[name] = [held, value]


def _print(cell: str | list[str] | None) -> str | None:
    return orjson.dumps(cell).decode() if isinstance(cell, list) else cell


def _records(path: Path, codec: str, chosen: Element) -> Iterator[Cells]:
    collector = _Collector(chosen.path.split("/"))
    parser = make_parser(collector.start, collector.end, collector.text)
    for _ in parse_pieces(parser, path, codec):
        yield from collector.done
        collector.done.clear()

"""The one big table of a web page: what many office systems export under the name of .xls."""

from __future__ import annotations

from html.parser import HTMLParser
from pathlib import Path

from datasets.errors import Invalid, Problem
from datasets.ingest.encodings import decode
from datasets.ingest.markup_tables import MarkupTable
from datasets.ingest.markup_text import find_declared_encoding
from datasets.ingest.raw_table import RawTable
from datasets.ingest.reading import ReadOptions
from datasets.ingest.records import MAX_CELL
from datasets.ingest.source import SheetFacts, Source
from datasets.sandbox import Progress

MIN_ROWS, MIN_COLUMNS = 2, 2
MAX_NESTING = 20
UNSEEN = ("script", "style", "title")
BREAKS = ("br", "p", "div", "li")


def load_html(path: Path, options: ReadOptions, table: RawTable, work: Path, progress: Progress) -> Source:
    """Read the largest table of the page at `path` into `table`.

    Raises Invalid("file_is_html") where there is none, Invalid("worksheet_not_found") and what `MarkupTable` raises.
    """
    progress({"stage": "decoding"})
    encoding = find_declared_encoding(path, options.encoding)
    page = _Page()
    progress({"stage": "reading"})
    for piece in decode(path, encoding.codec):
        page.feed(piece)
    page.close()
    tables = [item for item in page.tables if len(item.rows) >= MIN_ROWS and item.width >= MIN_COLUMNS]
    if not tables:
        raise Invalid("file_is_html")
    for number, item in enumerate(tables, 1):
        item.name = str(number)
    named = {item.name: item for item in tables}
    if options.sheet is not None and options.sheet not in named:
        raise Invalid("worksheet_not_found", sheet=options.sheet[:40], sheets=list(named)[:20])
    largest = max(tables, key=lambda item: len(item.rows) * item.width)
    chosen = named[options.sheet] if options.sheet else largest
    table.append(chosen.rows)
    found = Source("html", encoding, sheet=chosen.name, merges=chosen.clipped_merges())
    found.sheets = [SheetFacts(item.name, len(item.rows), item.width) for item in tables]
    others = [item for item in tables if item is not chosen]
    if others:
        names = [item.name for item in others[:20]]
        found.warnings.append(Problem("", "other_sheets", sheet=chosen.name, others=names))
    found.texts = [(item.name, [cell for row in item.rows for cell in row if cell]) for item in others]
    found.texts.append(("网页其他文字", page.outside))
    return found


class _Page(HTMLParser):
    """All tables of a page; a table within a cell is a table of its own."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.tables: list[MarkupTable] = []
        self.outside: list[str] = []
        self._open: list[tuple[MarkupTable, list[str] | None, tuple[int, int]]] = []
        self._unseen = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in UNSEEN:
            self._unseen += 1
        elif tag == "table":
            if len(self._open) >= MAX_NESTING:
                raise Invalid("file_is_html")
            self.tables.append(MarkupTable())
            self._open.append((self.tables[-1], None, (1, 1)))
        elif self._open:
            self._start_part(tag, dict(attrs))

    def _start_part(self, tag: str, attributes: dict[str, str | None]) -> None:
        if tag == "tr":
            self._end_cell()
            table = self._open[-1][0]
            table.end_row()
            table.start_row()
        elif tag in ("td", "th"):
            self._end_cell()
            spans = (_span(attributes.get("colspan")), _span(attributes.get("rowspan")))
            self._open[-1] = (self._open[-1][0], [], spans)
        elif tag in BREAKS:
            self.handle_data(" ")

    def handle_endtag(self, tag: str) -> None:
        if tag in UNSEEN:
            self._unseen = max(0, self._unseen - 1)
        elif self._open and tag in ("td", "th", "tr", "table"):
            self._end_cell()
            if tag in ("tr", "table"):
                self._open[-1][0].end_row()
            if tag == "table":
                self._open.pop()

    def handle_data(self, data: str) -> None:
        if self._unseen:
            return
        if not self._open:
            if not data.isspace():
                self.outside.append(data.strip())
        elif self._open[-1][1] is not None:
            self._open[-1][1].append(data)

    def close(self) -> None:
        """The end of the page also ends what was left open."""
        super().close()
        while self._open:
            self.handle_endtag("table")

    def _end_cell(self) -> None:
        table, texts, (across, down) = self._open[-1]
        if texts is None:
            return
        text = " ".join("".join(texts).split())
        if len(text) > MAX_CELL:
            raise Invalid("cell_is_too_long", row=len(table.rows))
        table.add(text or None, across=across, down=down)
        self._open[-1] = (table, None, (1, 1))


def _span(text: str | None) -> int:
    return int(text) if text and text.strip().isdecimal() and len(text) < 7 else 1

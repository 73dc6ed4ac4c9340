"""How a text file separates its cells: delimiter, quotes, blanks behind delimiters."""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from io import StringIO
from itertools import islice

from datasets.ingest.values import kind_of

DELIMITERS = (",", "\t", ";", "，", "|", "^", "~")
"""In order of preference where two explain a file equally well."""
SAMPLE_RECORDS = 400
TYPED = {"number", "date", "code", "blank", "missing"}
SEPARATOR_LINE = re.compile(r"\A(?:\ufeff)?sep=(.)\r?\n", re.I)
TAB_GUARD = re.compile(r"\t[,;]")
"""TABs that only keep Excel from reading numbers: before every delimiter. Others are delimiters themselves."""
DECIMAL_COMMA = re.compile(r"[+-]?\d+,\d+")
MAX_CELL = 1 << 20
"""Characters. A longer cell means a quote that never closes."""


@dataclass(frozen=True, slots=True)
class Dialect:
    """How to split records into cells."""

    delimiter: str
    quote: str = '"'
    escape: str | None = None
    skips_blank: bool = False
    """A blank behind every delimiter is layout, not data."""

    def reader(self, lines: Iterable[str]) -> Iterator[list[str]]:
        """The records of `lines`, whose line ends must be kept."""
        csv.field_size_limit(MAX_CELL)
        return csv.reader(
            lines,
            delimiter=self.delimiter,
            quotechar=self.quote,
            escapechar=self.escape,
            skipinitialspace=self.skips_blank,
        )


def find_dialect(sample: str, wanted: str | None = None) -> Dialect:
    """The dialect of the text that begins with `sample` (whole lines). `wanted` fixes the delimiter."""
    if wanted:
        return _complete(sample, wanted)
    declared = SEPARATOR_LINE.match(sample)
    if declared:
        return _complete(sample, declared.group(1))
    scores = {delimiter: _score(sample, delimiter) for delimiter in DELIMITERS}
    best = max(DELIMITERS, key=lambda delimiter: (round(scores[delimiter], 3), -DELIMITERS.index(delimiter)))
    if scores[best] > 0:
        return _complete(sample, best)
    return _complete(sample, " " if _is_blank_separated(sample) else ",")


def _records(sample: str, dialect: Dialect) -> list[list[str]]:
    try:
        return [record for record in islice(dialect.reader(StringIO(sample, newline="")), SAMPLE_RECORDS) if record]
    except csv.Error:
        return []


def _score(sample: str, delimiter: str) -> float:
    """Share of records with the commonest width, weighed by how many cells look like values, not like torn text."""
    records = _records(sample, Dialect(delimiter))
    widths = Counter(len(record) for record in records if len(record) > 1)
    if not widths:
        return 0.0
    width = max(widths, key=lambda size: (widths[size], size))
    cells = [cell.strip() for record in records if len(record) == width for cell in record][:5000]
    typed = sum(kind_of(cell) in TYPED or bool(DECIMAL_COMMA.fullmatch(cell)) for cell in cells) / len(cells)
    torn = sum(cell.count('"') % 2 for cell in cells) / len(cells)
    if delimiter == "\t" and not TAB_GUARD.search(sample):
        typed = max(typed, 0.9)
    consistency = widths[width] / len(records)
    if delimiter == "，" and consistency < 0.8:
        return 0.0
    return max(0.0, consistency**2 * (typed + 0.2 - torn))


def _is_blank_separated(sample: str) -> bool:
    """Exactly two or more columns divided by one blank in every line, one of them all numbers: 110000 北京市."""
    rows = [line.split(" ") for line in sample.split("\n")[:SAMPLE_RECORDS] if line.strip()]
    widths = {len(row) for row in rows}
    if len(rows) < 3 or len(widths) != 1 or widths == {1}:
        return False
    return any(all(kind_of(row[index].strip()) == "number" for row in rows) for index in range(len(rows[0])))


def _complete(sample: str, delimiter: str) -> Dialect:
    quoted = sample.count(delimiter + '"')
    single = len(re.findall(re.escape(delimiter) + r"'[^'\n]*'(?=" + re.escape(delimiter) + r"|\r?\n)", sample))
    quote = "'" if single > 5 and not quoted else '"'
    dialect = Dialect(delimiter, quote, "\\" if _escapes_quotes(sample) else None)
    if delimiter in ",;|，" and _has_layout_blanks(_records(sample, dialect)):
        return Dialect(delimiter, quote, dialect.escape, skips_blank=True)
    return dialect


def _escapes_quotes(sample: str) -> bool:
    r"""Quotes written as \" and no backslash that means itself."""
    escaped = len(re.findall(r'\\"(?![",;\t|\r\n]|\Z)', sample))
    return escaped > 0 and sample.count("\\") == sample.count('\\"')


def _has_layout_blanks(records: list[list[str]]) -> bool:
    later = [cell for record in records for cell in record[1:] if cell]
    return len(later) > 1 and sum(cell.startswith(" ") for cell in later) > 0.95 * len(later)

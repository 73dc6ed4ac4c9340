"""How a text file separates its cells: delimiter, quotes, escapes, blanks behind delimiters."""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from io import StringIO
from itertools import islice

from datasets.ingest.values import kind_of

DELIMITERS = (",", "\t", ";", "，", "|", "^", "~", "\x01", "\x1f")
"""In order of preference where two explain a file equally well. The last two are how Hive and others export."""
RARE = {"，": (2, 0.8), "；": (2, 0.8), "、": (2, 1.0), "：": (2, 1.0), ":": (3, 1.0)}
"""Signs that mostly stand inside cells → (cells, share of records with as many) from which they are delimiters."""
NO_DELIMITERS = "\"'\r\n\x00"
"""What a person cannot choose: quotes, line ends, NUL."""
ALIGNED = "  "
"""Columns that are set apart by two blanks or more: what consoles print."""
MARK = "\x1f"
GAP = re.compile(r"(?<=\S) {2,}(?=\S)")
SAMPLE_RECORDS = 400
TYPED = {"number", "date", "code", "blank", "missing"}
ONE_RECORD = 0.2
"""A single record says little: so much better must a later delimiter explain it than an earlier one."""
UNTORN = 0.2
"""The score of a regular table of words alone."""
SEPARATOR_LINE = re.compile(r"\A(?:\ufeff)?\"?sep=([^\"\w])\"?(?:\r\n|\r|\n)", re.I)
TAB_GUARD = re.compile(r"\t[,;]")
"""TABs that only keep Excel from reading numbers: before every delimiter. Others are delimiters themselves."""
TAB_BETWEEN = re.compile(r"\t(?![,;\r\n]|\Z)")
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
    escapes_quotes: bool = False
    r"""\" stands for a quote, while other backslashes mean themselves: no rule of `csv`, but of `stray_quotes`."""

    def reader(self, lines: Iterable[str], *, strict: bool = False) -> Iterator[list[str]]:
        """The records of `lines`, whose line ends must be kept.

        Raises csv.Error for a cell of more than MAX_CELL characters; if `strict`, also for a quote within a quoted
        cell that is not doubled, and for one that never closes.
        """
        csv.field_size_limit(MAX_CELL)
        is_aligned = self.delimiter == ALIGNED
        return csv.reader(
            (GAP.sub(MARK, line.strip(" ")) for line in lines) if is_aligned else lines,
            delimiter=MARK if is_aligned else self.delimiter,
            quotechar=self.quote,
            escapechar=self.escape,
            skipinitialspace=self.skips_blank,
            strict=strict,
        )


def find_dialect(sample: str, wanted: str | None = None) -> Dialect:
    """The dialect of the text that begins with `sample` (whole lines). `wanted` fixes the delimiter."""
    declared = SEPARATOR_LINE.match(sample)
    if declared:
        sample = sample[declared.end() :]
        wanted = wanted or declared.group(1)
    if wanted:
        return _complete(sample, wanted)
    dialects = [_complete(sample, delimiter) for delimiter in DELIMITERS if delimiter in sample]
    scores = {dialect: _score(sample, dialect) for dialect in dialects}
    best = max(dialects, key=lambda dialect: round(scores[dialect], 3), default=None)
    if best and scores[best] > 0:
        return _prefer_usual(sample, best, scores)
    return _find_rare(sample)


def _prefer_usual(sample: str, best: Dialect, scores: dict[Dialect, float]) -> Dialect:
    """Of a single record every delimiter makes a regular table: the most usual that does nearly as well."""
    rivals = [dialect for dialect, score in scores.items() if score >= max(UNTORN, scores[best] - ONE_RECORD)]
    is_one = len(_records(sample, best)) == 1
    return next((dialect for dialect in rivals if is_one and len(_records(sample, dialect)) == 1), best)


def _find_rare(sample: str) -> Dialect:
    """No usual delimiter explains the file: full-width signs, columns of a console, single blanks, or one column."""
    for delimiter in RARE:
        dialect = _complete(sample, delimiter)
        if delimiter in sample and _is_regular(sample, dialect):
            return dialect
    if _is_aligned(sample):
        return Dialect(ALIGNED)
    return _complete(sample, " " if _is_blank_separated(sample) else ",")


def _records(sample: str, dialect: Dialect) -> list[list[str]]:
    try:
        return [record for record in islice(dialect.reader(StringIO(sample, newline="")), SAMPLE_RECORDS) if record]
    except csv.Error:
        return []


def _score(sample: str, dialect: Dialect) -> float:
    """Share of records with the commonest width, weighed by how many cells look like values, not like torn text."""
    records = _records(sample, dialect)
    widths = Counter(len(record) for record in records if len(record) > 1)
    if not widths:
        return 0.0
    width = max(widths, key=lambda size: (widths[size], size))
    cells = [cell.strip() for record in records if len(record) == width for cell in record][:5000]
    typed = sum(kind_of(cell) in TYPED or bool(DECIMAL_COMMA.fullmatch(cell)) for cell in cells) / len(cells)
    torn = sum(cell.count('"') % 2 for cell in cells) / len(cells)
    if dialect.delimiter == "\t" and not TAB_GUARD.search(sample):
        typed = max(typed, 0.9)
    elif dialect.delimiter == "\t" and not TAB_BETWEEN.search(sample):
        return 0.0
    consistency = widths[width] / len(records)
    if consistency < RARE.get(dialect.delimiter, (0, 0.0))[1]:
        return 0.0
    return max(0.0, consistency**2 * (typed + 0.2 - torn))


def _is_regular(sample: str, dialect: Dialect) -> bool:
    """Three records at least, nearly all of the same width, as RARE asks."""
    records = _records(sample, dialect)
    cells, share = RARE[dialect.delimiter]
    [(width, count)] = Counter(map(len, records)).most_common(1) or [(0, 0)]
    return len(records) >= 3 and width >= cells and count >= share * len(records)


def _is_aligned(sample: str) -> bool:
    """Every line has the same number of gaps, which begin or end at the same place in nearly all."""
    lines = [line.strip(" ") for line in re.split(r"[\r\n]+", sample)[:SAMPLE_RECORDS] if line.strip()]
    widths = {len(GAP.findall(line)) for line in lines}
    return len(lines) >= 3 and len(widths) == 1 and widths != {0}


def _is_blank_separated(sample: str) -> bool:
    """Columns divided by one blank in every line, one of them numbers below its first cell: 110000 北京市."""
    rows = [line.split(" ") for line in re.split(r"[\r\n]+", sample)[:SAMPLE_RECORDS] if line.strip()]
    widths = {len(row) for row in rows}
    if len(rows) < 3 or len(widths) != 1 or widths == {1}:
        return False
    return any(all(kind_of(row[index]) == "number" for row in rows[1:]) for index in range(len(rows[0])))


def _complete(sample: str, delimiter: str) -> Dialect:
    """The dialect with this delimiter: its quotes, escapes and layout blanks."""
    quote = "'" if _has_single_quotes(sample, delimiter) else '"'
    escapes = _escapes_quotes(sample, quote)
    is_pure = sample.count("\\") == sample.count("\\" + quote)
    dialect = Dialect(delimiter, quote, "\\" if escapes and is_pure else None, escapes_quotes=escapes and not is_pure)
    if delimiter in ",;|，" and _has_layout_blanks(_records(sample, dialect)):
        return replace(dialect, skips_blank=True)
    return dialect


def _has_single_quotes(sample: str, delimiter: str) -> bool:
    """Nearly every cell that begins with ' also ends with one, and none is in double quotes."""
    start = f"(?:^|{re.escape(delimiter)} ?)"
    if re.search(start + '"', sample, re.M):
        return False
    opened = len(re.findall(start + "'", sample, re.M))
    closed = len(re.findall(start + f"'(?:[^'\n]|'')*'(?=\r?$|{re.escape(delimiter)})", sample, re.M))
    return closed >= 2 and closed >= 0.9 * opened


def _escapes_quotes(sample: str, quote: str) -> bool:
    r"""Quotes inside cells are written as \": before letters, and not doubled besides."""
    escaped = len(re.findall(rf"\\{quote}(?![{quote},;\t|\r\n]|\Z)", sample))
    is_pure = sample.count("\\") == sample.count("\\" + quote)
    doubled = len(re.findall(rf"\w{quote}{quote}\w|\w{quote}{quote}(?=[ \w])", sample))
    return escaped > 0 and (is_pure or doubled == 0)


def _has_layout_blanks(records: list[list[str]]) -> bool:
    later = [cell for record in records for cell in record[1:] if cell]
    return len(later) > 1 and sum(cell.startswith(" ") for cell in later) > 0.95 * len(later)

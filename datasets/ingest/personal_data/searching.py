"""The search: shapes, check digits and what a column says as a whole, all asked of DuckDB over all rows.

A first pass over all columns looks for anything at all, which costs up to 150 ns a cell, a tenth of that where values
repeat, since each is looked at once; only the columns where there is something are asked kind by kind. A number that no
name tells is judged by its column: one in ten serial numbers passes a check digit, one in ten 11-digit codes begins
like a mobile number.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from datasets.ingest.column_types import RawColumn
from datasets.ingest.personal_data.kinds import ELEVEN_DIGITS, KINDS, LONG_NUMBER, OUTSIDE, Kind, Shape
from datasets.ingest.personal_data.writing import BLANK, fold_sql
from datasets.ingest.raw_table import RawTable
from datasets.ingest.reading import Finding
from datasets.rows import sql_text

SAMPLES = 3
COLUMNS_A_PASS = 100
MOST_OF_PEERS = 0.5
"""In a column without a telling name: the share of mobile numbers among the cells of their length."""
MIN_NAMED_PASSING = 0.3
"""Of the numbers in a column named so, the share that passes the check digit: accounts of companies have none."""
DIGITS = "[0-9０-９]"
ANYTHING = (
    rf"{DIGITS}(?:[ \p{{Z}}\p{{Cf}}\p{{Pd}}.·•−\t\n\r]{{0,3}}{DIGITS}){{9}}|[@＠]|1[.][3-9][0-9]{{9}}[Ee]"
    r"|[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼][A-Za-zＡ-Ｚ]|护照|護照|通行证|证件号"
)
"""No text without this holds a kind that its column's name does not say."""
LONG_WHOLE_NUMBER = "^[0-9]{10,}"
"""The same for a column of plain numbers; the digits of coordinates stand behind the point."""
LEAST_BYTES = 10
"""An ASCII text with fewer has no room for the ten digits, and one without "@" holds nothing else."""
LEAST_ROWS = 50_000
"""Smaller tables are looked through at once."""
MOST_CELLS = 16_000_000
"""Larger ones too: they do not lie in memory, and one pass more costs what it spares."""
MOST_VALUES = 100_000
LEAST_REPEATED = 8
"""How often values must occur on average, or grouping costs more than looking at each."""
IS_BARE = "regexp_full_match(v, '[0-9Xx]+')"
"""SQL: the cell is one number without blanks."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where is looked: SQL `source` gives the texts as `v`; `filled` cells in all, `name` is the column's, or None."""

    source: str
    filled: int
    label: str
    name: str | None
    is_number: bool = False
    """Every filled cell is a plain number."""

    def is_named(self, kind: Kind) -> bool:
        """Whether the column's name says that it holds this kind."""
        return self.name is not None and kind.is_named(self.name)


@dataclass(frozen=True, slots=True)
class Counts:
    """Of the cells of one place: how many have the shape of a kind, pass its check, and are told by words or blanks."""

    shaped: int
    passing: int
    told: int


def find_personal_data(
    table: RawTable, texts: Sequence[RawColumn], where: str, *, numbers: Sequence[RawColumn] = ()
) -> list[Finding]:
    """Search text columns and columns of plain `numbers` in all rows for which `where` holds. O(rows × columns)."""
    columns = [(column, ANYTHING) for column in texts] + [(column, LONG_WHOLE_NUMBER) for column in numbers]
    findings: list[Finding] = []
    for start in range(0, len(columns), COLUMNS_A_PASS):
        some = columns[start : start + COLUMNS_A_PASS]
        for (column, shape), (filled, hits) in zip(some, _count_hits(table, some, where), strict=True):
            findings += _find_in_column(table, column, shape, where, filled=filled, hits=hits)
    return findings


def _count_hits(table: RawTable, columns: Sequence[tuple[RawColumn, str]], where: str) -> list[tuple[int, int]]:
    """For each column with its shape the number of filled cells, and of those (or of their values) with the shape."""
    rows = table.row_count()
    is_long = rows >= LEAST_ROWS and rows * table.width <= MOST_CELLS
    values = (f"approx_count_distinct({c.cell})" if is_long and shape == ANYTHING else "0" for c, shape in columns)
    asked = ", ".join(f"count({column.cell}), {value}" for (column, _), value in zip(columns, values, strict=True))
    row = table.one(f"SELECT {asked} FROM raw WHERE {where}")
    found: dict[int, tuple[int, int]] = {}
    for index, (column, shape) in enumerate(columns):
        filled, different = row[2 * index : 2 * index + 2]
        if 0 < different <= MOST_VALUES and different * LEAST_REPEATED <= filled:
            hits = table.one(
                f"SELECT count(*) FROM (SELECT DISTINCT {column.cell} AS cell FROM raw WHERE {where})"
                f" WHERE {_has_shape('cell', shape)}"
            )
            found[index] = (filled, hits[0])
    rest = [index for index in range(len(columns)) if index not in found]
    if rest:
        counts = ", ".join(f"count_if({_has_shape(columns[index][0].cell, columns[index][1])})" for index in rest)
        hits = table.one(f"SELECT {counts} FROM raw WHERE {where}")
        found |= {index: (row[2 * index], hits[at]) for at, index in enumerate(rest)}
    return [found[index] for index in range(len(columns))]


def _has_shape(cell: str, shape: str) -> str:
    """SQL: `cell` has the `shape`; what is too short for it is not looked through."""
    is_short = f"strlen({cell}) < {LEAST_BYTES}"
    if shape == ANYTHING:
        is_short += f" AND strlen({cell}) = length({cell}) AND NOT contains({cell}, '@')"
    return f"CASE WHEN {is_short} THEN false ELSE regexp_matches({cell}, {sql_text(shape)}) END"


def _find_in_column(
    table: RawTable, column: RawColumn, shape: str, where: str, *, filled: int, hits: int
) -> list[Finding]:
    named = [kind for kind in KINDS if kind.is_named(column.name)]
    kinds = list(KINDS) if hits else named
    if not filled or not kinds:
        return []
    is_number = shape == LONG_WHOLE_NUMBER
    worth = "" if named or is_number else f" AND regexp_matches({column.cell}, {sql_text(shape)})"
    source = f"(SELECT {fold_sql(column.cell)} AS v FROM raw WHERE {where} AND {column.cell} IS NOT NULL{worth})"
    return _find(table.connection, Place(source, filled, column.name, column.name, is_number), kinds)


def find_in_texts(connection: Any, label: str, texts: Iterable[str]) -> list[Finding]:
    """The same for titles, notes, comments, other sheets, called `label`: what blocks by itself or is named there."""
    content = [text for text in texts if text]
    if not content:
        return []
    connection.execute("CREATE OR REPLACE TEMP TABLE outside AS SELECT unnest(?::VARCHAR[]) AS cell", [content])
    place = Place(f"(SELECT {fold_sql('cell')} AS v FROM outside)", len(content), label, None)
    found = _find(connection, place, [kind for kind in KINDS if kind.kind in OUTSIDE])
    connection.execute("DROP TABLE outside")
    return found


def mask(number: str) -> str:
    """Enough to find the cell again, too little to misuse: the first and last quarter, never over four signs each."""
    kept = min(4, max(1, len(number) // 4))
    return number[:kept] + "*" * max(1, len(number) - 2 * kept) + (number[-kept:] if len(number) > 2 else "")


def _find(connection: Any, place: Place, kinds: Sequence[Kind]) -> list[Finding]:
    """All shapes at once, then the shape of each kind, then each kind that is there closely."""
    shapes = [(kind, shape) for kind in kinds if (shape := _shape(kind, place))]
    if not shapes:
        return []
    anything = "|".join(shape.pattern for _, shape in shapes)
    suspects = replace(place, source=f"(SELECT v FROM {place.source} WHERE regexp_matches(v, {sql_text(anything)}))")
    counted = ", ".join(f"count_if(regexp_matches(v, {sql_text(shape.pattern)}))" for _, shape in shapes)
    row = connection.execute(f"SELECT {counted} FROM {suspects.source}").fetchone()
    findings = (
        _judge(connection, place, kind, shape, count) for (kind, shape), count in zip(shapes, row, strict=True) if count
    )
    return [finding for finding in findings if finding]


def _shape(kind: Kind, place: Place) -> Shape | None:
    return kind.named_shape() if place.is_named(kind) else kind.unnamed_shape()


def _judge(connection: Any, place: Place, kind: Kind, shape: Shape, shaped: int) -> Finding | None:
    counts = _count(connection, place, kind, shape, shaped)
    if place.is_named(kind):
        count = counts.passing if counts.passing >= MIN_NAMED_PASSING * counts.shaped else 0
    else:
        count = _count_unnamed(connection, place, kind, counts)
    if not count:
        return None
    samples = _samples(connection, place, kind, shape)
    return Finding(place.label, kind.kind, kind.severity, count, round(count / place.filled, 4), samples)


def _count(connection: Any, place: Place, kind: Kind, shape: Shape, shaped: int) -> Counts:
    told = [f"regexp_matches(v, {sql_text(kind.told_pattern)})"] if kind.told_pattern else []
    told += [f"regexp_matches(written, '{BLANK}')"] if kind.is_told_by_blanks else []
    if kind.check is None and not told:
        return Counts(shaped, shaped, 0)
    passes = _passes(kind)
    row = connection.execute(
        f"SELECT count_if({passes}), count_if(({' OR '.join(told) or 'false'}) AND {passes})"
        f" FROM {_numbers(place, shape)}"
    ).fetchone()
    return Counts(shaped, row[0], row[1])


def _count_unnamed(connection: Any, place: Place, kind: Kind, counts: Counts) -> int:
    """How many cells hold the kind, where the column's name does not say so; 0 where chance explains them."""
    is_enough = counts.passing >= max(kind.fewest, kind.least_share * place.filled, kind.least_passing * counts.shaped)
    if kind.alone is None or not is_enough:
        return counts.told
    return _count_mobiles(connection, place, kind, counts) if kind.kind == "mobile" else counts.passing


def _count_mobiles(connection: Any, place: Place, kind: Kind, counts: Counts) -> int:
    """Cells with other text always count; bare ones if most numbers of their length in the column begin like them."""
    begins = f"regexp_matches(v, {sql_text(f'^{BLANK}*(?:{kind.core})')})"
    is_bare, is_peer = (f"regexp_full_match(v, '{shape}')" for shape in (ELEVEN_DIGITS, LONG_NUMBER))
    bare, peers = connection.execute(
        f"SELECT count_if({is_bare} AND {begins}), count_if({is_peer if place.is_number else is_bare})"
        f" FROM {place.source}"
    ).fetchone()
    return counts.passing if bare >= MOST_OF_PEERS * peers else max(0, counts.passing - bare)


def _passes(kind: Kind) -> str:
    return kind.check("number") if kind.check else "true"


def _numbers(place: Place, shape: Shape) -> str:
    """Subquery: of each cell `v` of that shape the first number as `written`, and as `number` without its blanks."""
    pattern = sql_text(shape.pattern)
    groups = [f"nullif(regexp_extract(v, {pattern}, {group}), '')" for group in range(1, shape.groups + 1)]
    written = f"CASE WHEN {IS_BARE} THEN v ELSE coalesce({', '.join(groups)}) END"
    number = f"CASE WHEN {IS_BARE} THEN v ELSE regexp_replace(written, '[^0-9A-Za-z一-龥]', '', 'g') END"
    found = f"SELECT v, {written} AS written FROM {place.source} WHERE regexp_matches(v, {pattern})"
    return f"(SELECT v, written, {number} AS number FROM ({found}))"


def _samples(connection: Any, place: Place, kind: Kind, shape: Shape) -> list[str]:
    found = connection.execute(
        f"SELECT written FROM {_numbers(place, shape)} WHERE {_passes(kind)} LIMIT {SAMPLES * 10}"
    ).fetchall()
    return list(dict.fromkeys(mask(written) for (written,) in found))[:SAMPLES]

"""The search: shapes by DuckDB over all rows, then check digits number by number."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import islice

from datasets.ingest.column_types import RawColumn
from datasets.ingest.personal_data.kinds import KINDS, OUTSIDE, Kind
from datasets.ingest.raw_table import RawTable
from datasets.ingest.reading import Finding
from datasets.rows import sql_text

SAMPLES = 3
ENOUGH = 500
"""Verified numbers after which the rest of a column's matches are taken as the same."""
FEWEST = 3
"""Matches below which a column is not called after a kind that its name does not say."""
BATCH = 20_000
COLUMNS_A_PASS = 100
FULL_WIDTH = "０１２３４５６７８９"
ANYTHING = "|".join([*(f"(?:{kind.shape})" for kind in KINDS if kind.least_share is not None), f"[{FULL_WIDTH}]{{11}}"])


@dataclass(frozen=True, slots=True)
class Suspicion:
    """A column with `shaped` cells of the shape of `kind` among its `filled` ones."""

    column: RawColumn
    kind: Kind
    shaped: int
    filled: int


def find_personal_data(table: RawTable, columns: Sequence[RawColumn], where: str) -> list[Finding]:
    """Search the text `columns` in all rows for which `where` holds. O(rows × columns), numbers verified in batches."""
    suspicions = [
        suspicion
        for start in range(0, len(columns), COLUMNS_A_PASS)
        for suspicion in _suspect(table, columns[start : start + COLUMNS_A_PASS], where)
    ]
    findings = (_verify(table, suspicion, where) for suspicion in suspicions)
    return [finding for finding in findings if finding]


def find_in_texts(place: str, texts: Iterable[str]) -> list[Finding]:
    """The same for titles, notes, comments and other sheets, named `place`; only kinds that block by themselves."""
    content = [unicodedata.normalize("NFKC", text) for text in texts]
    findings = []
    for kind in KINDS:
        if kind.kind not in OUTSIDE:
            continue
        pattern = re.compile(kind.shape)
        found = [hit for text in content for hit in pattern.findall(text) if kind.verify is None or kind.verify(hit)]
        if len(found) >= (FEWEST if kind.least_share else 1):
            findings.append(Finding(place, kind.kind, kind.severity, len(found), 0.0, _samples(found)))
    return findings


def mask(number: str) -> str:
    """Enough to find the cell again, too little to misuse: the first and last quarter, never over four signs each."""
    kept = min(4, max(1, len(number) // 4))
    return number[:kept] + "*" * max(1, len(number) - 2 * kept) + (number[-kept:] if len(number) > 2 else "")


def _samples(numbers: Sequence[str]) -> list[str]:
    return [mask(number) for number in dict.fromkeys(numbers[:50])][:SAMPLES]


def _suspect(table: RawTable, columns: Sequence[RawColumn], where: str) -> list[Suspicion]:
    """One pass looks for any shape at all; a second counts each kind in the few columns where there is one."""
    anything = sql_text(ANYTHING)
    counts = [f"count({c.cell}), count_if(regexp_matches({c.cell}, {anything}))" for c in columns]
    row = table.one(f"SELECT {', '.join(counts)} FROM raw WHERE {where}")
    found = []
    for index, column in enumerate(columns):
        filled, hits = row[2 * index], row[2 * index + 1]
        kinds = [kind for kind in KINDS if (kind.is_named(column.name) if kind.least_share is None else hits)]
        if filled and kinds:
            shapes = [f"count_if(regexp_matches({_plain(column)}, {sql_text(kind.shape)}))" for kind in kinds]
            shaped = table.one(f"SELECT {', '.join(shapes)} FROM raw WHERE {where}")
            found += [
                Suspicion(column, kind, count, filled) for kind, count in zip(kinds, shaped, strict=True) if count
            ]
    return found


def _verify(table: RawTable, suspicion: Suspicion, where: str) -> Finding | None:
    column, kind, filled = suspicion.column, suspicion.kind, suspicion.filled
    confirmed, is_all = _confirm(table, suspicion, where)
    count = len(confirmed) if kind.verify and is_all else suspicion.shaped
    if not confirmed:
        return None
    if kind.least_share and not kind.is_named(column.name) and (count < FEWEST or count < kind.least_share * filled):
        return None
    return Finding(column.name, kind.kind, kind.severity, count, round(count / filled, 4), _samples(confirmed))


def _confirm(table: RawTable, suspicion: Suspicion, where: str) -> tuple[list[str], bool]:
    """Verified numbers, and whether all matches were looked at (not where the column is full of them)."""
    kind, cell, shape = suspicion.kind, _plain(suspicion.column), sql_text(suspicion.kind.shape)
    limit = "" if kind.verify else f" LIMIT {SAMPLES * 10}"
    cursor = table.connection.execute(
        f"SELECT regexp_extract({cell}, {shape}, 1) FROM raw WHERE {where} AND regexp_matches({cell}, {shape}){limit}"
    )
    confirmed: list[str] = []
    while rows := cursor.fetchmany(BATCH):
        hits = (number for (number,) in rows if kind.verify is None or kind.verify(number))
        confirmed += islice(hits, ENOUGH)
        if len(confirmed) >= ENOUGH:
            return confirmed, False
    return confirmed, True


def _plain(column: RawColumn) -> str:
    return f"translate({column.cell}, '{FULL_WIDTH}', '0123456789')"

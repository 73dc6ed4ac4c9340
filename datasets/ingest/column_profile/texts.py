"""What texts look like: how long they are, and their commonest patterns."""

from __future__ import annotations

import string
from collections import Counter
from collections.abc import Sequence
from typing import Any

from datasets.columns import Column
from datasets.ingest.column_profile.printing import Fact

PATTERNS = 3
PATTERN_CELLS = 20_000
"""Cells of a column that are looked at for their patterns, spread over the table."""
PATTERN_LENGTH = 40
"""Signs of a pattern; what is longer is cut."""
CLASSES = str.maketrans(string.digits + string.ascii_uppercase + string.ascii_lowercase, "9" * 10 + "A" * 26 + "a" * 26)


def length_sql(column: Column) -> str:
    """Three aggregates: the shortest, the mean and the longest text; NULL for other types."""
    if column.type != "text":
        return "NULL, NULL, NULL"
    length = f"length({column.physical})"
    return f"min({length}), avg({length}), max({length})"


def add_patterns(connection: Any, data: str, detailed: Sequence[tuple[Column, Fact]]) -> None:
    """Give the facts of text columns their "patterns" with the share of the filled cells looked at.

    Letters and digits are classed here: DuckDB's translate takes five times as long.
    """
    every = -(-connection.execute(f"SELECT count(*) FROM {data}").fetchone()[0] // PATTERN_CELLS)
    for column, fact in detailed:
        if column.type != "text":
            continue
        cells = f"SELECT {column.physical}[1:{PATTERN_LENGTH}] AS cell, count(*) AS times FROM {data}"
        found = connection.execute(
            f"SELECT regexp_replace(cell, '[\\p{{Han}}]', '汉', 'g'), times FROM"
            f" ({cells} WHERE {column.physical} IS NOT NULL AND rowid % {every} = 0 GROUP BY 1)"
        ).fetchall()
        patterns: Counter[str] = Counter()
        for text, times in found:
            patterns[text.translate(CLASSES)] += times
        commonest = sorted(patterns.items(), key=lambda item: (-item[1], item[0]))[:PATTERNS]
        if commonest:
            fact["patterns"] = [[pattern, round(times / patterns.total(), 4)] for pattern, times in commonest]

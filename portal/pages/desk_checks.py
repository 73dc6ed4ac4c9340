"""Cells of a delivered file that contradict the declared data items, in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from catalog.vocabularies import VOCABULARIES
from datasets.ingest.declared import CHECKS
from portal.pages.desk_texts import in_words

WHOLE_COLUMN = frozenset({"missing", "undeclared", "closed"})
"""Told by the comparison of columns and items already."""


@dataclass(frozen=True, slots=True)
class CheckLine:
    """One contradiction: `rows` are its first ones as spreadsheets count them, of `count` in all."""

    column: str
    text: str
    expected: str
    count: int
    samples: tuple[str, ...]
    rows: tuple[int, ...]


def make_check_lines(checks: Sequence[Mapping[str, Any]], language: str) -> tuple[CheckLine, ...]:
    """The contradictions of cells, those of the most cells first; samples are masked already where they must be."""
    lines = [
        CheckLine(
            column=check["column"],
            text=in_words(CHECKS.get(check["kind"], (check["kind"],) * 2), language),
            expected=VOCABULARIES["item_type"].label(check["expected"], language)
            if check["kind"] == "wrong_type"
            else check["expected"],
            count=check["count"],
            samples=tuple(check["samples"]),
            rows=tuple(check["rows"]),
        )
        for check in checks
        if check["kind"] not in WHOLE_COLUMN
    ]
    return tuple(sorted(lines, key=lambda line: -line.count))

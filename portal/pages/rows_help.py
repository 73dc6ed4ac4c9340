"""What the help page says of row parameters: the rows of OPERATORS, BUCKETS and MEASURES, in one language."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from datasets.columns import TYPES
from datasets.query.grouping import BUCKETS, MEASURES
from datasets.query.operators import OPERATORS, VALUE_EXAMPLES


@dataclass(frozen=True, slots=True)
class HelpRow:
    """One thing that can be asked: its word in addresses, its name, the types of columns, what stands as its value."""

    key: str
    name: str
    types: str
    value: str


@dataclass(frozen=True, slots=True)
class RowsHelp:
    """All that can be asked of rows."""

    operators: tuple[HelpRow, ...]
    buckets: tuple[HelpRow, ...]
    measures: tuple[HelpRow, ...]


def make_rows_help(language: str) -> RowsHelp:
    """The tables in the language of the page."""
    side = 1 if language == "en" else 0
    return RowsHelp(
        operators=tuple(
            HelpRow(one.key, (one.zh, one.en)[side], _types(one.types, side), VALUE_EXAMPLES[one.values][side])
            for one in OPERATORS.values()
        ),
        buckets=tuple(
            HelpRow(one.key, (one.zh, one.en)[side], _types(one.types, side), one.example) for one in BUCKETS.values()
        ),
        measures=tuple(
            HelpRow(one.key, (one.zh, one.en)[side], _types(one.types, side), f"{one.key}:amount")
            for one in MEASURES.values()
        ),
    )


def _types(types: Iterable[str], side: int) -> str:
    chosen = set(types)
    if chosen == set(TYPES):
        return ("所有类型", "all types")[side]
    return ("、", ", ")[side].join(TYPES[code][side] for code in TYPES if code in chosen)

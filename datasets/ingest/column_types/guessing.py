"""What a text column's sample looks like, and what all its rows must say for that to hold."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from datasets.ingest.column_types.codes import MAX_DIGITS, has_leading_zero, is_code_header, is_date_header
from datasets.ingest.column_types.kinds import ColumnType
from datasets.ingest.column_types.shadows import shadow_sql
from datasets.ingest.column_types.writings import NEEDS_DATE_HEADER, WRITINGS, YES_NO, Writing
from datasets.rows import sql_text

MOST = 0.5
"""Share of the filled cells above which a text column gets a shadow, or is said to be written in one way."""
SHORT = 2
"""Digits of months, days and hours, which are written with a zero in front and name nothing else: 08."""
PLAIN_NUMBER = re.compile(r"[+-]?(?:0|[1-9]\d*)(?:\.\d+)?", re.ASCII)
CLOCK = re.compile(r"\d:\d\d")


class GuessCounts(NamedTuple):
    """What the cells of all rows say to a guess; numbers of cells."""

    filled: int
    read: int
    """By the shadow."""
    read_as_decimal: int
    """Where the shadow is of whole numbers."""
    written: int
    """In the guessed way."""
    zeros: int
    """Digits with a leading zero, where the shadow is a number."""


@dataclass(frozen=True, slots=True)
class Guess:
    """A shadow, a way of writing, and which share of all filled cells the shadow must read."""

    shadow: str | None
    writing: Writing | None = None
    recognised: str | None = None
    """Said without counting."""
    share: float = MOST

    def check(self, cell: str) -> str:
        """The aggregates of `GuessCounts` over the text `cell`."""
        read = f"count({shadow_sql(cell, self.shadow)})" if self.shadow else "0"
        decimal = f"count({shadow_sql(cell, 'decimal')})" if self.shadow == "integer" else "0"
        written = f"count_if(regexp_full_match({cell}, {sql_text(self.writing.shape)}))" if self.writing else "0"
        is_number = self.shadow in ("integer", "decimal")
        zeros = f"count_if({cell} < '1' AND regexp_full_match({cell}, '0[0-9]+'))" if is_number else "0"
        return f"count({cell}), {read}, {decimal}, {written}, {zeros}"

    def settle(self, counts: GuessCounts) -> ColumnType:
        """The type that the rows confirm."""
        if counts.zeros:
            return ColumnType(recognised="code")
        shadow = "decimal" if counts.read_as_decimal > counts.read else self.shadow
        read = max(counts.read, counts.read_as_decimal)
        if self.shadow and not (read > MOST * counts.filled and read >= self.share * counts.filled):
            return ColumnType(recognised="code" if self.recognised == "code" else None)
        is_written = self.writing is not None and counts.written > MOST * counts.filled
        recognised = self.writing.code if self.writing and is_written else self.recognised
        return ColumnType(shadow=shadow, recognised=None if recognised == "dashed_date" else recognised)


def make_guess(name: str, values: Sequence[str]) -> Guess | None:
    """What most of the sampled `values` under the header `name` are; None where they say nothing."""
    if not values:
        return None
    if is_code_header(name) or any(map(has_leading_zero, values)):
        return _guess_code(name, values)
    if any(set(values) == set(pair) for pair in YES_NO):
        return Guess("boolean", None, "yes_no", share=1.0)
    return _guess_writing(values, is_dated=is_date_header(name))


def _guess_writing(values: Sequence[str], *, is_dated: bool) -> Guess | None:
    """By the ways in which cells are written: dates of any kind, numbers of any kind, pairs of coordinates."""
    known = [writing for code, writing in WRITINGS.items() if is_dated or code not in NEEDS_DATE_HEADER]
    found = Counter(next((writing.code for writing in known if writing.fits(value)), "") for value in values)
    del found[""]
    by_shadow: Counter[str | None] = Counter()
    for code, count in found.items():
        by_shadow[WRITINGS[code].shadow] += count
    plain = 0 if by_shadow["date"] == len(values) else sum(map(bool, map(PLAIN_NUMBER.fullmatch, values)))
    least = MOST * len(values)
    commonest = next((WRITINGS[code] for code, count in found.most_common(1) if count > least), None)
    if by_shadow["date"] > least:
        return Guess("datetime" if any(map(CLOCK.search, values)) else "date", commonest)
    if by_shadow[None] > least:
        return Guess(None, commonest)
    if plain + by_shadow["decimal"] <= least:
        return None
    has_signs = found["percent"] + found["currency"] > 0
    return Guess("decimal" if has_signs else "integer", commonest)


def _guess_code(name: str, values: Sequence[str]) -> Guess | None:
    """Numbers that name things: compared as numbers only where texts of uneven length would sort wrongly (2, 10)."""
    digits = [value for value in values if value.isascii() and value.isdigit()]
    if len(digits) <= MOST * len(values):
        return None
    is_uneven = len(set(map(len, digits))) > 1 and max(map(len, digits)) <= MAX_DIGITS
    has_zeros = any(map(has_leading_zero, digits))
    is_short = has_zeros and max(map(len, digits)) <= SHORT and not is_code_header(name)
    return Guess("integer" if is_uneven and not has_zeros else None, None, None if is_short else "code")

"""How cells are written: one row per way of writing, with its shape and examples that a test runs.

Shapes are read by Python and by DuckDB (RE2) alike and must match a whole cell.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

INTEGER = "(?:0|[1-9][0-9]{0,14})"
"""No leading zero, and no more digits than spreadsheets and JavaScript keep."""
GROUPED = "[1-9][0-9]{0,2}(?:[,，][0-9]{3}){1,4}"
FRACTION = r"(?:\.[0-9]+)?"
AMOUNT = f"(?:{GROUPED}|{INTEGER}){FRACTION}"
MONEY = "[¥￥$€£] ?"
YUAN = " ?[万亿]?元"
YEAR = "(?:1[5-9]|2[01])[0-9]{2}"
"""1500 to 2199: what is written like a date beyond them is a code (4202.1.3)."""
MONTH = "(?:0?[1-9]|1[0-2])"
DAY = "(?:0?[1-9]|[12][0-9]|3[01])"
TIME = r"(?: ?[T ] ?(?:[01]?[0-9]|2[0-3]):[0-5][0-9](?::[0-5][0-9](?:\.[0-9]{1,6})?)?)"
LONGITUDE = r"(?:7[3-9]|[89][0-9]|1[0-2][0-9]|13[0-5])\.[0-9]+"
LATITUDE = r"(?:[3-9]|[1-4][0-9]|5[0-3])\.[0-9]+"
"""Degrees between 73° and 136° east, 3° and 54° north: the bounds of China with its seas."""

YES_NO: tuple[tuple[str, str], ...] = (
    ("是", "否"),
    ("有", "无"),
    ("√", "×"),
    ("Y", "N"),
    ("Yes", "No"),
    ("YES", "NO"),
    ("yes", "no"),
    ("TRUE", "FALSE"),
    ("True", "False"),
)
"""What offices write for true and false. A column keeps to one pair."""


@dataclass(frozen=True, slots=True)
class Writing:
    """One way of writing. `shadow` is the type that it is compared as; `cells` are written so, `others` are not."""

    code: str
    shadow: str | None
    shape: str
    cells: tuple[str, ...]
    others: tuple[str, ...]

    def fits(self, cell: str) -> bool:
        """Whether the whole cell is written so."""
        return _compiled(self.shape).fullmatch(cell) is not None


@cache
def _compiled(shape: str) -> re.Pattern[str]:
    return re.compile(shape, re.ASCII)


WRITINGS: dict[str, Writing] = {
    writing.code: writing
    for writing in (
        Writing("percent", "decimal", f"[+-]?{AMOUNT} ?[%％]", ("52%", "-3.25%", "1,200％"), ("52", "%", "007%", "‰")),
        Writing(
            "currency", "decimal", f"[+-]?{MONEY}[+-]?{AMOUNT}|[+-]?(?:{MONEY})?{AMOUNT}{YUAN}",
            ("¥1,234", "￥3", "-$5.20", "¥-5.20", "1234元", "3.5万元", "2 亿元"), ("1234", "元", "约300元", "5元/人"),
        ),
        Writing("grouped", "decimal", f"[+-]?{GROUPED}{FRACTION}", ("1,234", "-12,345.60"), ("1234", "1,23", "0,123")),
        Writing(
            "chinese_date", "date", f"{YEAR}年{MONTH}月{DAY}[日号]{TIME}?",
            ("2026年1月2日", "2026年01月02日", "2026年1月2日 8:30"), ("2026年1月", "2026年13月1日", "26年1月2日"),
        ),
        Writing(
            "slashed_date", "date", f"{YEAR}/{MONTH}/{DAY}{TIME}?",
            ("2026/1/2", "2026/01/02 10:00:00"), ("1/2/2026", "2026/13/1", "2026/1", "1/2"),
        ),
        Writing(
            "dotted_date", "date", rf"{YEAR}\.{MONTH}\.{DAY}{TIME}?",
            ("2026.1.2", "2026.01.02"), ("1.10.2", "4202.1.3", "2026.1"),
        ),
        Writing(
            "dashed_date", "date", f"{YEAR}-{MONTH}-{DAY}{TIME}?",
            ("2026-1-2", "2026-01-02T10:00:00"), ("1-2", "2026-1", "4202-01-02", "2026-01-32"),
        ),
        Writing(
            "compact_date", "date", "(?:19|20)[0-9]{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])",
            ("20260102",), ("20261302", "2026012", "42020200", "202601021"),
        ),
        Writing("chinese_month", "date", f"{YEAR}年{MONTH}月", ("2026年1月", "2026年12月"), ("2026年", "2026年13月")),
        Writing("month", "date", f"{YEAR}[-/]{MONTH}", ("2026-01", "2026/1"), ("1-2", "2026-13", "2026.01")),
        Writing(
            "coordinates", None,
            f"[(（]?(?:{LONGITUDE} ?[,，;； ] ?{LATITUDE}|{LATITUDE} ?[,，;； ] ?{LONGITUDE})[)）]?",
            ("114.1,30.2", "30.2153, 115.0653", "(115.06，30.21)"), ("114,30", "30.1,31.2", "114.1", "200.1,30.2"),
        ),
    )
}  # fmt: skip
"""Code (key of `columns.RECOGNISED`, but for `dashed_date`, which says nothing new) → way of writing."""

NEEDS_DATE_HEADER = frozenset({"compact_date", "month"})
"""Written like numbers and document numbers: dates only where the header says so."""

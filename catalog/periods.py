"""The periods of a cycle in words: "2026-07" is 2026年7月, or July 2026. The keys are those of `catalog.cycles`."""

from __future__ import annotations

import calendar
import re
from collections.abc import Callable

_SPANS = {"1": ("上旬", "1–10"), "2": ("中旬", "11–20"), "3": ("下旬", "from 21")}
_HALVES = {"1": ("上半年", "First half of"), "2": ("下半年", "Second half of")}
_PATTERNS: tuple[tuple[re.Pattern[str], Callable[..., str], Callable[..., str]], ...] = (
    (
        re.compile(r"(\d{4})-W(\d\d)"),
        lambda year, week: f"{year}年第{int(week)}周",
        lambda year, week: f"Week {int(week)} of {year}",
    ),
    (
        re.compile(r"(\d{4})-(\d\d)-T([123])"),
        lambda year, month, span: f"{year}年{int(month)}月{_SPANS[span][0]}",
        lambda year, month, span: f"{_SPANS[span][1]} {_month(month)} {year}",
    ),
    (
        re.compile(r"(\d{4})-(\d\d)"),
        lambda year, month: f"{year}年{int(month)}月",
        lambda year, month: f"{_month(month)} {year}",
    ),
    (
        re.compile(r"(\d{4})Q([1-4])"),
        lambda year, quarter: f"{year}年第{quarter}季度",
        lambda year, quarter: f"Q{quarter} {year}",
    ),
    (
        re.compile(r"(\d{4})H([12])"),
        lambda year, half: f"{year}年{_HALVES[half][0]}",
        lambda year, half: f"{_HALVES[half][1]} {year}",
    ),
    (re.compile(r"(\d{4})"), lambda year: f"{year}年", lambda year: f"{year}"),
)


def format_period(key: str, language: str) -> str:
    """The period `key` in "zh" or "en"; a key of another kind (a plan's node) as it is.

    >>> format_period("2026-W27", "zh"), format_period("2026-07-T2", "zh"), format_period("2026H2", "en")
    ('2026年第27周', '2026年7月中旬', 'Second half of 2026')
    """
    for pattern, zh, en in _PATTERNS:
        if (found := pattern.fullmatch(key)) is not None:
            return (en if language == "en" else zh)(*found.groups())
    return key


def _month(number: str) -> str:
    return calendar.month_name[int(number)] if 1 <= int(number) <= 12 else number

"""How numbers, sizes, days and codes are written on every page, in the language of the page."""

from __future__ import annotations

import datetime as dt
from typing import Any

from jinja2 import Environment

from catalog.vocabularies import VOCABULARIES
from datasets.clock import SHANGHAI
from portal.context import language

TONES = {
    "normal": "good",
    "due_soon": "warn",
    "overdue": "bad",
    "long_stale": "bad",
    "not_tracked": "",
    "unconditional": "good",
    "conditional": "warn",
    "closed": "",
    "draft": "",
    "department_review": "info",
    "office_review": "info",
    "returned": "bad",
    "approved": "brand",
    "published": "good",
    "superseded": "",
    "expired": "",
    "never_published": "",
    "withdrawal_review": "warn",
    "suspended": "bad",
    "withdrawn": "",
    "prepared": "",
    "rejected": "bad",
    "on_time": "good",
    "late": "warn",
    "missed": "bad",
    "excused": "info",
    "undecided": "warn",
    "opened": "good",
    "opened_upstream": "info",
    "open_next": "brand",
    "kept_closed": "",
    "granted": "good",
    "refused": "bad",
    "running": "info",
    "missing": "bad",
    "reviewing": "info",
    "without_basis": "bad",
    "drafted": "warn",
    "signed": "info",
    "accepted": "good",
}
"""Code of a state → tone of its chip."""

_UNITS = ("B", "kB", "MB", "GB", "TB")


def number(value: float | None) -> str:
    """A whole number in groups of three, a fraction with one decimal; None as an en dash.

    >>> number(1234567), number(97.25), number(None)
    ('1,234,567', '97.2', '–')
    """
    if value is None:
        return "–"
    return f"{value:,}" if isinstance(value, int) else f"{value:,.1f}"


def size(value: int | None) -> str:
    """A size in bytes as people read it, in steps of 1,000.

    >>> size(512), size(45_230), size(1_250_000)
    ('512 B', '45 kB', '1.2 MB')
    """
    if value is None:
        return "–"
    amount = float(value)
    step = 0
    while amount >= 999.5 and step < len(_UNITS) - 1:
        amount /= 1000
        step += 1
    digits = 1 if 0 < amount < 9.95 and step else 0
    return f"{amount:.{digits}f} {_UNITS[step]}"


def percent(value: float | None) -> str:
    """A share of one as per cent without decimals below 100; None as an en dash.

    >>> percent(0.966), percent(1.0), percent(None)
    ('97%', '100%', '–')
    """
    return "–" if value is None else f"{value * 100:.0f}%"


def day(value: dt.date | dt.datetime | str | None) -> str:
    """A day as 2026-07-10, instants in Shanghai; None as an empty text."""
    found = _as_day(value)
    return found.isoformat() if found else ""


def long_day(value: dt.date | dt.datetime | str | None) -> str:
    """A day for reading: 2026年7月10日, or 10 July 2026."""
    found = _as_day(value)
    if found is None:
        return ""
    if language() == "en":
        return f"{found.day} {found:%B} {found.year}"
    return f"{found.year}年{found.month}月{found.day}日"


def moment(value: dt.datetime | str | None) -> str:
    """An instant as 2026-07-10 10:00 in Shanghai; None as an empty text."""
    if value is None:
        return ""
    if isinstance(value, str):
        value = dt.datetime.fromisoformat(value)
    if value.tzinfo is None:
        value = value.replace(tzinfo=dt.UTC)
    return f"{value.astimezone(SHANGHAI):%Y-%m-%d %H:%M}"


def label(code: str | None, vocabulary: str) -> str:
    """The label of a code of a vocabulary in the language of the page: `{{ "monthly"|label("update_cycle") }}`."""
    return VOCABULARIES[vocabulary].label(code, language())


def short_open_type(code: str) -> str:
    """The open type in two words: a list has no room for the long English label."""
    if language() == "en":
        return {"unconditional": "Open", "conditional": "On conditions", "closed": "Not open"}.get(code, code)
    return VOCABULARIES["open_type"].label(code, "zh")


def tone(code: str | None) -> str:
    """The tone of the chip that names this state."""
    return TONES.get(code or "", "")


def web_address(value: str | None) -> str:
    """`value` if it is an http(s) address that a page may link to, else an empty text.

    >>> web_address("https://example.com/a"), web_address("javascript:alert(1)"), web_address(None)
    ('https://example.com/a', '', '')
    """
    if not value or not value.lower().startswith(("http://", "https://")):
        return ""
    return value


def in_language(item: Any, field: str = "") -> str:
    """The text of an item that carries two: `zh`/`en`, or `title`/`title_en` with `field="title"`."""
    if field:
        return (getattr(item, f"{field}_en", None) if language() == "en" else None) or getattr(item, field) or ""
    return str(getattr(item, language()))


def _as_day(value: dt.date | dt.datetime | str | None) -> dt.date | None:
    if not value:
        return None
    if isinstance(value, str):
        return _as_day(dt.datetime.fromisoformat(value)) if "T" in value else dt.date.fromisoformat(value)
    if isinstance(value, dt.datetime):
        aware = value if value.tzinfo else value.replace(tzinfo=dt.UTC)
        return aware.astimezone(SHANGHAI).date()
    return value


def install(environment: Environment) -> None:
    """Make them filters of every template of the application."""
    environment.filters.update(
        number=number,
        size=size,
        percent=percent,
        day=day,
        long_day=long_day,
        moment=moment,
        label=label,
        short_open_type=short_open_type,
        tone=tone,
        web_address=web_address,
        in_language=in_language,
    )

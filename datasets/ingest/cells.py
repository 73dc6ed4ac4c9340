"""How the cell of a workbook is written down as text: what the sheet means, without a lost zero or an added ".0"."""

from __future__ import annotations

import datetime as dt
import math
import re
from decimal import Decimal

EXACT_FLOAT = 10**15
"""Excel keeps 15 significant digits; beyond them a float's tail is noise."""
SHORT = 16
"""Signs up to which the shortest exact form has at most 15 digits."""
ESCAPE = re.compile(r"_x([0-9A-Fa-f]{4})_")


def print_cell(value: object, *, width: int = 0) -> str | None:
    """`value` as calamine gives it, as text; None for a blank. `width` pads whole numbers with zeros.

    Numbers are printed as Excel shows them: 15 significant digits, never with an exponent.
    """
    if isinstance(value, float):
        text = print_number(value)
    elif isinstance(value, str):
        return _print_text(value)
    elif isinstance(value, bool):
        return "true" if value else "false"
    elif isinstance(value, int):
        text = str(value)
    else:
        return None if value is None else _print_time(value)
    return text.zfill(width) if width and text.isdigit() else text or None


def print_number(value: float) -> str:
    """A float without its binary noise: 4111010001.0 → "4111010001", 274.65999999999997 → "274.66"; "" for NaN."""
    if value.is_integer() and -EXACT_FLOAT < value < EXACT_FLOAT:
        return str(int(value))
    text = repr(value)
    if len(text) > SHORT:
        text = f"{value:.15g}"
    if "e" in text or "n" in text:
        return format(Decimal(text), "f") if math.isfinite(value) else ""
    return text


def _print_text(value: str) -> str | None:
    text = value.strip("\t")
    if not text or text.isspace():
        return None
    return ESCAPE.sub(lambda match: chr(int(match.group(1), 16)), text).replace("\x00", "") if "_x" in text else text


def _print_time(value: object) -> str:
    if isinstance(value, dt.datetime):
        return value.isoformat(sep=" ", timespec="seconds" if not value.microsecond else "milliseconds")
    if isinstance(value, dt.timedelta):
        minutes, seconds = divmod(int(value.total_seconds()), 60)
        return f"{minutes // 60}:{minutes % 60:02d}:{seconds:02d}"
    return str(value.isoformat()) if isinstance(value, dt.date | dt.time) else str(value)

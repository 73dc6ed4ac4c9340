"""How the cell of a workbook is written down as text: what the sheet means, without a lost zero or an added ".0"."""

from __future__ import annotations

import datetime as dt
import math
import re
from decimal import Decimal

from datasets.ingest.shown_cells import PERCENT

EXACT_FLOAT = 10**15
"""Excel keeps 15 significant digits; beyond them a float's tail is noise."""
SHORT = 16
"""Signs up to which the shortest exact form has at most 15 digits."""
NUMBER = re.compile(r"-?\d+(?:\.\d+)?")
ESCAPE = re.compile(r"_x([0-9A-Fa-f]{4})_")


def print_cell(value: object, *, shown: int = 0) -> str | None:
    """`value` as calamine gives it, as text; None for a blank. `shown` is a code of `shown_cells`.

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
    return _print_shown(text, shown) if shown else text or None


def _print_shown(text: str, shown: int) -> str | None:
    """A whole number padded with zeros, or a percentage with the decimals of its format and all that it really has."""
    if shown < PERCENT:
        return text.zfill(shown) if text.isdigit() else text or None
    if not text or not NUMBER.fullmatch(text):
        return text or None
    hundredfold = Decimal(text).scaleb(2)
    places = max(shown - PERCENT, -int(hundredfold.normalize().as_tuple().exponent))
    return f"{hundredfold:.{places}f}%"


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

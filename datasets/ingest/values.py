"""What a single cell looks like: the small vocabulary with which tables are found and types are guessed."""

from __future__ import annotations

import re

from datasets.ingest.sheet_words import ORDINAL, UNIT

MISSING = frozenset(
    "- -- --- — —— － / \\ N/A n/a NA #N/A NaN nan null NULL None ... … …… * . 无 暂无 空".split()  # noqa: SIM905
)
"""Words and signs that stand for "no value"; they say nothing about a column's type."""

NUMBER = re.compile(
    r"[+-]?[¥￥$€£]?(?:0|[1-9]\d{0,17}|[1-9]\d{0,2}(?:[,，]\d{3})+)(?:\.\d+)?(?:[eE][+-]?\d+)?[%％‰]?|[+-]?\.\d+|\d+\.",
    re.ASCII,
)
DATE = re.compile(
    r"\d{4}[-/.年]\d{1,2}(?:[-/.月]\d{1,2}日?|月)?(?:[ T]\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?Z?)?"
    r"|\d{1,2}[-/.]\d{1,2}[-/.]\d{2,4}|\d{1,2}:\d{2}(?::\d{2})?|\d{1,2}-[A-Za-z]{3}-\d{2,4}",
    re.ASCII,
)
CODE = re.compile(r"0\d+|\d{19,}", re.ASCII)
SHAPES = (("number", NUMBER), ("date", DATE), ("code", CODE))
YEAR = re.compile(r"(?:19|20)\d\d年?[度末底]?", re.ASCII)
LONG = 40
"""Signs from which on a lone cell is a sentence, not a heading."""


def kind_of(text: str | None) -> str:
    """One of blank, missing, number, date (or a time), code (digits with a leading zero, or too many), text."""
    text = (text or "").strip()
    if not text:
        return "blank"
    if text in MISSING:
        return "missing"
    if any(sign.isdigit() for sign in text[:24]):
        for kind, pattern in SHAPES:
            if pattern.fullmatch(text):
                return kind
    return "text"


def can_head(text: str | None) -> bool:
    """Words, a year or a month: what may stand over a column. A bare number may not."""
    kind = kind_of(text)
    return kind in ("text", "date") or (kind == "number" and YEAR.fullmatch((text or "").strip()) is not None)


def find_unit(text: str | None) -> str | None:
    """The unit that the cell names, without brackets: "(万元)" gives 万元."""
    match = UNIT.fullmatch((text or "").strip())
    return match.group(1) if match else None


def find_ordinal(text: str | None) -> int | None:
    """The column number that the cell of a row of column numbers holds: 3, (3), ③ and "3=1+2" give 3."""
    match = ORDINAL.fullmatch((text or "").strip())
    if not match:
        return None
    return int(match.group(1)) if match.group(1) else ord(match.group(2)) - ord("①") + 1

"""What a single cell looks like: the small vocabulary with which tables are found and types are guessed."""

from __future__ import annotations

import re

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

"""Cells that a spreadsheet would run as a formula (CWE-1236), and what is put before them in a CSV.

A text cell whose first sign, behind blanks and quotes, is = + - @ or one of their full-width forms, or that begins with
TAB, CR, LF or NUL, gets an apostrophe: Excel then shows it as text. Plain numbers ("-5", "+3.2 %"-like) and lone dashes
("-", "--", the usual marks of a missing figure) stay as they are. The delivered original is never touched.
"""

from __future__ import annotations

import re

from datasets.rows import sql_text

APOSTROPHE = "'"
SKIPPED = "[ \\t\\r\\n\\f\\v\\x00\"';　]*"
DANGEROUS = f"^(?:{SKIPPED}[=+@＝＋－＠-]|[\\t\\r\\n\\x00])"
HARMLESS = "^[ 　]*(?:[+-]?(?:[0-9][0-9,]*(?:\\.[0-9]*)?|\\.[0-9]+)(?:[eE][+-]?[0-9]+)?[ ]?[%％]?|[-－—–]+)[ 　]*$"
"""Both patterns mean the same to `re.ASCII` and to RE2, with which DuckDB searches."""

_dangerous = re.compile(DANGEROUS)
_harmless = re.compile(HARMLESS.removesuffix("$") + "\\Z")


def guard_cell(text: str) -> str:
    """`text` as it may stand in a CSV that people open in a spreadsheet."""
    return APOSTROPHE + text if _dangerous.search(text) and not _harmless.search(text) else text


def guarded_sql(cell: str) -> str:
    """The same as SQL over the text column `cell`; the cheap comparison spares nearly every cell the search."""
    return f"CASE WHEN {is_dangerous_sql(cell)} THEN chr(39) || {cell} ELSE {cell} END"


def is_dangerous_sql(cell: str) -> str:
    """An SQL condition: `cell` would get an apostrophe."""
    suspect = f"({cell} < '.' OR ({cell} >= ';' AND {cell} < 'A') OR {cell} >= '＋' OR starts_with({cell}, '　'))"
    return (
        f"{suspect} AND regexp_matches({cell}, {sql_text(DANGEROUS)})"
        f" AND NOT regexp_matches({cell}, {sql_text(HARMLESS)})"
    )

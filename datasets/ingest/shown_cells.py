"""Numbers that a worksheet shows otherwise than it stores them, where that loses nothing: 000007 and 12.3 %.

Which cells those are is told by their style. One byte per cell is kept, so that a million of them cost a megabyte.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

PERCENT = 128
"""Codes below are the digits to which a whole number is padded; from here on they are decimals of a percentage."""
BUILT_IN = {"9": PERCENT, "10": PERCENT + 2}
"""Number formats that every workbook has: 0% and 0.00% (ECMA-376 part 1, 18.8.30)."""
PADDED = re.compile(r'^(?:"[^"]*")?(0{2,20})(?:_[^;])?(?:;.*)?$')
PER_CENT = re.compile(r"^(?:#,##)?0(?:\.(0{1,15}))?%(?:_[^;])?(?:;.*)?$")
PLACE = re.compile(rb'\br="([A-Z]{1,3})(\d{1,7})"')
TYPED = re.compile(rb'\bt="(?!n")')

Styles = dict[str, int]
"""Number of a cell style → code."""


def read_styles(parts: Iterable[Any]) -> Styles:
    """The styles with such a format, from the children of `xl/styles.xml`."""
    codes = dict(BUILT_IN)
    for part in parts:
        if part.tag.endswith("}numFmts"):
            for entry in part:
                codes[entry.get("numFmtId", "")] = _code(entry.get("formatCode", ""))
        elif part.tag.endswith("}cellXfs"):
            found = {str(index): codes.get(entry.get("numFmtId", ""), 0) for index, entry in enumerate(part)}
            return {style: code for style, code in found.items() if code}
    return {}


def _code(number_format: str) -> int:
    if match := PADDED.match(number_format):
        return len(match.group(1))
    if match := PER_CENT.match(number_format):
        return PERCENT + len(match.group(1) or "")
    return 0


class ShownCells:
    """The code of every such cell of one worksheet, by column and row (0-based)."""

    def __init__(self, styles: Styles) -> None:
        self.styles = styles
        self.columns: dict[int, bytearray] = {}
        names = "|".join(styles)
        self._cell = re.compile(rf'<(?:\w+:)?c\s([^>]*\bs="({names})"[^>]*)(?<!/)>'.encode()) if styles else None

    def __bool__(self) -> bool:
        return bool(self.columns)

    def note(self, piece: bytes) -> None:
        """Remember the cells in a piece of the sheet's XML that hold numbers in one of the styles."""
        if self._cell is None:
            return
        for attributes, style in self._cell.findall(piece):
            place = PLACE.search(attributes)
            if place and not TYPED.search(attributes):
                self._put(int(place.group(2)) - 1, column_number(place.group(1)) - 1, self.styles[style.decode()])

    def _put(self, row: int, column: int, code: int) -> None:
        codes = self.columns.setdefault(column, bytearray())
        if len(codes) <= row:
            codes.extend(bytes(row + 1 - len(codes)))
        codes[row] = code

    def code(self, row: int, column: int) -> int:
        """How the cell is shown; 0 for as it is."""
        codes = self.columns.get(column, b"")
        return codes[row] if row < len(codes) else 0


def column_number(letters: bytes) -> int:
    """1 for A, 27 for AA."""
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number

"""How the template looks: one palette, one font, a colour band per group of columns."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from catalog.fields import GROUPS
from catalog.sheet.columns import SheetColumn

FONT = "微软雅黑"
"""On every office computer with Excel or WPS; others fall back to their own sans serif."""
INK = "#1F2933"
MUTED = "#5B6673"
LINE = "#D5DAE1"
ENTRY_LINE = "#8A97A8"
NAVY = "#17365D"


@dataclass(frozen=True, slots=True)
class Band:
    """A group of columns: its label, the colour of its band and the tint of its headers."""

    zh: str
    colour: str
    tint: str


_COLOURS = {
    "basic": ("#1F4E79", "#DCE8F4"),
    "provider": ("#2E6E62", "#DAEDE8"),
    "source": ("#5A4B81", "#E6E1F1"),
    "open": ("#A3482A", "#F7E3DB"),
    "share": ("#7A5C12", "#F4EAD0"),
    "update": ("#2B6A86", "#DAEBF2"),
    "safety": ("#6B3A5B", "#F0DFEA"),
}

BANDS: dict[str, Band] = {
    "sheet": Band("", "#5B6673", "#E8EBEF"),
    **{name: Band(GROUPS[name][0], *colours) for name, colours in _COLOURS.items()},
    "item": Band("信息项（数据的各个字段，一行一项）", "#33691E", "#E2EFDA"),
}
"""Every group of the table of fields, the sheet's own columns and the data items."""


def band_of(column: SheetColumn) -> str:
    """The band that a column stands under: its field's group, "item" or "sheet"."""
    if column.level == "item":
        return "item"
    if column.name == "provider":
        return "basic"
    return column.field.group if column.field else "sheet"


def width_of(text: str) -> int:
    """The width of a text in characters of a Western digit: a Chinese character takes two."""
    return sum(2 if ord(mark) > 255 else 1 for mark in text)


def lines_of(text: str, width: float) -> int:
    """How many lines a text takes in a column of this width."""
    return sum(max(1, -(-width_of(line) // max(1, int(width * 1.05)))) for line in text.split("\n"))


class Styles:
    """The formats of one workbook, each made once."""

    def __init__(self, book: Any) -> None:
        self._book = book
        self._made: dict[tuple[tuple[str, Any], ...], Any] = {}
        self.title = self.make(font_size=16, bold=True, font_color="#FFFFFF", bg_color=NAVY, valign="vcenter", indent=1)
        self.hint = self.make(font_size=10, font_color=MUTED, bg_color="#F5F7FA", valign="vcenter", indent=1)
        self.missing = book.add_format({"bg_color": "#FFF2CC"})
        self.entry_line = book.add_format({"top": 1, "top_color": ENTRY_LINE})
        self.item_line = book.add_format({"top": 1, "top_color": LINE})

    def make(self, **properties: Any) -> Any:
        """A format with the house font and the given properties."""
        key = tuple(sorted(properties.items()))
        if key not in self._made:
            self._made[key] = self._book.add_format({"font_name": FONT, "font_size": 10, **properties})
        return self._made[key]

    def band(self, band: Band) -> Any:
        """The coloured strip above a group of headers."""
        return self.make(
            bold=True, font_color="#FFFFFF", bg_color=band.colour, align="left", valign="vcenter", indent=1
        )

    def header(self, column: SheetColumn) -> Any:
        """The header of a column, bold where it must be filled."""
        band = BANDS[band_of(column)]
        return self.make(
            bold=column.is_required or column.is_conditional,
            font_color=band.colour,
            bg_color=band.tint,
            align="center",
            valign="vcenter",
            text_wrap=True,
            bottom=2,
            bottom_color=band.colour,
            right=1,
            right_color="#FFFFFF",
        )

    def cell(self, column: SheetColumn, *, is_example: bool = False) -> Any:
        """A cell to fill: text format, so that codes keep their zeros; wrapped where texts are long."""
        field = column.field
        is_short = column.name == "number" or bool(field and field.kind in {"choice", "bool", "date", "number"})
        properties: dict[str, Any] = {"num_format": "@", "valign": "vcenter", "text_wrap": True}
        properties |= {"align": "center"} if is_short else {"align": "left", "indent": 1}
        if is_example:
            properties |= {
                "font_color": "#7B8794",
                "italic": True,
                "bg_color": "#F5F7FA",
                "bottom": 1,
                "bottom_color": LINE,
            }
        else:
            properties["font_color"] = INK
        return self.make(**properties)

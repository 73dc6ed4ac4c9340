"""The columns of the department's catalog sheet, and the headers under which they are found in other sheets.

Headers vary from vendor to vendor, so they are matched by an alias table that ignores blanks, punctuation, full-width
forms and the marks of required fields. A header that two lists use differently (the city portal calls the domains 行业
and the topics 领域) is settled by the values below it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from catalog.fields import FIELDS, ITEM_FIELDS, Field
from catalog.sheet.headers import AMBIGUOUS_HEADERS, HEADER_ALIASES
from catalog.vocabularies import VOCABULARIES, simplify

Level = Literal["sheet", "entry", "item"]
ITEM = "item."
"""Prefix that tells the columns of data items from those of entries: `item.name`."""


@dataclass(frozen=True, slots=True)
class SheetColumn:
    """One column of the sheet. `name` is the field's name, with the prefix "item." for data items.

    `field` is None for columns that belong to the sheet itself: 序号, provider, marker. `width` in characters.
    """

    name: str
    header: str
    level: Level
    width: float
    field: Field | None = None
    in_template: bool = True
    aliases: tuple[str, ...] = ()

    @property
    def is_required(self) -> bool:
        """Must be filled whatever the other cells say."""
        return self.name == "provider" or bool(self.field and self.field.required)

    @property
    def is_conditional(self) -> bool:
        """Must be filled depending on other cells."""
        return bool(self.field and (self.field.required_if or self.field.one_of))

    @property
    def title(self) -> str:
        """The header as the template prints it: * required, △ required depending on other cells."""
        return self.header + ("*" if self.is_required else "△" if self.is_conditional else "")

    def choices(self) -> list[str]:
        """The labels of the drop-down list; empty where text is typed."""
        if self.field is None:
            return []
        if self.field.kind == "bool":
            return ["是", "否"]
        if self.field.kind == "choice" and self.field.vocabulary:
            return VOCABULARIES[self.field.vocabulary].labels()
        return []


_WIDTHS: Mapping[str, float] = {
    "title": 30,
    "summary": 40,
    "tags": 20,
    "topics": 16,
    "industry": 22,
    "domain": 11,
    "contact_phone": 15,
    "contact_email": 20,
    "open_condition": 26,
    "closed_basis_text": 26,
    "share_condition": 24,
    "opened_upstream_url": 20,
    "masking_note": 20,
    "license": 18,
    "origin": 24,
    "item.name": 20,
    "item.field_name": 16,
    "item.value_range": 20,
    "item.description": 24,
}
_WIDTH_OF_KIND = {"text": 15.0, "long": 22.0, "choice": 13.0, "list": 18.0, "date": 12.0, "bool": 9.0, "number": 8.0}


def _of(field: Field, prefix: str = "") -> SheetColumn:
    name = prefix + field.name
    return SheetColumn(
        name,
        field.zh,
        "item" if prefix else "entry",
        _WIDTHS.get(name, _WIDTH_OF_KIND[field.kind]),
        field,
        aliases=HEADER_ALIASES.get(name, ()),
    )


def _sheet(name: str, header: str, width: float, *, level: Level = "sheet", in_template: bool = True) -> SheetColumn:
    return SheetColumn(name, header, level, width, in_template=in_template, aliases=HEADER_ALIASES.get(name, ()))


_ENTRY = tuple(_of(field) for field in FIELDS.values())

COLUMNS: dict[str, SheetColumn] = {
    column.name: column
    for column in (
        _sheet("number", "序号", 6),
        _ENTRY[0],
        _sheet("provider", "信息资源提供方", 18, level="entry"),
        _sheet("provider_code", "信息资源提供方代码", 20, level="entry", in_template=False),
        *_ENTRY[1:],
        *(_of(field, ITEM) for field in ITEM_FIELDS.values()),
        _sheet("source_url", "详情页网址", 30, level="entry", in_template=False),
        _sheet("theme", "其他主题分类", 14, level="entry", in_template=False),
        _sheet("formats", "数据格式", 14, level="entry", in_template=False),
        _sheet("contact", "联系方式", 20, level="entry", in_template=False),
        _sheet("issued_on", "发布日期", 12, level="entry", in_template=False),
        _sheet("data_updated_on", "更新日期", 12, level="entry", in_template=False),
        _sheet("marker", "系统标记（请勿改动）", 12, level="entry"),
    )
}
"""Name → column in the order of the template. Those that are not in the template are read where they occur."""

TEMPLATE_COLUMNS: tuple[SheetColumn, ...] = tuple(column for column in COLUMNS.values() if column.in_template)

MARKER_SEPARATOR = "@"
"""Between the entry's name and the digest of the content that a row was made from, in the marker cell."""


def _spellings() -> dict[str, str]:
    index: dict[str, str] = {}
    for column in COLUMNS.values():
        for spelling in (column.header, *column.aliases):
            if index.setdefault(simplify(spelling), column.name) != column.name:
                raise ValueError(f"the header {spelling!r} means both {index[simplify(spelling)]} and {column.name}")
    return index


_BY_SPELLING = _spellings()
_AMBIGUOUS = {simplify(header): names for header, names in AMBIGUOUS_HEADERS.items()}


def find_column(header: str) -> SheetColumn | None:
    """The column that a header means, or None; an ambiguous header gives its first meaning."""
    key = simplify(header)
    names = _AMBIGUOUS.get(key)
    name = names[0] if names else _BY_SPELLING.get(key)
    return COLUMNS[name] if name else None


def settle_column(header: str, values: Sequence[str]) -> SheetColumn | None:
    """The column that a header means, given the `values` below it: these decide where lists use a header differently.

    The meaning whose vocabulary understands most of the values wins; a tie goes to the first meaning.
    """
    names = _AMBIGUOUS.get(simplify(header))
    if not names:
        return find_column(header)
    return COLUMNS[max(names, key=lambda name: _understood(COLUMNS[name], values))]


def _understood(column: SheetColumn, values: Sequence[str]) -> int:
    vocabulary = VOCABULARIES.get(column.field.vocabulary or "") if column.field else None
    return sum(1 for value in values if vocabulary and vocabulary.find(value))


def weigh_column(column: SheetColumn, values: Sequence[str]) -> int:
    """How well `values` are terms of the column's vocabulary: two for a label or code, one for an alias."""
    vocabulary = VOCABULARIES.get(column.field.vocabulary or "") if column.field else None
    terms = [(value, vocabulary.find(value)) for value in values if value and vocabulary]
    return sum(2 if simplify(value) in {simplify(term.zh), simplify(term.code)} else 1 for value, term in terms if term)

"""The sheet of lists behind the drop-downs, one column each, under names that the drop-downs use."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from catalog.fields import FIELDS
from catalog.sheet.columns import TEMPLATE_COLUMNS
from catalog.sheet.reading import column_letter
from catalog.sheet.template_style import NAVY, Styles, width_of
from catalog.vocabularies import VOCABULARIES

SHEET_NAME = "选项"


def write_lists(book: Any, styles: Styles) -> None:
    """Add the sheet 选项 and define a name for every list: 选项_{column}, and 格式_{category} for dependent ones."""
    sheet = book.add_worksheet(SHEET_NAME)
    sheet.set_tab_color("#8A97A8")
    for at, (header, name, labels) in enumerate(_lists()):
        _write_list(sheet, styles, at, header, labels)
        letter = column_letter(at)
        book.define_name(name, f"={SHEET_NAME}!${letter}$3:${letter}${len(labels) + 2}")
    sheet.write_string(0, 0, "下拉列表的选项（由平台维护，请勿改动）", styles.make(font_color="#5B6673"))
    sheet.freeze_panes(2, 0)


def _lists() -> Iterator[tuple[str, str, list[str]]]:
    """Header, defined name and labels of every list."""
    for column in TEMPLATE_COLUMNS:
        if column.choices() and not (column.field and column.field.depends_on):
            yield column.header, f"选项_{column.name.replace('.', '_')}", column.choices()
    yield FIELDS["topics"].zh, "选项_topics", VOCABULARIES["topic"].labels()
    kinds = VOCABULARIES["format_type"]
    for category in VOCABULARIES["format_category"].terms:
        yield category.zh, f"格式_{category.zh}", kinds.labels(parent=category.code)


def _write_list(sheet: Any, styles: Styles, at: int, header: str, labels: list[str]) -> None:
    widest = max(width_of(label) for label in [header, *labels])
    sheet.set_column(at, at, min(40, max(11, widest + 2)))
    sheet.write_string(1, at, header, styles.make(bold=True, font_color="#FFFFFF", bg_color=NAVY, align="center"))
    for row, label in enumerate(labels, start=2):
        sheet.write_string(row, at, label, styles.make())

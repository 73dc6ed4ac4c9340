"""The workbook that departments fill: the sheet with drop-down lists, its notes, and the lists themselves.

Built for Excel, WPS and LibreOffice alike: plain formulas, no macros. The same layout comes empty with an example, or
filled with the department's current catalog; then each entry carries, in a hidden column, a marker of the content that
it was made from, so that a sheet that has grown stale is recognised.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from catalog.sheet.basis import Basis
from catalog.sheet.columns import TEMPLATE_COLUMNS, SheetColumn
from catalog.sheet.example import EXAMPLE_ENTRY, EXAMPLE_ITEMS
from catalog.sheet.grouping import EXAMPLE
from catalog.sheet.printing import print_cells
from catalog.sheet.reading import column_letter
from catalog.sheet.template_lists import write_lists
from catalog.sheet.template_notes import write_notes
from catalog.sheet.template_style import BANDS, Styles, band_of, lines_of

SHEET_NAME = "目录"
FIRST_ROW = 5
"""Row (1-based) of the first entry: title, hint, groups and headers stand above."""
ROOM = 2_000
"""Rows that are prepared for filling: drop-down lists, hints and colours reach so far at least."""
DEFAULT_HEIGHT = 23
LINE_HEIGHT = 15
PADDING = 8
MAX_HEIGHT = 200
"""Points of a row, beyond which long texts are cut on screen."""
_AT = {column.name: at for at, column in enumerate(TEMPLATE_COLUMNS)}


def write_template(
    path: Path,
    *,
    department: str,
    on: dt.date,
    entries: Sequence[Basis] | None = None,
    site: str = "公共数据开放平台",
) -> None:
    """Write the workbook to `path`: with `entries` the department's current catalog, else empty with an example.

    `department` is the full name of the provider; `on` the day that stands in the heading.
    """
    import xlsxwriter

    with xlsxwriter.Workbook(path, {"strings_to_formulas": False, "strings_to_urls": False}) as book:
        book.set_properties({"title": f"{department}公共数据资源目录", "company": site, "created": _midnight(on)})
        styles = Styles(book)
        sheet = book.add_worksheet(SHEET_NAME)
        _Template(book, sheet, styles).write(department, on, entries)
        write_notes(book, styles)
        write_lists(book, styles)
        sheet.activate()


def _midnight(on: dt.date) -> dt.datetime:
    return dt.datetime.combine(on, dt.time())


class _Template:
    """Writes the one sheet that is read back."""

    def __init__(self, book: Any, sheet: Any, styles: Styles) -> None:
        self.book = book
        self.sheet = sheet
        self.styles = styles

    def write(self, department: str, on: dt.date, entries: Sequence[Basis] | None) -> None:
        """The whole sheet: head, rows, hints and lists."""
        self._write_head(department, on, is_filled=entries is not None)
        last = self._write_example(department) if entries is None else self._write_entries(department, entries)
        end = last + ROOM
        self._prepare_rows(end)
        self._colour_rows(end)
        self._set_page(last)

    def _write_head(self, department: str, on: dt.date, *, is_filled: bool) -> None:
        sheet, styles = self.sheet, self.styles
        width = len(TEMPLATE_COLUMNS) - 1
        sheet.set_row(0, 34)
        sheet.set_row(1, 36)
        sheet.set_row(2, 20)
        sheet.set_row(3, 32)
        kind = "目录（当前）" if is_filled else "目录填报表"
        sheet.write_string(0, 0, f"{department}公共数据资源{kind}", styles.title)
        for at in range(1, width + 1):
            sheet.write_blank(0, at, None, styles.title)
            sheet.write_blank(1, at, None, styles.hint)
        sheet.write_string(1, 0, _hint(on, is_filled=is_filled), styles.hint)
        self._write_bands()
        for at, column in enumerate(TEMPLATE_COLUMNS):
            sheet.write_string(3, at, column.title, styles.header(column))
            hidden = {"hidden": True} if column.name == "marker" else {}
            sheet.set_column(at, at, column.width, styles.cell(column), hidden)
        sheet.set_default_row(DEFAULT_HEIGHT)
        sheet.freeze_panes(FIRST_ROW - 1, _AT["title"] + 1)

    def _write_bands(self) -> None:
        """The row of groups above the headers, one coloured band each."""
        start = 0
        for at in range(1, len(TEMPLATE_COLUMNS) + 1):
            if at < len(TEMPLATE_COLUMNS) and band_of(TEMPLATE_COLUMNS[at]) == band_of(TEMPLATE_COLUMNS[start]):
                continue
            band = BANDS[band_of(TEMPLATE_COLUMNS[start])]
            style = self.styles.band(band)
            if at - start > 1:
                self.sheet.merge_range(2, start, 2, at - 1, band.zh, style)
            else:
                self.sheet.write_string(2, start, band.zh, style)
            start = at

    def _write_example(self, department: str) -> int:
        """The example, which the import skips; gives the last row written (1-based)."""
        texts = {**EXAMPLE_ENTRY, "number": EXAMPLE, "provider": department}
        return self._write_entry(FIRST_ROW, texts, EXAMPLE_ITEMS, is_example=True)

    def _write_entries(self, department: str, entries: Sequence[Basis]) -> int:
        row = FIRST_ROW
        for number, basis in enumerate(entries, start=1):
            texts, items = print_cells(basis.fields, basis.items)
            texts |= {"number": str(number), "provider": department, "marker": basis.marker}
            row = self._write_entry(row, texts, items, is_example=False) + 1
        return row - 1

    def _write_entry(
        self, row: int, texts: dict[str, str], items: Sequence[dict[str, str]], *, is_example: bool
    ) -> int:
        """One entry over as many rows as it has items, its own cells merged; gives its last row."""
        last = row + max(1, len(items)) - 1
        self._set_heights(row, last, texts, items)
        for column, at in ((column, _AT[column.name]) for column in TEMPLATE_COLUMNS):
            style = self.styles.cell(column, is_example=is_example)
            if column.level == "item":
                for number in range(row, last + 1):
                    item = items[number - row] if items else {}
                    self._write_cell(number, at, item.get(column.name, ""), style)
            elif last > row:
                self.sheet.merge_range(row - 1, at, last - 1, at, "", style)
                self._write_cell(row, at, texts.get(column.name, ""), style)
            else:
                self._write_cell(row, at, texts.get(column.name, ""), style)
        return last

    def _set_heights(self, row: int, last: int, texts: dict[str, str], items: Sequence[dict[str, str]]) -> None:
        """Rows tall enough for what they hold: spreadsheet programs do not do so for merged cells."""
        whole = _height(texts) / (last - row + 1)
        for number in range(row, last + 1):
            own = _height(items[number - row]) if items else 0
            self.sheet.set_row(number - 1, min(MAX_HEIGHT, max(DEFAULT_HEIGHT, own, whole)))

    def _write_cell(self, row: int, at: int, text: str, style: Any) -> None:
        if text:
            self.sheet.write_string(row - 1, at, text, style)
        else:
            self.sheet.write_blank(row - 1, at, None, style)

    def _prepare_rows(self, end: int) -> None:
        """Drop-down lists and what to write, shown when a cell is chosen."""
        for at, column in enumerate(TEMPLATE_COLUMNS):
            rule = _validation(column)
            if rule:
                self.sheet.data_validation(FIRST_ROW - 1, at, end - 1, at, rule)

    def _colour_rows(self, end: int) -> None:
        """Lines between used rows, and a pale colour on cells that still have to be filled."""
        title, item = column_letter(_AT["title"]), column_letter(_AT["item.name"])
        entry_used = f'${title}{FIRST_ROW}<>""'
        item_used = f'${item}{FIRST_ROW}<>""'
        for at, column in enumerate(TEMPLATE_COLUMNS):
            condition = _missing(column, item_used if column.level == "item" else entry_used)
            if condition:
                self._format(at, at, end, condition, self.styles.missing)
        last = len(TEMPLATE_COLUMNS) - 1
        self._format(0, last, end, entry_used, self.styles.entry_line)
        self._format(0, last, end, item_used, self.styles.item_line)

    def _format(self, first: int, last: int, end: int, formula: str, style: Any) -> None:
        rule = {"type": "formula", "criteria": f"={formula}", "format": style}
        self.sheet.conditional_format(FIRST_ROW - 1, first, end - 1, last, rule)

    def _set_page(self, last: int) -> None:
        sheet = self.sheet
        sheet.set_landscape()
        sheet.set_paper(8)
        sheet.set_print_scale(65)
        sheet.repeat_rows(2, 3)
        sheet.repeat_columns(0, _AT["title"])
        sheet.print_area(0, 0, max(last, FIRST_ROW) - 1, len(TEMPLATE_COLUMNS) - 1)
        sheet.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.5)
        sheet.set_footer("&C第 &P 页，共 &N 页")
        sheet.hide_gridlines(1)
        sheet.ignore_errors({"number_stored_as_text": f"A1:{column_letter(len(TEMPLATE_COLUMNS) - 1)}{last + ROOM}"})
        sheet.set_zoom(100)
        sheet.set_tab_color("#1F5FBF")


def _height(texts: dict[str, str]) -> int:
    """Points that a row needs to show these texts in full; hidden columns do not count."""
    lines = [
        lines_of(texts[column.name], column.width)
        for column in TEMPLATE_COLUMNS
        if column.name in texts and column.name != "marker"
    ]
    return PADDING + LINE_HEIGHT * max(lines, default=1)


def _hint(on: dt.date, *, is_filled: bool) -> str:
    day = f"{on.year}年{on.month}月{on.day}日"
    first = (
        f"{day}从平台导出。改动后上传，平台逐项列出变化，确认后才写入；删掉的行不会删除条目。"
        if is_filled
        else f"{day}。一行写一个信息项；同一条目的其他信息项接着往下写，条目的各列留空或合并。{EXAMPLE}行不会导入。"
    )
    return f"{first}\n带 * 的必填，带 △ 的视情况必填；浅黄色格子表示还需填写。点中单元格可看填写要求，详见“填写说明”。"


def _missing(column: SheetColumn, used: str) -> str:
    """The condition under which a cell of the column still has to be filled; empty if never."""
    here = f"{column_letter(_AT[column.name])}{FIRST_ROW}"
    if column.is_required:
        return f'AND({used},{here}="")'
    if column.field is None or not column.is_conditional:
        return ""
    parts = []
    for other, values in column.field.required_if:
        labels = [print_cells({other: value}, [])[0].get(other, "") for value in values]
        cell = f"${column_letter(_AT[other])}{FIRST_ROW}"
        parts += [f'{cell}="{label}"' for label in labels]
    if column.field.one_of:
        rivals = [c for c in TEMPLATE_COLUMNS if c.field and c.field.one_of == column.field.one_of]
        cells = [f'${column_letter(_AT[rival.name])}{FIRST_ROW}=""' for rival in rivals]
        parts.append(f"AND({','.join(cells)})")
    return f'AND({used},{here}="",OR({",".join(parts)}))'


def _validation(column: SheetColumn) -> dict[str, Any] | None:
    """The drop-down list or, where text is typed, the hint of a column."""
    field = column.field
    if column.name == "provider":
        return _prompt(column, "填本部门全称，与账号所属部门一致")
    if field is None:
        return None
    rule: dict[str, Any] = _prompt(column, field.help_zh)
    if field.depends_on:
        parent = f"${column_letter(_AT[field.depends_on])}{FIRST_ROW}"
        rule |= {"validate": "list", "source": f'=INDIRECT("格式_"&{parent})'}
    elif column.choices():
        rule |= {"validate": "list", "source": f"=选项_{column.name.replace('.', '_')}"}
    if "source" in rule:
        rule |= {
            "error_title": column.header[:32],
            "error_message": "请从下拉列表中选择。",
            "error_type": "stop",
        }
    return rule


def _prompt(column: SheetColumn, text: str) -> dict[str, Any]:
    must = "必填。" if column.is_required else "视情况必填。" if column.is_conditional else ""
    message = (must + text)[:255]
    if not message:
        return {"validate": "any"}
    return {"validate": "any", "input_title": column.header[:32], "input_message": message}

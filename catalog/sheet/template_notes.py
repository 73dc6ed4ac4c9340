"""The sheet 填写说明: how the sheet is filled, in a few sentences, and every column in one table."""

from __future__ import annotations

from typing import Any

from catalog.sheet.columns import TEMPLATE_COLUMNS, SheetColumn
from catalog.sheet.example import EXAMPLE_ENTRY, EXAMPLE_ITEMS
from catalog.sheet.template_style import BANDS, LINE, NAVY, Styles, band_of, lines_of
from catalog.vocabularies import VOCABULARIES

SHEET_NAME = "填写说明"

NOTES: tuple[tuple[str, str], ...] = (
    (
        "一行一个信息项",
        "信息项就是数据表的一列（字段）。条目有几个信息项就占几行；条目本身的各列只在第一行填写，其余行留空、合并或重复填写都可以。",
    ),
    ("草稿只需两项", "有名称和提供方就能导入为草稿；提交审签前再补齐带 * 和 △ 的各项，平台会列出还缺什么。"),
    ("选择而不手写", "有下拉列表的列请从列表中选。格式类型的列表随格式分类变化：先选分类，再选类型。"),
    ("一格几个值", "关键字、服务主题、关联资源代码可填几个，用顿号、逗号或分号隔开。"),
    ("数字不带单位", "长度、小数位只写数字，如 20，不写“20位”“约300条”；单位写在“单位”列。"),
    ("日期", "写成 2026-07-15；2026/7/15、2026年7月、2026 也能识别。"),
    ("名称不要拖动填充", "拖动单元格右下角会生成“目录1、目录2……”。每个条目写清“谁的什么数据”，不要与来源系统同名。"),
    ("不予开放要写依据", "选明依据，并写出法律条款和具体理由；只写“涉密”不够。目录信息本身涉密的，不得录入本系统。"),
    ("改动已有条目", "请在“下载当前目录”得到的表中修改。删掉某行不会删除条目；隐藏的“系统标记”列请不要改动。"),
    (
        "上传之后",
        "平台先列出新增、变化和每一处问题（精确到单元格），全部无误后一次写入；有问题可下载标好颜色和批注的原表。",
    ),
)
"""What a person should know before filling, shortest first words as headings."""

_HEADERS = ("列", "分组", "要求", "怎么填", "可选的值", "示例")
_WIDTHS = (20, 18, 12, 46, 46, 30)
_MAX_LISTED = 30


def write_notes(book: Any, styles: Styles) -> None:
    """Add the sheet to the workbook."""
    sheet = book.add_worksheet(SHEET_NAME)
    sheet.set_tab_color("#2E6E62")
    sheet.hide_gridlines(2)
    for at, width in enumerate(_WIDTHS):
        sheet.set_column(at, at, width)
    sheet.set_row(0, 34)
    for at in range(len(_WIDTHS)):
        sheet.write_blank(0, at, None, styles.title)
    sheet.write_string(0, 0, "填写说明", styles.title)
    row = 2
    for heading, text in NOTES:
        sheet.write_string(row, 0, heading, styles.make(bold=True, font_color=NAVY, valign="top"))
        sheet.merge_range(row, 1, row, len(_WIDTHS) - 1, text, styles.make(text_wrap=True, valign="top"))
        sheet.set_row(row, 20)
        row += 1
    _write_table(sheet, styles, row + 1)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)


def _write_table(sheet: Any, styles: Styles, row: int) -> None:
    head = styles.make(bold=True, font_color="#FFFFFF", bg_color=NAVY, valign="vcenter", align="center")
    for at, text in enumerate(_HEADERS):
        sheet.write_string(row, at, text, head)
    sheet.set_row(row, 22)
    for number, column in enumerate(_described(), start=row + 1):
        texts = _describe(column)
        for at, text in enumerate(texts):
            sheet.write_string(number, at, text, _style(styles, column, at))
        lines = max(lines_of(text, _WIDTHS[at]) for at, text in enumerate(texts))
        sheet.set_row(number, max(18, 15 * lines + 3))


def _described() -> list[SheetColumn]:
    return [column for column in TEMPLATE_COLUMNS if column.name not in {"number", "marker"}]


def _describe(column: SheetColumn) -> tuple[str, ...]:
    must = "必填" if column.is_required else "视情况必填" if column.is_conditional else "选填"
    group = "信息项" if column.level == "item" else BANDS[band_of(column)].zh
    example = EXAMPLE_ENTRY.get(column.name, "") or next(
        (item[column.name] for item in EXAMPLE_ITEMS if column.name in item), ""
    )
    text = column.field.help_zh if column.field else "本部门全称，与账号所属部门一致"
    return column.header, group, must, text, _values(column), example


def _values(column: SheetColumn) -> str:
    field = column.field
    if field and field.depends_on:
        return "随格式分类而定，见“选项”"
    if field and field.kind == "list" and field.vocabulary:
        return "、".join(VOCABULARIES[field.vocabulary].labels())
    choices = column.choices()
    return "、".join(choices) if len(choices) <= _MAX_LISTED else "见“选项”"


def _style(styles: Styles, column: SheetColumn, at: int) -> Any:
    properties: dict[str, Any] = {"text_wrap": True, "valign": "top", "bottom": 1, "bottom_color": LINE}
    if at == 0:
        properties |= {"bold": True, "font_color": BANDS[band_of(column)].colour}
    if at == 2:
        properties |= {"align": "center"}
        if column.is_required:
            properties |= {"bold": True, "font_color": "#9C0006"}
    return styles.make(**properties)

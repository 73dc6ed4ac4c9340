"""The built-in Word layout of the half-year report, made with python-docx so that it can be read and reviewed as text.

`kaifang report template FILE` writes it for editing in Word or WPS. Its marks are those of docxtpl: {{ title }},
{%p for … %} over paragraphs, {%tr for … %} over table rows, {{ chart }}.
"""

from __future__ import annotations

import io
from typing import Any

from docx import Document
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Pt, RGBColor

BRAND, SOFT = RGBColor(0x0C, 0x5F, 0x57), RGBColor(0x5B, 0x67, 0x73)
SECTIONS = (
    # heading, list of paragraphs
    ("一、总体情况", "overview"),
    ("二、工作计划节点", "nodes"),
    ("三、各部门情况", None),
    ("四、存在的问题", "problems"),
    ("五、下一步安排", "ahead"),
)
LINE_COLUMNS = (
    # header, field of a line, width in cm
    ("部门", "name", 3.3),
    ("已公开", "entries", 1.5),
    ("新增", "entries_new", 1.3),
    ("更新", "renewed", 1.3),
    ("应更新", "due", 1.5),
    ("按时", "on_time", 1.3),
    ("逾期", "late", 1.3),
    ("未完成", "undone", 1.5),
    ("及时率", "rate", 1.7),
    ("节点", "nodes", 1.3),
)
FIGURE_COLUMNS = (
    ("序号", "number", 1.2),
    ("指标", "name", 2.9),
    ("本期", "value", 1.9),
    ("上年同期", "before", 1.9),
    ("同比", "change", 1.8),
    ("口径与明细地址", "definition", 6.3),
)

LEFT_FIELDS = frozenset({"name", "number", "definition"})
"""Fields that are words; the others are figures and stand on the right."""


def build_template() -> bytes:
    """The layout as a .docx file."""
    document = Document()
    _set_up(document)
    _paragraph(document, "{{ title }}", size=20, font="黑体", align=WD_ALIGN_PARAGRAPH.CENTER, color=BRAND)
    _paragraph(document, "{{ operator }}　{{ made_on }}", size=11, align=WD_ALIGN_PARAGRAPH.CENTER, color=SOFT)
    for heading, field in SECTIONS:
        _paragraph(document, heading, size=14, font="黑体", color=BRAND, keep=True)
        if field is None:
            _table(document, "lines", LINE_COLUMNS)
        else:
            _loop(document, field, numbered=field in ("problems", "ahead"))
        if field == "overview":
            _chart(document)
    document.add_page_break()
    _paragraph(document, "附表：指标口径与明细", size=14, font="黑体", color=BRAND, keep=True)
    _paragraph(document, "{{ note }}", size=10, color=SOFT)
    _table(document, "figures", FIGURE_COLUMNS, second_line="{{ line.address }}")
    buffer = io.BytesIO()
    document.save(buffer)
    return buffer.getvalue()


def _set_up(document: Any) -> None:
    section = document.sections[0]
    section.page_width, section.page_height = Cm(21), Cm(29.7)
    section.left_margin = section.right_margin = Cm(2.5)
    section.top_margin, section.bottom_margin = Cm(2.6), Cm(2.4)
    style = document.styles["Normal"]
    style.font.name, style.font.size = "Times New Roman", Pt(12)
    style.element.rPr.rFonts.set(qn("w:eastAsia"), "仿宋")
    style.paragraph_format.line_spacing = 1.5
    style.paragraph_format.space_after = Pt(0)
    _page_number(section.footer.paragraphs[0])


def _page_number(paragraph: Any) -> None:
    paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    field = OxmlElement("w:fldSimple")
    field.set(qn("w:instr"), "PAGE")
    paragraph._p.append(field)


def _paragraph(
    document: Any,
    text: str,
    *,
    size: float,
    font: str = "仿宋",
    align: Any = None,
    color: Any = None,
    keep: bool = False,
) -> Any:
    paragraph = document.add_paragraph()
    paragraph.alignment = align
    paragraph.paragraph_format.space_before = Pt(10 if keep else 0)
    paragraph.paragraph_format.keep_with_next = keep
    _run(paragraph, text, size=size, font=font, color=color)
    return paragraph


def _run(paragraph: Any, text: str, *, size: float, font: str = "仿宋", color: Any = None) -> None:
    run = paragraph.add_run(text)
    run.font.size = Pt(size)
    run.element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), font)
    if color is not None:
        run.font.color.rgb = color


def _loop(document: Any, field: str, *, numbered: bool) -> None:
    document.add_paragraph("{%p for text in " + field + " %}")
    mark = "（{{ loop.index }}）" if numbered else ""
    paragraph = _paragraph(document, mark + "{{ text }}", size=12)
    paragraph.paragraph_format.first_line_indent = Pt(24)
    document.add_paragraph("{%p endfor %}")


def _chart(document: Any) -> None:
    document.add_paragraph("{%p if bars %}")
    _paragraph(document, "{{ chart_title }}", size=10.5, align=WD_ALIGN_PARAGRAPH.CENTER, keep=True)
    _paragraph(document, "{{ chart }}", size=10.5, align=WD_ALIGN_PARAGRAPH.CENTER)
    document.add_paragraph("{%p endif %}")


def _table(document: Any, field: str, columns: tuple[tuple[str, str, float], ...], second_line: str = "") -> None:
    table = document.add_table(rows=4, cols=len(columns))
    table.style = "Table Grid"
    table.alignment = WD_TABLE_ALIGNMENT.CENTER
    table.autofit = False
    for place, (header, name, width) in enumerate(columns):
        table.columns[place].width = Cm(width)
        _cell(table.cell(0, place), header, is_header=True)
        _cell(table.cell(2, place), "{{ line." + name + " }}", is_number=name not in LEFT_FIELDS)
    if second_line:
        paragraph = table.cell(2, len(columns) - 1).add_paragraph()
        _run(paragraph, second_line, size=8, color=SOFT)
    _cell(table.cell(1, 0), "{%tr for line in " + field + " %}")
    _cell(table.cell(3, 0), "{%tr endfor %}")
    header_mark = OxmlElement("w:tblHeader")
    table.rows[0]._tr.get_or_add_trPr().append(header_mark)
    table.rows[2]._tr.get_or_add_trPr().append(OxmlElement("w:cantSplit"))


def _cell(cell: Any, text: str, *, is_header: bool = False, is_number: bool = False) -> None:
    paragraph = cell.paragraphs[0]
    paragraph.paragraph_format.line_spacing = 1.15
    paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT if is_number else None
    _run(paragraph, text, size=9.5, font="黑体" if is_header else "仿宋", color=BRAND if is_header else None)

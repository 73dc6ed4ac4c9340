"""A native bar chart for a Word document: editable in Word and WPS, with its figures in a workbook inside.

Office Open XML (ECMA-376, part 1, 21.2 DrawingML charts): a chart part with cached figures, and a workbook part that
"edit data" opens.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any
from xml.sax.saxutils import escape

import xlsxwriter
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.opc.packuri import PackURI
from docx.opc.part import Part

CHART_TYPE = "application/vnd.openxmlformats-officedocument.drawingml.chart+xml"
WORKBOOK_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
CHART_NAMESPACE = "http://schemas.openxmlformats.org/drawingml/2006/chart"
MAIN_NAMESPACE = "http://schemas.openxmlformats.org/drawingml/2006/main"
RELATION_NAMESPACE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
WIDTH, ROW_HEIGHT, FRAME_HEIGHT = 5_600_000, 230_000, 500_000
"""English Metric Units, 360,000 a centimetre."""
_COLOR = "0C5F57"

Bars = Sequence[tuple[str, int]]


class WordChart:
    """Stands in a template's context; where the template places it, the run becomes the chart."""

    def __init__(self, document: Any, title: str, bars: Bars) -> None:
        """Add chart and workbook to `document` (a docx package part)."""
        self._height = FRAME_HEIGHT + ROW_HEIGHT * len(bars)
        self._title = title
        package = document.package
        workbook = Part(PackURI("/word/embeddings/report.xlsx"), WORKBOOK_TYPE, _workbook(title, bars), package)
        chart = Part(PackURI("/word/charts/report.xml"), CHART_TYPE, b"", package)
        data = chart.relate_to(workbook, RELATIONSHIP_TYPE.PACKAGE)
        chart._blob = _chart_xml(title, bars, data).encode()
        self._relation = document.relate_to(chart, RELATIONSHIP_TYPE.CHART)

    def __html__(self) -> str:
        """The run's end, the drawing, and the next run's beginning: docxtpl puts it inside a run's text."""
        return (
            "</w:t></w:r><w:r><w:drawing>"
            '<wp:inline xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing">'
            f'<wp:extent cx="{WIDTH}" cy="{self._height}"/>'
            f'<wp:docPr id="101" name="chart" descr="{escape(self._title, {chr(34): "&quot;"})}"/>'
            f'<a:graphic xmlns:a="{MAIN_NAMESPACE}"><a:graphicData uri="{CHART_NAMESPACE}">'
            f'<c:chart xmlns:c="{CHART_NAMESPACE}" xmlns:r="{RELATION_NAMESPACE}" r:id="{self._relation}"/>'
            '</a:graphicData></a:graphic></wp:inline></w:drawing></w:r><w:r><w:t xml:space="preserve">'
        )

    __str__ = __html__


def _workbook(title: str, bars: Bars) -> bytes:
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"in_memory": True, "strings_to_formulas": False}) as workbook:
        sheet = workbook.add_worksheet("Sheet1")
        sheet.write_string(0, 1, title)
        for row, (name, value) in enumerate(bars, start=1):
            sheet.write_string(row, 0, name)
            sheet.write_number(row, 1, value)
    return buffer.getvalue()


def _chart_xml(title: str, bars: Bars, data: str) -> str:
    names = "".join(f'<c:pt idx="{at}"><c:v>{escape(name)}</c:v></c:pt>' for at, (name, _) in enumerate(bars))
    values = "".join(f'<c:pt idx="{at}"><c:v>{value}</c:v></c:pt>' for at, (_, value) in enumerate(bars))
    count, last = f'<c:ptCount val="{len(bars)}"/>', len(bars) + 1
    text = '<c:txPr><a:bodyPr/><a:p><a:pPr><a:defRPr sz="900"/></a:pPr><a:endParaRPr lang="zh-CN"/></a:p></c:txPr>'
    return (
        '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
        f'<c:chartSpace xmlns:c="{CHART_NAMESPACE}" xmlns:a="{MAIN_NAMESPACE}" xmlns:r="{RELATION_NAMESPACE}">'
        '<c:chart><c:autoTitleDeleted val="1"/><c:plotArea><c:layout/><c:barChart><c:barDir val="bar"/>'
        '<c:grouping val="clustered"/><c:varyColors val="0"/><c:ser><c:idx val="0"/><c:order val="0"/>'
        f'<c:tx><c:strRef><c:f>Sheet1!$B$1</c:f><c:strCache><c:ptCount val="1"/><c:pt idx="0"><c:v>{escape(title)}'
        "</c:v></c:pt></c:strCache></c:strRef></c:tx>"
        f'<c:spPr><a:solidFill><a:srgbClr val="{_COLOR}"/></a:solidFill></c:spPr><c:invertIfNegative val="0"/>'
        f'<c:dLbls>{text}<c:showLegendKey val="0"/><c:showVal val="1"/><c:showCatName val="0"/><c:showSerName val="0"/>'
        '<c:showPercent val="0"/><c:showBubbleSize val="0"/></c:dLbls>'
        f"<c:cat><c:strRef><c:f>Sheet1!$A$2:$A${last}</c:f><c:strCache>{count}{names}</c:strCache></c:strRef></c:cat>"
        f"<c:val><c:numRef><c:f>Sheet1!$B$2:$B${last}</c:f><c:numCache><c:formatCode>General</c:formatCode>{count}{values}"
        "</c:numCache></c:numRef></c:val></c:ser>"
        '<c:gapWidth val="60"/><c:axId val="1"/><c:axId val="2"/></c:barChart>'
        '<c:catAx><c:axId val="1"/><c:scaling><c:orientation val="maxMin"/></c:scaling><c:delete val="0"/>'
        '<c:axPos val="l"/><c:majorTickMark val="none"/><c:minorTickMark val="none"/><c:tickLblPos val="nextTo"/>'
        f'{text}<c:crossAx val="2"/><c:crosses val="autoZero"/></c:catAx>'
        '<c:valAx><c:axId val="2"/><c:scaling><c:orientation val="minMax"/><c:min val="0"/></c:scaling>'
        '<c:delete val="1"/><c:axPos val="t"/><c:numFmt formatCode="General" sourceLinked="1"/>'
        '<c:majorTickMark val="none"/><c:minorTickMark val="none"/><c:tickLblPos val="none"/><c:crossAx val="1"/>'
        '<c:crosses val="autoZero"/></c:valAx></c:plotArea><c:plotVisOnly val="1"/></c:chart>'
        f'<c:externalData r:id="{data}"><c:autoUpdate val="0"/></c:externalData></c:chartSpace>'
    )

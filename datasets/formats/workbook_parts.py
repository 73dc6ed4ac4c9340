"""The fixed parts of a workbook of one sheet (ECMA-376 part 1, chapters 12, 18): everything but its rows."""

from __future__ import annotations

from collections.abc import Sequence

from datasets.formats.xml_text import escaped, without_control

SHEET_PATH = "xl/worksheets/sheet1.xml"
DECLARATION = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
_MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_KIND = "application/vnd.openxmlformats-officedocument.spreadsheetml"

PLAIN, HEADER, DAY, MOMENT = range(4)
"""Styles that every workbook has; those for digits after the point follow."""
FIRST_OWN_FORMAT = 164
MIN_WIDTH, MAX_WIDTH = 8, 40


def fixed_parts(number_formats: Sequence[str]) -> list[tuple[str, str]]:
    """(path, content) of all parts but the sheet, in the order of the package."""
    return [(path, DECLARATION + content) for path, content in (*_PARTS, ("xl/styles.xml", _styles(number_formats)))]


def sheet_start(names: Sequence[str]) -> str:
    """The sheet up to its second row: a frozen bold header, columns wide enough for it."""
    columns = "".join(
        f'<col min="{place}" max="{place}" width="{_width(name)}" customWidth="1"/>'
        for place, name in enumerate(names, start=1)
    )
    cells = "".join(
        f'<c r="{column_letters(place)}1" s="{HEADER}" t="inlineStr"><is><t xml:space="preserve">'
        f"{escaped(without_control(name)).replace('&#13;', ' ')}</t></is></c>"
        for place, name in enumerate(names)
    )
    pane = '<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/>'
    return (
        f'{DECLARATION}<worksheet {_MAIN}><sheetViews><sheetView tabSelected="1" workbookViewId="0">{pane}</sheetView>'
        f'</sheetViews><cols>{columns}</cols><sheetData><row r="1">{cells}</row>'
    )


SHEET_END = "</sheetData></worksheet>"


def column_letters(place: int) -> str:
    """The name of the column at a place counted from 0.

    >>> [column_letters(place) for place in (0, 25, 26, 701, 702)]
    ['A', 'Z', 'AA', 'ZZ', 'AAA']
    """
    letters = ""
    place += 1
    while place:
        place, rest = divmod(place - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def _width(name: str) -> int:
    """A Chinese sign takes two places."""
    return min(max(sum(1 if sign.isascii() else 2 for sign in name) + 2, MIN_WIDTH), MAX_WIDTH)


def _styles(number_formats: Sequence[str]) -> str:
    codes = ["yyyy-mm-dd", "yyyy-mm-dd hh:mm:ss", *number_formats]
    own = "".join(
        f'<numFmt numFmtId="{FIRST_OWN_FORMAT + place}" formatCode="{code}"/>' for place, code in enumerate(codes)
    )
    shown = "".join(
        f'<xf numFmtId="{FIRST_OWN_FORMAT + place}" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>'
        for place in range(len(codes))
    )
    font = '<sz val="11"/><name val="Calibri"/><family val="2"/>'
    edges = "<left/><right/><top/>"
    return (
        f'<styleSheet {_MAIN}><numFmts count="{len(codes)}">{own}</numFmts>'
        f'<fonts count="2"><font>{font}</font><font><b/>{font}</font></fonts>'
        '<fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/>'
        f'</fill></fills><borders count="2"><border>{edges}<bottom/><diagonal/></border>'
        f'<border>{edges}<bottom style="thin"><color auto="1"/></bottom><diagonal/></border></borders>'
        '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>'
        f'<cellXfs count="{len(codes) + 2}"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>'
        '<xf numFmtId="0" fontId="1" fillId="0" borderId="1" xfId="0" applyFont="1" applyBorder="1"/>'
        f'{shown}</cellXfs><cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles>'
        "</styleSheet>"
    )


def _relations(*targets: tuple[str, str]) -> str:
    entries = "".join(
        f'<Relationship Id="rId{number}" Type="{_OFFICE}/{kind}" Target="{target}"/>'
        for number, (kind, target) in enumerate(targets, start=1)
    )
    return f'<Relationships xmlns="{_PACKAGE}/relationships">{entries}</Relationships>'


_PARTS = (
    (
        "[Content_Types].xml",
        f'<Types xmlns="{_PACKAGE}/content-types"><Default Extension="xml" ContentType="application/xml"/>'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{_KIND}.sheet.main+xml"/>'
        f'<Override PartName="/{SHEET_PATH}" ContentType="{_KIND}.worksheet+xml"/>'
        f'<Override PartName="/xl/styles.xml" ContentType="{_KIND}.styles+xml"/></Types>',
    ),
    ("_rels/.rels", _relations(("officeDocument", "xl/workbook.xml"))),
    (
        "xl/workbook.xml",
        f'<workbook {_MAIN} xmlns:r="{_OFFICE}"><sheets><sheet name="数据" sheetId="1" r:id="rId1"/></sheets>'
        "</workbook>",
    ),
    ("xl/_rels/workbook.xml.rels", _relations(("worksheet", "worksheets/sheet1.xml"), ("styles", "styles.xml"))),
)

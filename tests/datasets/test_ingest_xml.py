"""XML of repeated records, XML Spreadsheet and web pages with a table."""

from __future__ import annotations

from pathlib import Path

import pytest

from datasets.errors import DomainError
from datasets.ingest.reading import Reading, ReadOptions
from tests.datasets.ingesting import read_here, stored_rows

Rows = list[list[str | None]]


def _read(tmp_path: Path, text: str, *, sheet: str | None = None, encoding: str = "utf-8") -> tuple[Reading, Rows]:
    path, store = tmp_path / "delivered.xml", tmp_path / "rows.duckdb"
    path.write_bytes(text.encode(encoding))
    store.unlink(missing_ok=True)
    reading = read_here(path, ReadOptions(sheet=sheet), store=store)
    return reading, stored_rows(store, reading.columns)


def _names(reading: Reading) -> list[str]:
    return [column.name for column in reading.columns]


RECORDS = """<?xml version="1.0" encoding="GBK"?><数据><说明>甲</说明>
<记录 编号="001"><名称>黄石港</名称><地址><区>一</区><路 号="5">湖滨路</路></地址><标签>a</标签><标签>b</标签></记录>
<记录 编号="002"><名称> 下陆 </名称><空/></记录></数据>"""


@pytest.mark.parametrize("encoding", ["gbk", "utf-8", "utf-16"])
def test_attributes_and_children_are_columns(tmp_path: Path, encoding: str) -> None:
    reading, rows = _read(tmp_path, RECORDS, encoding=encoding)
    assert (reading.file_format, reading.sheet) == ("xml", "数据/记录")
    assert _names(reading) == ["编号", "名称", "地址.区", "地址.路.号", "地址.路", "标签", "空"]
    assert rows == [
        ["001", "黄石港", "一", "5", "湖滨路", '["a","b"]', None],
        ["002", "下陆", None, None, None, None, None],
    ]


NESTED = (
    "<os><order><no>01</no><on>x</on><items><item><n>a</n><q>1</q></item><item><n>b</n><q>2</q></item></items></order>"
    "<order><no>02</no><on>y</on></order></os>"
)
PAGES = '<g:r xmlns:g="u"><page><row a="1" b="2"/><row a="3" b="4"/></page><page><row a="5" b="6"/></page></g:r>'


def test_outer_record_is_meant_and_the_inner_one_can_be_chosen(tmp_path: Path) -> None:
    reading, rows = _read(tmp_path, NESTED)
    assert rows == [["01", "x", '["a","b"]', '["1","2"]'], ["02", "y", None, None]]
    assert [(sheet["name"], sheet["rows"]) for sheet in reading.sheets] == [("os/order", 2), ("os/order/items/item", 2)]
    assert [warning["code"] for warning in reading.warnings] == ["other_lists"]
    inner, rows = _read(tmp_path, NESTED, sheet="os/order/items/item")
    assert (_names(inner), rows) == (["n", "q"], [["a", "1"], ["b", "2"]])


@pytest.mark.parametrize(
    ("text", "sheet", "rows"),
    [
        (PAGES, "r/page/row", [["1", "2"], ["3", "4"], ["5", "6"]]),
        ("<x><r><a>1</a><b>2</b></r></x>", "x/r", [["1", "2"]]),
        ("<x><n>甲</n><n>乙</n></x>", "x/n", [["甲"], ["乙"]]),
        ('<x><p u="元">5</p><p u="角">6</p></x>', "x/p", [["元", "5"], ["角", "6"]]),
        ("<x><r><a><![CDATA[<b>&]]></a></r><r><a>&lt;</a></r></x>", "x/r", [["<b>&"], ["<"]]),
    ],
)
def test_record_is_found(tmp_path: Path, text: str, sheet: str, rows: Rows) -> None:
    reading, found = _read(tmp_path, text)
    assert (reading.sheet, found) == (sheet, rows)


LAUGHS = "<!DOCTYPE x [" + "".join(f'<!ENTITY e{n + 1} "{f"&e{n};" * 10}">' for n in range(9)) + "]><x><a>&e9;</a></x>"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (LAUGHS, "xml_has_doctype"),
        ('<!DOCTYPE x [<!ENTITY z SYSTEM "file:///etc/passwd">]><x><a>&z;</a></x>', "xml_has_doctype"),
        ('<?xml version="1.0"?><!-- - --><!DOCTYPE x SYSTEM "http://127.0.0.1/x.dtd"><x/>', "xml_has_doctype"),
        ("<x>\n<r><a>1</a></r>", "xml_is_broken"),
        ("<x><a>&unknown;</a></x>", "xml_is_broken"),
        ("<a>" * 100_000, "xml_is_too_deep"),
        ("<a/>", "xml_has_no_records"),
        ("<x>" + "".join(f"<n{number}/>" for number in range(20_001)) + "</x>", "xml_has_no_records"),
        ("<x><r><a>" + "x" * 34_000_000 + "</a></r><r><a>1</a></r></x>", "record_is_too_large"),
        ("<x><r><a>" + "x" * 1_100_000 + "</a></r><r><a>1</a></r></x>", "cell_is_too_long"),
    ],
)
def test_hostile_or_broken_xml_is_refused_in_words(tmp_path: Path, text: str, code: str) -> None:
    with pytest.raises(DomainError) as caught:
        _read(tmp_path, text)
    assert caught.value.code == code


def test_included_files_are_not_followed(tmp_path: Path) -> None:
    xi = 'xmlns:xi="http://www.w3.org/2001/XInclude"'
    text = f'<x {xi}><r><a>1</a><xi:include href="file:///etc/passwd"/></r><r><a>2</a></r></x>'
    _, rows = _read(tmp_path, text)
    assert rows == [["1", "file:///etc/passwd", None], ["2", None, None]], "the address is a text like any other"


SHEET = """<?xml version="1.0"?><?mso-application progid="Excel.Sheet"?>
<Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet" xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet">
<Worksheet ss:Name="表1"><Table><Row><Cell ss:MergeAcross="2"><Data ss:Type="String">统计表</Data></Cell></Row>
<Row><Cell><Data ss:Type="String">区</Data></Cell><Cell><Data ss:Type="String">日期</Data></Cell>
<Cell><Data ss:Type="String">编号</Data></Cell></Row>
<Row><Cell ss:MergeDown="1"><Data ss:Type="String">甲</Data></Cell>
<Cell><Data ss:Type="DateTime">2026-01-02T00:00:00.000</Data></Cell><Cell><Data ss:Type="String">001</Data></Cell></Row>
<Row><Cell ss:Index="3"><Data ss:Type="Number">2</Data></Cell></Row></Table></Worksheet>
<Worksheet ss:Name="隐"><Table><Row><Cell><Data ss:Type="String">x</Data></Cell></Row></Table>
<WorksheetOptions xmlns="urn:schemas-microsoft-com:office:excel"><Visible>SheetHidden</Visible></WorksheetOptions>
</Worksheet></Workbook>"""


def test_xml_spreadsheet_is_read_as_the_sheet_that_it_is(tmp_path: Path) -> None:
    reading, rows = _read(tmp_path, SHEET)
    assert (reading.sheet, reading.title_lines, _names(reading)) == ("表1", ["统计表"], ["区", "日期", "编号"])
    assert rows == [["甲", "2026-01-02", "001"], ["甲", None, "2"]]
    assert [(sheet["name"], sheet["is_hidden"]) for sheet in reading.sheets] == [("表1", False), ("隐", True)]
    assert {"other_sheets", "hidden_sheets"} <= {warning["code"] for warning in reading.warnings}


def test_far_cell_of_an_xml_spreadsheet_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DomainError) as caught:
        _read(tmp_path, SHEET.replace('ss:Index="3"', 'ss:Index="16384"'))
    assert caught.value.code == "too_many_columns"
    with pytest.raises(DomainError) as caught:
        _read(tmp_path, SHEET.replace('<Row><Cell ss:Index="3"', '<Row ss:Index="99999999"><Cell ss:Index="3"'))
    assert caught.value.code == "worksheet_is_too_large"


PAGE = """<html><head><meta http-equiv="Content-Type" content="text/html; charset=gb2312"><style>td{a:b}</style></head>
<body><table><tr><td>菜单</td></tr></table>
<table><tr><td colspan=3>办件统计表</td></tr><tr><td>区<td>名称<td>编号</tr>
<tr><td rowspan="2">甲</td><td>a&nbsp;<br>b</td><td>001</td></tr>
<tr><td>&lt;c&gt;</td><td>002</td></tr></table></body>"""


def test_table_of_a_page_named_xls_is_read(tmp_path: Path) -> None:
    reading, rows = _read(tmp_path, PAGE, encoding="gbk")
    assert (reading.file_format, reading.encoding, reading.title_lines) == ("html", "gb18030", ["办件统计表"])
    assert (_names(reading), rows) == (["区", "名称", "编号"], [["甲", "a b", "001"], ["甲", "<c>", "002"]])


def test_span_over_a_million_rows_costs_nothing(tmp_path: Path) -> None:
    body = '<tr><td rowspan="999999">1</td><td>2</td></tr><tr><td>3</td></tr>'
    text = f"<table><tr><td>甲</td><td>乙</td></tr>{body}</table>"
    _, rows = _read(tmp_path, text)
    assert rows == [["1", "2"], ["1", "3"]]


def test_page_without_a_table_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DomainError) as caught:
        _read(tmp_path, "<html><body><p>登录</p><table><tr><td>用户名</td></tr></table></body></html>")
    assert caught.value.code == "file_is_html"


@pytest.mark.shared
def test_real_page_gives_its_table_of_200_lines(shared_data: Path) -> None:
    reading = read_here(shared_data / "parsers/messytables/html.html")
    assert [(sheet["rows"], sheet["columns"]) for sheet in reading.sheets] == [(200, 6), (6, 2)]
    assert any(row[1] == "Very high human development" for row in reading.preview)

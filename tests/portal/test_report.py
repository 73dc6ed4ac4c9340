"""The half-year report in the browser, in Word and PDF, and from the command line."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest
from docx import Document

from catalog.errors import Invalid
from portal.reporting.pdf import can_write_pdf, write_pdf
from portal.reporting.sentences import Bar, FigureLine, ReportLine, ReportText
from portal.reporting.word import OWN_TEMPLATE, write_word
from portal.reporting.word_template import build_template
from tests.portal.workspace import District

NOWHERE = Path("/nonexistent")
HOSTILE = '<w:t>{{ 7*7 }}</w:t> & "区\x00住\x0b保局" {% raw %}'


def text_with(**fields: object) -> ReportText:
    values: dict[str, object] = {
        "title": "黄石港区2026年上半年公共数据开放工作情况汇报",
        "operator": "区政数局",
        "made_on": "2026年7月10日",
        "period": "2026年1月1日至2026年6月30日",
        "is_running": False,
        "overview": ["全区已公开数据集42个。"],
        "nodes": ["“目录编制”：应完成部门21个，按期完成7个。"],
        "problems": ["区住保局文件更新次数为零。", "区信访局尚未公开任何数据集。"],
        "ahead": ["继续按更新周期做好数据更新。"],
        "lines": [ReportLine("区民政局", "8", "7", "4", "5", "5", "0", "0", "100.0%", "1/2")],
        "figures": [FigureLine("1", "已公开数据集", "42个", "2个", "+40", "期末已公开", "https://data.example/f")],
        "chart_title": "各部门已公开数据集数量",
        "bars": [Bar("区民政局", 8), Bar("区科经局", 5)],
        "note": "口径见附表。",
    }
    return ReportText(**{**values, **fields})  # type: ignore[arg-type]


def words_of(docx: bytes) -> str:
    document = Document(io.BytesIO(docx))
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    return "\n".join([*(paragraph.text for paragraph in document.paragraphs), *cells])


def test_word_says_every_sentence_and_number() -> None:
    words = words_of(write_word(text_with(), folder=NOWHERE))
    for said in (
        "工作情况汇报",
        "全区已公开数据集42个。",
        "（1）区住保局文件更新次数为零。",
        "（2）区信访局",
        "100.0%",
        "1/2",
        "https://data.example/f",
    ):
        assert said in words
    assert "{" not in words


def test_word_holds_a_native_chart_with_its_figures() -> None:
    with zipfile.ZipFile(io.BytesIO(write_word(text_with(), folder=NOWHERE))) as package:
        chart = package.read("word/charts/report.xml").decode()
        assert "<c:v>区科经局</c:v>" in chart
        assert "<c:v>5</c:v>" in chart
        assert "word/embeddings/report.xlsx" in package.namelist()
        assert "report.xml" in package.read("word/_rels/document.xml.rels").decode()


def test_word_without_bars_has_no_chart() -> None:
    with zipfile.ZipFile(io.BytesIO(write_word(text_with(bars=[]), folder=NOWHERE))) as package:
        assert not [name for name in package.namelist() if "chart" in name]


def test_values_are_text_never_marks_or_markup() -> None:
    line = ReportLine(HOSTILE, *["0"] * 9)
    words = words_of(write_word(text_with(overview=[HOSTILE], lines=[line], bars=[Bar(HOSTILE, 1)]), folder=NOWHERE))
    assert words.count('<w:t>{{ 7*7 }}</w:t> & "区住保局" {% raw %}') == 2


def test_an_office_may_lay_the_report_out_itself(tmp_path: Path) -> None:
    document = Document()
    document.add_paragraph("本局自拟标题：{{ title }}")
    document.save(str(tmp_path / OWN_TEMPLATE))
    assert words_of(write_word(text_with(title="标题甲"), folder=tmp_path)).startswith("本局自拟标题：标题甲")


@pytest.mark.parametrize(
    "mark", ["{{ title.__class__.__mro__ }}", "{% for x in %}", "{{ chart.__init__.__globals__ }}"]
)
def test_a_template_that_breaks_or_reaches_out_is_refused_in_words(tmp_path: Path, mark: str) -> None:
    document = Document()
    document.add_paragraph(mark)
    document.save(str(tmp_path / OWN_TEMPLATE))
    with pytest.raises(Invalid) as caught:
        write_word(text_with(), folder=tmp_path)
    assert caught.value.code == "report_template_broken"


def test_a_template_that_is_no_document_is_refused_in_words(tmp_path: Path) -> None:
    (tmp_path / OWN_TEMPLATE).write_bytes(b"not a zip")
    with pytest.raises(Invalid):
        write_word(text_with(), folder=tmp_path)


def test_the_built_in_template_is_a_document_with_marks() -> None:
    assert "{{ title }}" in words_of(build_template())


@pytest.mark.skipif(not can_write_pdf(), reason="the extra kaifang[report] is not installed")
def test_pdf_is_typeset_also_with_hostile_texts() -> None:
    pdf = write_pdf(text_with(overview=[HOSTILE, '#panic("x") $ \\ ]'], bars=[]), folder=NOWHERE)
    assert pdf.startswith(b"%PDF-")
    assert len(pdf) > 10_000


def test_the_office_reads_and_takes_the_report(district: District) -> None:
    office = district.people["office"]
    page = office.text("/office/report/2026H1")
    assert "2026年上半年公共数据开放工作情况汇报" in page
    answer = office.get("/office/report/2026H1/file.docx")
    assert answer.status_code == 200
    assert answer.headers["Content-Disposition"].startswith("attachment; filename=")
    assert "一、总体情况" in words_of(answer.data)
    assert office.get("/office/report").headers["Location"].endswith("/office/report/2026H1")
    assert "Public datasets" in office.text("/en/office/report/2026H1")


def test_each_figure_of_the_page_leads_to_its_records(district: District) -> None:
    office = district.people["office"]
    source = office.get("/office/report/2026H1").get_data(as_text=True)
    for code in ("entries", "updates_due", "nodes_open", "departments_empty", "downloads"):
        assert f"/office/report/2026H1/{code}" in source
        office.text(f"/office/report/2026H1/{code}")


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/office/report/2027H1", 404),
        ("/office/report/nonsense", 404),
        ("/office/report/2026H1/nonsense", 404),
        ("/office/report/2026H1/file.exe", 404),
        ("/office/report/2026H1/entries?page=x", 422),
    ],
)
def test_what_does_not_exist_is_said_so(district: District, path: str, status: int) -> None:
    assert district.people["office"].get(path).status_code == status


def test_departments_do_not_see_the_report(district: District) -> None:
    assert district.people["editor"].get("/office/report/2026H1").status_code == 403

"""`kaifang data inspect`, `query` and `diff`: what they print, what they write, how they end."""

from __future__ import annotations

import json
import logging
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from datasets.formats import FORMATS
from datasets.query.grouping import BUCKETS, MEASURES
from datasets.query.operators import OPERATORS
from portal.cli import kaifang, main
from portal.cli.data_printing import count_fitting, printable
from portal.cli.data_query import read_parameters

STOPS = "编号,街道,客流\r\n0001,胜阳港街道,120\r\n0002,胜阳港街道,80\r\n0003,花湖街道,\r\n"


@pytest.fixture(autouse=True)
def english(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """English sentences, and a cache folder of this test's own."""
    monkeypatch.setenv("LC_ALL", "en_GB.UTF-8")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


@pytest.fixture
def stops(tmp_path: Path) -> Path:
    path = tmp_path / "stops.csv"
    path.write_bytes(STOPS.encode("gb18030"))
    return path


def run(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, str, str]:
    """`kaifang data …`: (status, output, errors)."""
    with pytest.raises(SystemExit) as ended:
        main(["data", *map(str, arguments)])
    said = capsys.readouterr()
    return int(ended.value.code or 0), said.out, said.err


def lines(out: str) -> list[list[str]]:
    """The words of each line."""
    return [line.split() for line in out.splitlines()]


def test_a_report_tells_how_the_file_is_read(stops: Path, capsys: pytest.CaptureFixture[str]) -> None:
    status, out, _ = run(capsys, "inspect", stops, "--rows", "1")
    assert status == 0, out
    assert "stops.csv  csv  gb18030  ','" in out
    assert "3 rows, 3 columns; header in row 1" in out
    assert ["3", "客流", "integer", "1", "2", "80", "120"] in lines(out)
    assert ["0001", "胜阳港街道", "120"] in lines(out)
    assert "0002" not in out.split("First rows")[1]


def test_the_reading_as_json(stops: Path, capsys: pytest.CaptureFixture[str]) -> None:
    status, out, _ = run(capsys, "inspect", stops, "--json", "--no-header")
    reading = json.loads(out)
    assert status == 0
    assert (reading["encoding"], reading["row_count"], reading["header_rows"]) == ("gb18030", 4, [])
    assert reading["columns"][0]["name"] == "列1"


def test_personal_data_that_blocks_is_masked_and_ends_with_three(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "people.csv"
    file.write_text("区,身份证号\n黄石港区,11010519491231002X\n")
    status, out, _ = run(capsys, "inspect", file)
    assert status == 3
    assert "✗ 身份证号: 1 ID card numbers, such as 1101**********002X (100.0%; must be masked)" in out
    assert "19491231" not in out


def test_a_refused_file_is_one_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(logging, "raiseExceptions", False)  # handlers of earlier tests may hold closed streams
    file = tmp_path / "report.csv"
    file.write_bytes(b"%PDF-1.7\n")
    for command in ("inspect", "query"):
        status, out, err = run(capsys, command, file)
        assert (status, out, err.count("\n")) == (1, "", 1)
        assert "This is a document (PDF)" in err
    assert run(capsys, "diff", file, file)[0] == 2


def test_cells_are_compared_with_declared_items(
    stops: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    items = tmp_path / "items.csv"
    items.write_text(
        "信息项名称,数据类型,长度,是否必填,值域\n编号,字符型,4,是,\n街道,字符型,20,,\n客流,数值型,3,是,0~100\n"
    )
    status, out, _ = run(capsys, "inspect", stops, "--declared", items)
    assert status == 0
    told = out[out.index("Not as declared") : out.index("First rows")].splitlines()[1:]
    assert [line for line in told if line] == [
        "  ! 客流: cells are blank although the item is required (1 cells, such as rows 4)",
        "  ! 客流: numbers are beyond the declared range [0~100] (1 cells, such as rows 2: 120)",
    ]
    items.write_text("信息项名称,数据类型\n编号,水果型\n")
    status, _, err = run(capsys, "inspect", stops, "--declared", items)
    assert (status, "items.1.type" in err) == (1, True)
    items.write_text("甲,乙\n1,2\n")
    status, _, err = run(capsys, "inspect", stops, "--declared", items)
    assert (status, "no column with their names" in err) == (1, True)


def test_rows_are_asked_as_an_address_asks_them(stops: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for asked in (
        ["街道=胜阳港街道", "--sort=-编号"],
        ["?街道=%E8%83%9C%E9%98%B3%E6%B8%AF%E8%A1%97%E9%81%93&_sort=-编号"],
    ):
        status, out, _ = run(capsys, "query", stops, *asked, "--columns", "编号,客流")
        assert status == 0
        assert lines(out)[2:] == [["0002", "80"], ["0001", "120"], ["2", "rows"]]
    _, out, _ = run(capsys, "query", stops, "--or", "客流__gt=100&街道=花湖街道", "--limit", "1", "--offset", "1")
    assert lines(out)[2:] == [["0003", "花湖街道"], ["rows", "2–2", "of", "2"]]
    _, out, _ = run(capsys, "query", stops, "-q", "花湖", "--format", "jsonl")
    assert [json.loads(line) for line in out.splitlines()] == [{"编号": "0003", "街道": "花湖街道", "客流": None}]
    _, out, _ = run(capsys, "query", stops, "--group", "街道", "--measure", "sum:客流", "--format", "json")
    assert json.loads(out)[0] == {"街道": "胜阳港街道", "sum_客流": 200}


def test_answers_are_written_to_files(stops: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    target = tmp_path / "out.csv"
    status, out, _ = run(capsys, "query", stops, "客流__le=80", "--output", target, "--output-encoding", "gb18030")
    assert (status, target.read_bytes()) == (0, "编号,街道,客流\r\n0002,胜阳港街道,80\r\n".encode("gb18030"))
    assert f"written: {target}, 1 rows, {target.stat().st_size} bytes" in out
    assert run(capsys, "query", stops, "--limit", "2", "--output", tmp_path / "out.parquet")[0] == 0
    assert (tmp_path / "out.parquet").read_bytes()[:4] == b"PAR1"


def test_what_cannot_be_asked_names_what_is_known(
    stops: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    status, _, err = run(capsys, "query", stops, "区县=1")
    assert status == 1
    assert "编号、街道、客流" in err
    status, _, err = run(capsys, "query", stops, "--output", tmp_path / "out.pdf")
    assert (status, "csv、xlsx" in err) == (1, True)
    for wrong in (["街道"], ["--format", "csv", "--offset", "1"], ["--output", "out.csv", "--format", "table"]):
        assert run(capsys, "query", stops, *wrong)[0] == 2
    assert read_parameters(["a=1&b=2", "?a=1&b=%32"]) == [("a", "1&b=2"), ("a", "1"), ("b", "2")]


def test_differences_are_told_and_end_as_diff_does(
    stops: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    newer = tmp_path / "newer.csv"
    newer.write_text(STOPS.replace("80", "81").replace("0003", "0004"))
    status, out, _ = run(capsys, "diff", stops, newer)
    assert status == 1
    assert out.splitlines()[:3] == [
        "1 rows added, 1 rows changed, 1 rows removed",
        "added 1  removed 1  changed 1  unchanged 1",
        "rows are told apart by 编号",
    ]
    assert ["修改后", "2", "2", "0002", "胜阳港街道", "81"] in lines(out)
    status, out, _ = run(capsys, "diff", stops, newer, "--format", "json", "--rows", "1")
    told = json.loads(out)
    assert (status, told["changed_cells"], len(told["rows"])) == (1, {"客流": 1}, 1)
    assert run(capsys, "diff", stops, newer, "--output", tmp_path / "changes.csv")[0] == 1
    assert (tmp_path / "changes.csv").read_text("utf-8-sig").count("\n") == 5
    status, out, _ = run(capsys, "diff", stops, stops)
    assert (status, out.splitlines()[0]) == (0, "the same rows as before")
    status, _, err = run(capsys, "diff", stops, newer, "--key", "街道")
    assert (status, err.count("\n")) == (2, 1)


def test_a_second_question_reads_nothing_again(stops: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    stores = []
    for options in ([], [], ["--no-cache"]):
        assert run(capsys, "query", stops, *options)[0] == 0
        found = list((tmp_path / "cache" / "kaifang" / "tables").glob("*/*.duckdb"))
        stores.append([(path.name, path.stat().st_ino) for path in found])
    assert len(stores[0]) == 1
    assert stores[0] == stores[1] == stores[2]


def test_no_cache_folder_is_no_trouble(
    stops: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "blocked").write_text("a file where a folder should be")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "blocked"))
    assert run(capsys, "query", stops)[0] == 0


def test_a_terminal_is_told_how_far_the_reading_is(
    stops: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert run(capsys, "query", stops, "--no-cache")[2] == ""
    monkeypatch.setenv("FORCE_COLOR", "1")  # what makes rich take any stream for a terminal
    status, out, err = run(capsys, "query", stops, "--no-cache")
    assert (status, "checksums" in out) == (0, False)
    assert "computing the checksums of downloads" in err
    assert "3 rows" in err


def test_help_lists_what_can_be_asked() -> None:
    answer = CliRunner().invoke(kaifang, ["data", "query", "--help"])
    assert answer.exit_code == 0
    for word in (*(f"列__{key}" for key in OPERATORS), *MEASURES, *BUCKETS, *FORMATS):
        assert f"\n  {word} " in answer.output


def test_signs_that_steer_a_terminal_are_shown() -> None:
    assert printable("\x1b[31m红\r\n\u202e" + "甲") == "␛[31m红␍␊�甲"
    assert printable(None) == ""


def test_as_many_columns_are_shown_as_fit() -> None:
    assert count_fitting(["甲", "乙", "丙"], [["12345678"] * 3], width=20) == 2
    assert count_fitting(["甲", "乙", "丙"], [["12345678"] * 3], width=28) == 3
    assert count_fitting(["甲"], [["x" * 100]], width=10) == 1


def test_the_commands_load_nothing_heavy_before_they_are_needed() -> None:
    heavy = ("pandas", "duckdb", "sqlalchemy", "flask", "openpyxl", "python_calamine")
    code = f"import sys, portal.cli.data; print([name for name in {heavy} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"

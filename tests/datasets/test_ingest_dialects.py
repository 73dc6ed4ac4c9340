"""Dialects: each text is read as the records that a person sees in it."""

from __future__ import annotations

import csv
import json
import random
import tempfile
from io import StringIO
from pathlib import Path

import pytest

from datasets.errors import Invalid
from datasets.ingest.dialects import find_dialect
from datasets.ingest.raw_table import RawTable
from datasets.ingest.reading import ReadOptions
from datasets.ingest.source import Source
from datasets.ingest.text_file import load_text
from portal.messages import text_of

Records = list[list[str]]


def load(text: str | bytes, options: ReadOptions | None = None) -> tuple[Source, Records]:
    """What the loader understood, and the records, blanks as ""."""
    with tempfile.TemporaryDirectory() as folder:
        path, table = Path(folder) / "delivered.csv", RawTable(Path(folder))
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        source = load_text(path, options or ReadOptions(), table, Path(folder), lambda step: None)
        rows = table.rows(0, table.row_count())
        table.close()
    return source, [[cell or "" for cell in row] for row in rows]


TABLE = [["街道", "人口", "日期"], ["黄石港", "51023", "2026-01-02"], ["胜阳港", "62310", "2026-01-03"]]
SEPARATED = [",", "\t", ";", "，", "|", "^", "~", "\x01", "\x1f", "；", "、"]


@pytest.mark.parametrize("delimiter", SEPARATED)
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_delimiter_and_line_end_are_found(delimiter: str, end: str) -> None:
    source, records = load(end.join(delimiter.join(row) for row in TABLE) + end)
    assert (source.dialect and source.dialect.delimiter, records) == (delimiter, TABLE)


CASES: list[tuple[str, str, Records]] = [
    ("mixed line ends", "a,b\r\n1,2\n3,4\r5,6\r\n", [["a", "b"], ["1", "2"], ["3", "4"], ["5", "6"]]),
    ("decimal commas", "名称;面积\n甲;1,5\n乙;2,25\n", [["名称", "面积"], ["甲", "1,5"], ["乙", "2,25"]]),
    ("decimal commas in one line", "1,5;2,5;3,5", [["1,5", "2,5", "3,5"]]),
    ("lists in a single record", "1;a|b|c|d;2|3|4|5;OFF", [["1", "a|b|c|d", "2|3|4|5", "OFF"]]),
    ("sep line", "sep=;\na;b\n1,5;2\n", [["a", "b"], ["1,5", "2"]]),
    ("quoted sep line with CR", '"sep=|"\ra|b\r1,5|2\r', [["a", "b"], ["1,5", "2"]]),
    ("sep line that names TAB", "sep=\t\r\na\tb\r\n1,2\t3\r\n", [["a", "b"], ["1,2", "3"]]),
    ("layout blanks", 'a, "b", c\n1, "2, 3", 4\n', [["a", "b", "c"], ["1", "2, 3", "4"]]),
    ("one blank before a cell is data", "a,b\nx, y\nx,z\n", [["a", "b"], ["x", " y"], ["x", "z"]]),
    ("single quotes", "'a','b'\n'1,5','x'\n", [["a", "b"], ["1,5", "x"]]),
    ("single quotes with semicolons", "'a';'b;c'\n'1';'it''s'\n", [["a", "b;c"], ["1", "it's"]]),
    ("apostrophes are text", "名,注\n'90s,it's\nO'Neill,x\n", [["名", "注"], ["'90s", "it's"], ["O'Neill", "x"]]),
    ("escaped quotes", 'a,b\n1,"say \\"hi\\" now"\n', [["a", "b"], ["1", 'say "hi" now']]),
    ("path that ends with a backslash", 'a,b\n"C:\\dir\\",2\n', [["a", "b"], ["C:\\dir\\", "2"]]),
    (
        "JSON with escaped quotes and other backslashes",
        'id,doc\n1,"{\\"a\\": \\"x\\ny\\", \\"b\\": 2}"\n2,"{\\"a\\":\\"z\\",\\"b\\":1}"\n',
        [["id", "doc"], ["1", '{"a": "x\\ny", "b": 2}'], ["2", '{"a":"z","b":1}']],
    ),
    ("one column", "街道\n黄石港\n胜阳港、红旗桥\n", [["街道"], ["黄石港"], ["胜阳港、红旗桥"]]),
    ("sentences", "意见\n很好，谢谢\n坏了，请修，急\n无\n", [["意见"], ["很好，谢谢"], ["坏了，请修，急"], ["无"]]),
    ("times are no columns", "时间\n08:30:00\n09:15:20\n", [["时间"], ["08:30:00"], ["09:15:20"]]),
    ("colons", "root:x:0\nbin:x:1\nnews:y:9\n", [["root", "x", "0"], ["bin", "x", "1"], ["news", "y", "9"]]),
    (
        "columns of a console",
        "code    name      n\n10023   New York  5\n7       Rome      12\n",
        [["code", "name", "n"], ["10023", "New York", "5"], ["7", "Rome", "12"]],
    ),
    ("a number and a name", "11 北京\n12 天津\n13 河北\n", [["11", "北京"], ["12", "天津"], ["13", "河北"]]),
    ("numbers under names", "x y\r\n1 2\r\n3 4\r\n5 6\r\n", [["x", "y"], ["1", "2"], ["3", "4"], ["5", "6"]]),
    ("words are one column", "what is it\nthis is it\nand so on\n", [["what is it"], ["this is it"], ["and so on"]]),
    ("ragged rows", "a,b,c\n1,2\n1,2,3,4\n", [["a", "b", "c", ""], ["1", "2", "", ""], ["1", "2", "3", "4"]]),
    ("R names no row names", "x,y\na,1,2\nb,3,4\n", [["", "x", "y"], ["a", "1", "2"], ["b", "3", "4"]]),
    ("records with a delimiter too many", "x,y\n1,2,\n3,4,\n", [["x", "y", ""], ["1", "2", ""], ["3", "4", ""]]),
    ("line break in a cell", 'a,b\n"x\r\ny",2\n', [["a", "b"], ["x\r\ny", "2"]]),
    ("TABs as delimiters, commas in cells", "a\tb\nx, y\t1,2\nz, w\t3\n", [["a", "b"], ["x, y", "1,2"], ["z, w", "3"]]),
]  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_records_are_what_a_person_sees(text: str, expected: Records) -> None:
    assert load(text)[1] == expected


STRAY: list[tuple[str, str, Records, int]] = [  # name, text, records, how many were mended
    ("inches", 'a,b,c\n1,"靴 10" 男",x\n2,y,z\n', [["a", "b", "c"], ["1", '靴 10" 男', "x"], ["2", "y", "z"]], 1),
    ("inches at the end", 'a,b,c\n1,"靴 10"",x\n2,y,z\n', [["a", "b", "c"], ["1", '靴 10"', "x"], ["2", "y", "z"]], 1),
    (
        "inches at the end before a quoted cell",
        'a,b,c\n1,"靴 10"","长，厚"\n2,y,z\n',
        [["a", "b", "c"], ["1", '靴 10"', "长，厚"], ["2", "y", "z"]],
        1,
    ),
    (
        "a quote too many",
        'a,b,c\n1,"x,"y, z"\n2,y,"z, w"\n',
        [["a", "b", "c"], ["1", '"x', "y, z"], ["2", "y", "z, w"]],
        1,
    ),
    ("blank behind the quote", 'a,b\n"x" ,2\n"y",3\n', [["a", "b"], ["x", "2"], ["y", "3"]], 1),
    (
        "proper cell over lines in such a file",
        'a,b\n"5" 管",1\n"多\n行",2\n',
        [["a", "b"], ['5" 管', "1"], ["多\n行", "2"]],
        1,
    ),
    ("quote within an unquoted cell", 'a,b\n5"管,1\n', [["a", "b"], ['5"管', "1"]], 0),
    ("properly doubled", 'a,b\n"5""管",1\n', [["a", "b"], ['5"管', "1"]], 0),
]


@pytest.mark.parametrize(("text", "expected", "mended"), [c[1:] for c in STRAY], ids=[c[0] for c in STRAY])
def test_stray_quote_keeps_its_cell_and_is_counted(text: str, expected: Records, mended: int) -> None:
    source, records = load(text)
    assert records == expected
    assert [warning.params["count"] for warning in source.warnings if warning.code == "stray_quotes"] == (
        [mended] if mended else []
    )


UNCLOSED = [
    ("in the last row", 'a,b\n1,x\n2,"y\n', 3, 3),
    ("many rows below", 'a,b\n1,"x\n' + "2,y\n" * 5000, 2, 2),
    ("behind a cell of two lines", 'a,b\n"x\ny",2\n3,"z\n4,w\n', 3, 4),
]


@pytest.mark.parametrize(("text", "row", "line"), [case[1:] for case in UNCLOSED], ids=[case[0] for case in UNCLOSED])
def test_quote_that_never_closes_is_refused_by_row_and_line(text: str, row: int, line: int) -> None:
    with pytest.raises(Invalid) as caught:
        load(text)
    assert (caught.value.code, caught.value.params) == ("quote_never_closes", {"row": row, "line": line})
    assert f"第 {row} 行（文件第 {line} 行）" in text_of("quote_never_closes", caught.value.params, "zh")


def test_cell_of_more_than_a_million_signs_is_refused() -> None:
    with pytest.raises(Invalid) as caught:
        load("a,b\n1," + "x" * ((1 << 20) + 1) + "\n")
    assert (caught.value.code, caught.value.params) == ("cell_is_too_long", {"row": 2})


def test_width_of_odd_rows_is_remembered() -> None:
    source, _ = load("a,b,c\n1,2,3\n1,2\n4,5,6\n1,2,3,4\n")
    assert (source.width, source.odd_rows) == (3, [(2, 2), (4, 4)])


def test_tabs_against_excel_are_removed_and_counted() -> None:
    source, records = load("编号\t,名称\t\n0012\t,甲\t\n")
    assert records == [["编号", "名称"], ["0012", "甲"]]
    assert [(warning.code, warning.params) for warning in source.warnings] == [("tabs_removed", {"count": 4})]


def test_chosen_delimiter_is_obeyed() -> None:
    assert load("a;b,c\n1;2,3\n", ReadOptions(delimiter=","))[1] == [["a;b", "c"], ["1;2", "3"]]
    assert load("a b  c\n1 2  3\n", ReadOptions(delimiter="  "))[1] == [["a b", "c"], ["1 2", "3"]]


@pytest.mark.parametrize("delimiter", ["::", "", '"', "\n", "\r", "\x00"])
def test_delimiter_that_cannot_be_one_is_refused(delimiter: str) -> None:
    with pytest.raises(Invalid) as caught:
        load("a,b\n", ReadOptions(delimiter=delimiter))
    assert (caught.value.code, caught.value.params) == ("delimiter_is_bad", {"delimiter": delimiter})


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_what_a_writer_of_csv_writes_comes_back(delimiter: str) -> None:
    chance = random.Random(20260707)
    for _ in range(15):
        width = chance.randrange(2, 5)
        table = [
            ["".join(chance.choices('",;\n a1中|\\', k=chance.randrange(7))).strip() for _ in range(width)]
            for _ in range(chance.randrange(2, 9))
        ]
        table = [[f"第{number}列" for number in range(width)], *table]
        file = StringIO(newline="")
        csv.writer(file, delimiter=delimiter).writerows(table)
        assert load(file.getvalue(), ReadOptions(delimiter=delimiter))[1] == table


def test_dialect_of_the_whole_is_that_of_its_sample() -> None:
    """A rebuild names the delimiter only; the rest must be found again."""
    for _, text, _ in CASES:
        found = find_dialect(text)
        assert find_dialect(text, found.delimiter) == found, json.dumps(text)
